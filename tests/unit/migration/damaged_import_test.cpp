#include <gmock/gmock.h>

#include "base/file.hpp"
#include "convert/exact/exact_source.hpp"
#include "import_fixture.hpp"

namespace mbx::migration {
namespace {

using mapi::SpecialFolder;
using testing::ElementsAre;

using DamagedImport = ImportPst;

TEST_F(DamagedImport, GoesOnOverDamagedMessagesAndTriesThemAgain) {
    auto& inbox = pst_.add("Inbox", 1, 3, SpecialFolder::Inbox);
    inbox.items[1].unreadable = true;
    const ImportResult result = run();
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<1@x>", "<3@x>"));
    EXPECT_EQ(result.folders[0].bad, 1U);
    EXPECT_TRUE(bad_items_->too_many());
    EXPECT_THAT(bad_items_->items()[0].reason, testing::HasSubstr("damaged block"));
    pst_.all[1].items[1].unreadable = false;
    run();
    EXPECT_FALSE(bad_items_->too_many());
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<1@x>", "<3@x>", "<2@x>"));
}

TEST_F(DamagedImport, LeavesMessagesBehindThatCanBeReadInPartOnly) {
    auto& inbox = pst_.add("Inbox", 1, 3, SpecialFolder::Inbox);
    inbox.items[1].change = [](mapi::Message& message) {
        message.damage = "attachment 0: damaged block";
    };
    const ImportResult result = run();
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<1@x>", "<3@x>"));
    EXPECT_EQ(result.folders[0].bad, 1U);
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].kind, BadKind::Unreadable);
    EXPECT_EQ(bad_items_->items()[0].reason, "attachment 0: damaged block");
    EXPECT_NE(bad_items_->items()[0].kept_as, "");
    options_.salvage = true;
    run();
    EXPECT_EQ(bad_items_->count(), 0U);
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<1@x>", "<3@x>", "<2@x>"));
}

TEST_F(DamagedImport, LeavesMessagesBehindWhoseKeptBytesCannotBeRead) {
    auto& inbox = pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
    inbox.items[0].change = [](mapi::Message& message) {
        message.properties.set(
            convert::exact::exact_source_name(), mapi::PropertyType::Binary,
            base::SharedSource(std::make_shared<test::BrokenSource>(ErrorCode::BadData)));
    };
    run();
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<2@x>"));
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_THAT(bad_items_->items()[0].reason, testing::HasSubstr("broken disk"));
}

/// Ends in damage.
class TornSource final : public base::ByteSource {
  public:
    std::uint64_t size() const override { return 100; }
    std::unique_ptr<base::ByteReader> open() const override { return std::make_unique<Reader>(); }

  private:
    class Reader final : public base::ByteReader {
      public:
        std::size_t read(base::MutableByteView out) override {
            if (std::exchange(begun_, true)) {
                throw Error(ErrorCode::BadData, "damaged block");
            }
            const base::Bytes start = base::to_bytes("sound start");
            std::copy(start.begin(), start.end(), out.begin());
            return start.size();
        }

      private:
        bool begun_ = false;
    };
};

TEST_F(DamagedImport, SalvagesMessagesAsFarAsTheyCanBeRead) {
    auto& inbox = pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    inbox.items[0].change = [](mapi::Message& message) {
        message.properties.set(mapi::PidTagHtml,
                               base::SharedSource(std::make_shared<TornSource>()));
        for (const base::SharedSource& content :
             {base::SharedSource(std::make_shared<TornSource>()),
              base::SharedSource(std::make_shared<test::BrokenSource>(ErrorCode::BadData)),
              base::memory_source(std::string("sound content"))}) {
            mapi::Attachment attachment;
            attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{1});
            attachment.properties.set(mapi::PidTagAttachMimeTag, std::string("text/plain"));
            attachment.properties.set(mapi::PidTagAttachLongFilename, std::string("name.txt"));
            attachment.data = content;
            message.attachments.push_back(std::move(attachment));
        }
    };
    const auto readable = AllOf(testing::HasSubstr("Body of <1@x>"),
                                testing::HasSubstr("filename=name.txt\r\n\r\nsound start"),
                                testing::HasSubstr("sound content"));
    EXPECT_TRUE(run().losses.empty());
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_THAT(bad_items_->items()[0].reason, testing::HasSubstr("damaged block"));
    EXPECT_THAT(
        base::read_file(bad_items_->folder() + "/" + bad_items_->items()[0].kept_as, 10'000),
        readable);
    options_.salvage = true;
    EXPECT_THAT(run().losses, testing::Contains(testing::Pair("lossy-damage", 1)));
    EXPECT_EQ(bad_items_->count(), 0U);
    EXPECT_THAT(store_.texts({"INBOX"}), ElementsAre(readable));
    ASSERT_EQ(bad_items_->items().size(), 1U);
    EXPECT_EQ(bad_items_->items()[0].kind, BadKind::Salvaged);
    EXPECT_THAT(bad_items_->items()[0].reason, testing::HasSubstr("damaged block"));
    EXPECT_FALSE(bad_items_->too_many());
}

TEST_F(DamagedImport, TakesMessagesWhoseBytesAreProvenWhateverIsDamaged) {
    const std::string text = "Message-ID: <1@x>\n\nText.\n";
    auto& inbox = pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    inbox.items[0].change = [&](mapi::Message& message) {
        convert::exact::keep_exact_source(message, base::memory_source(text), {}, {});
        message.damage = "the body";
        message.properties.set(mapi::PidTagBody,
                               base::SharedSource(std::make_shared<TornSource>()));
    };
    run();
    EXPECT_THAT(store_.texts({"INBOX"}), ElementsAre(text));
    EXPECT_EQ(bad_items_->count(), 0U);
}

TEST_F(DamagedImport, CountsMessagesThatWereEditedInThePst) {
    auto& inbox = pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    inbox.items[0].change = [&](mapi::Message& message) {
        const std::string text = "Message-ID: <1@x>\n\nText.\n";
        convert::exact::keep_exact_source(message, base::memory_source(text), {}, {});
        message.properties.set(mapi::PidTagBody, std::string("Another text."));
    };
    const ImportResult result = run();
    EXPECT_THAT(store_.texts({"INBOX"}), ElementsAre(testing::HasSubstr("Another text.")));
    EXPECT_THAT(result.losses, testing::Contains(testing::Pair("edited", 1)));
}

TEST_F(DamagedImport, LeavesEditedMessagesBehindWhereDamageMayHaveDoneIt) {
    pst_.verified = false;
    auto& inbox = pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
    inbox.items[0].change = [&](mapi::Message& message) {
        const std::string text = "Message-ID: <1@x>\n\nText.\n";
        convert::exact::keep_exact_source(message, base::memory_source(text), {}, {});
        message.properties.set(mapi::PidTagBody, std::string("Another text."));
    };
    run();
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<2@x>"));
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_THAT(bad_items_->items()[0].reason, testing::HasSubstr("edited since, or damaged"));
}

}  // namespace
}  // namespace mbx::migration
