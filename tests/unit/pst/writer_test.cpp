#include "pst/writer.hpp"

#include "unit/pst/writer_fixture.hpp"

namespace mbx::pst {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(WriterTest, MakesASoundEmptyStore) {
    EXPECT_THAT(problems_after_close(*open()), IsEmpty());
}

TEST_F(WriterTest, WritesAMessageWithEverything) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    EXPECT_EQ(inbox.value, kInbox);
    mapi::Message m = message("RE: hello");
    m.recipients = {recipient("a@example.com"), recipient("b@example.com", 2)};
    m.attachments.push_back(attachment(bytes(100)));
    m.attachments.push_back(attachment(bytes(20'000)));
    mapi::Attachment inner;
    inner.embedded = std::make_unique<mapi::Message>(message("inner"));
    m.attachments.push_back(std::move(inner));
    m.properties.set({mapi::PSETID_Common, 0x8503U}, mapi::PropertyType::Boolean, true);
    const auto added = writer->add(inbox, m);
    EXPECT_EQ(added.nid.value, kFirstMessage);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    EXPECT_EQ(added.size, store().size_of(store().node(kFirstMessage)));
    const auto properties = store().properties(store().node(kFirstMessage));
    EXPECT_EQ(properties.at(0x0037001F).bytes,
              std::string("\1\0\5\0", 4) + test::wide("RE: hello"));
    EXPECT_EQ(properties.at(0x0070001F).bytes, test::wide("hello"));
    EXPECT_EQ(properties.at(0x0E04001F).bytes, test::wide("Name of a@example.com"));
    EXPECT_EQ(properties.at(0x0E03001F).bytes, test::wide("Name of b@example.com"));
    EXPECT_EQ(test::integer_of(properties, 0x0E070003), 0x11U);
}

}  // namespace
}  // namespace mbx::pst
