#include "migration/store_addresses.hpp"

#include <gtest/gtest.h>

#include "fake_pst.hpp"

namespace mbx::migration {
namespace {

using Change = std::function<void(mapi::Message&)>;

Change sender(const std::string& name, const std::string& smtp) {
    return [=](mapi::Message& message) {
        message.properties.set(mapi::PidTagSenderName, std::string("B"));
        message.properties.set(mapi::PidTagSenderAddressType, std::string("EX"));
        message.properties.set(mapi::PidTagSenderEmailAddress, name);
        if (!smtp.empty()) {
            message.properties.set(mapi::PidTagSenderSmtpAddress, smtp);
        }
    };
}

Change transport(const std::string& from) {
    return [=](mapi::Message& message) {
        sender("/o=A/cn=B", "")(message);
        message.properties.set(mapi::PidTagTransportMessageHeaders, "From: " + from + "\r\n");
    };
}

class StoreAddressesTest : public testing::Test {
  protected:
    void add(const Change& change) { pst_.add("Folder", 1, 1).items[0].change = change; }
    std::string find(const std::string& name) {
        return StoreAddresses(pst_, progress_, stop_).smtp_of(name);
    }

    test::FakePst pst_;
    base::NoProgress progress_;
    base::StopFlag stop_;
};

TEST_F(StoreAddressesTest, AreFoundInOtherMessagesWhateverTheirCase) {
    add(sender("/O=A/CN=B", "b@org.example"));
    EXPECT_EQ(find("/o=a/cn=b"), "b@org.example");
    EXPECT_EQ(find("/o=a/cn=c"), "");
}

TEST_F(StoreAddressesTest, AreFoundInMessagesInsideOfMessages) {
    add([](mapi::Message& message) {
        mapi::Attachment attachment;
        attachment.embedded = std::make_unique<mapi::Message>();
        sender("/o=A/cn=B", "b@org.example")(*attachment.embedded);
        message.attachments.push_back(std::move(attachment));
    });
    EXPECT_EQ(find("/o=A/cn=B"), "b@org.example");
}

TEST_F(StoreAddressesTest, FollowFromEqualNamesWhereNoMessageStatesThem) {
    add(transport("B <from-header@org.example>"));
    EXPECT_EQ(find("/o=A/cn=B"), "from-header@org.example");
    add(sender("/o=A/cn=B", "stated@org.example"));
    EXPECT_EQ(find("/o=A/cn=B"), "stated@org.example");
}

TEST_F(StoreAddressesTest, PassOverDamage) {
    pst_.add("Damaged", 1, 1).items[0].unreadable = true;
    add(sender("/o=A/cn=B", "b@org.example"));
    EXPECT_EQ(find("/o=A/cn=B"), "b@org.example");
}

TEST_F(StoreAddressesTest, AreNotLearnedByHalves) {
    add(sender("/o=A/cn=B", "b@org.example"));
    StoreAddresses addresses(pst_, progress_, stop_);
    base::StopFlag stopped;
    stopped.request();
    StoreAddresses never(pst_, progress_, stopped);
    EXPECT_THROW(never.smtp_of("/o=A/cn=B"), Error);
    EXPECT_THROW(never.smtp_of("/o=A/cn=B"), Error);
    EXPECT_EQ(addresses.smtp_of("/o=A/cn=B"), "b@org.example");
}

}  // namespace
}  // namespace mbx::migration
