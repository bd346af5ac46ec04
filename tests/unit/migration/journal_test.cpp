#include "migration/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using pst::ndb::Nid;
using testing::ElementsAre;

constexpr Nid kInbox{0x8082};
constexpr Nid kSent{0x80A2};

JournalBinding binding() {
    return {"john.pst", 1000, std::string(64, 'a'), "maildir:/srv/john"};
}

Nid message_nid(std::uint32_t n) {
    return Nid::make(pst::ndb::NidType::NormalMessage, 0x10000 + n);
}

Landed landed(std::uint32_t n) {
    Landed message;
    message.nid = message_nid(n);
    message.key.bytes[0] = static_cast<std::byte>(n);
    message.key.header = ~std::uint64_t{0} - n;
    message.key.size = 100 + n;
    message.flags.seen = true;
    message.flags.deleted = true;
    message.keywords = {"$Forwarded", "grün"};
    message.internal_date = base::UnixTime{-5};
    message.id = std::to_string(n);
    message.uid_validity = 4'000'000'000U;
    return message;
}

std::vector<std::string> ids_of(const Journal& journal, Nid folder) {
    std::vector<std::string> ids;
    journal.for_each(folder, [&](const Landed& message) { ids.push_back(message.id); });
    return ids;
}

void append_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::app) << text;
}

class JournalTest : public testing::Test {
  protected:
    Journal open() { return Journal(path_, binding()); }

    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "john.pst.journal";
};

TEST_F(JournalTest, RemembersWhatHasLanded) {
    {
        Journal journal = open();
        EXPECT_FALSE(journal.resumed());
        journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 3);
        journal.add(kInbox, landed(1));
        journal.add(kInbox, landed(2));
        journal.sync();
        journal.end_folder(kInbox);
    }
    Journal journal = open();
    EXPECT_TRUE(journal.resumed());
    EXPECT_FALSE(journal.finished());
    ASSERT_NE(journal.folder(kInbox), nullptr);
    EXPECT_EQ(journal.folder(kInbox)->path, mail::kInboxPath);
    EXPECT_EQ(journal.folder(kInbox)->before, 3U);
    EXPECT_EQ(journal.folder(kInbox)->landed, 2U);
    EXPECT_TRUE(journal.folder(kInbox)->done);
    EXPECT_EQ(journal.folder(kSent), nullptr);
    EXPECT_TRUE(journal.has_landed(message_nid(2)));
    EXPECT_FALSE(journal.has_landed(message_nid(3)));
    EXPECT_FALSE(journal.has_landed(message_nid(3'000'000)));
}

TEST_F(JournalTest, GivesEveryFieldBack) {
    Journal journal = open();
    journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 0);
    journal.add(kInbox, landed(7));
    journal.sync();
    int count = 0;
    journal.for_each(kInbox, [&](const Landed& message) {
        ++count;
        const Landed expected = landed(7);
        EXPECT_EQ(message.nid, expected.nid);
        EXPECT_EQ(message.key, expected.key);
        EXPECT_EQ(message.flags, expected.flags);
        EXPECT_EQ(message.keywords, expected.keywords);
        EXPECT_EQ(message.internal_date, expected.internal_date);
        EXPECT_EQ(message.id, expected.id);
        EXPECT_EQ(message.uid_validity, expected.uid_validity);
    });
    EXPECT_EQ(count, 1);
}

TEST_F(JournalTest, KeepsFoldersApartThatWereWrittenInTurns) {
    {
        Journal journal = open();
        journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 5);
        journal.add(kInbox, landed(1));
        journal.begin_folder(kSent, "Sent Items", {"Sent"}, 0);
        journal.add(kSent, landed(2));
        journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 99);
        journal.add(kInbox, landed(3));
        journal.end_folder(kSent);
        journal.add(kInbox, landed(4));
        journal.add(kSent, landed(5));
        journal.sync();
        EXPECT_THAT(ids_of(journal, kInbox), ElementsAre("1", "3", "4"));
    }
    const Journal journal = open();
    EXPECT_THAT(ids_of(journal, kInbox), ElementsAre("1", "3", "4"));
    EXPECT_THAT(ids_of(journal, kSent), ElementsAre("2", "5"));
    EXPECT_EQ(journal.folder(kInbox)->landed, 3U);
    EXPECT_EQ(journal.folder(kSent)->landed, 2U);
    EXPECT_FALSE(journal.folder(kSent)->done);
    EXPECT_EQ(journal.folder(kInbox)->before, 5U);
}

TEST_F(JournalTest, CutsATornLastRecordOff) {
    std::uint64_t size = 0;
    {
        Journal journal = open();
        journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 0);
        journal.add(kInbox, landed(1));
        journal.sync();
        size = std::filesystem::file_size(path_);
        journal.add(kInbox, landed(2));
        journal.sync();
    }
    const std::uint64_t whole = std::filesystem::file_size(path_);
    for (std::uint64_t length = whole - 1; length >= size; length -= 7) {
        std::filesystem::resize_file(path_, length);
        Journal journal = open();
        EXPECT_THAT(ids_of(journal, kInbox), ElementsAre("1")) << length;
        EXPECT_FALSE(journal.has_landed(message_nid(2)));
        EXPECT_EQ(std::filesystem::file_size(path_), size);
        journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 0);
        journal.add(kInbox, landed(2));
        journal.sync();
        EXPECT_THAT(ids_of(journal, kInbox), ElementsAre("1", "2"));
        std::filesystem::resize_file(path_, size);
        if (length < size + 7) {
            break;
        }
        append_text(path_, std::string(length - size, 'x'));
    }
}

TEST_F(JournalTest, BeginsAnewWhenEvenItsFirstLineIsTorn) {
    open();
    const std::uint64_t whole = std::filesystem::file_size(path_);
    for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{4}, whole - 1}) {
        std::filesystem::resize_file(path_, length);
        EXPECT_FALSE(open().resumed()) << length;
        EXPECT_TRUE(open().resumed()) << length;
        EXPECT_EQ(std::filesystem::file_size(path_), whole);
    }
}

TEST_F(JournalTest, RefusesAFileThatIsNoJournal) {
    for (const std::string text :
         {"hello\n", "hello", "\n", "f93ba110 test\n"}) {  // the last one has a right CRC
        std::ofstream(path_) << text;
        try {
            open();
            FAIL() << "not refused: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::BadData);
            EXPECT_THAT(error.hint(), testing::HasSubstr("restore the journal"));
        }
        EXPECT_EQ(std::filesystem::file_size(path_), text.size()) << "it is left as it was";
    }
}

TEST_F(JournalTest, RefusesDamageBeforeItsEnd) {
    {
        Journal journal = open();
        journal.begin_folder(kInbox, "Inbox", {"INBOX"}, 0);
        journal.add(kInbox, landed(1));
        journal.finish();
    }
    std::fstream file(path_, std::ios::in | std::ios::out);
    file.seekp(-80, std::ios::end);
    file << '#';
    file.close();
    try {
        open();
        FAIL() << "not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        EXPECT_THAT(error.what(), testing::HasSubstr("sound records behind it"));
    }
}

TEST_F(JournalTest, RefusesAnotherPstAndAnotherDestination) {
    open();
    JournalBinding other = binding();
    other.pst_size = 1001;
    EXPECT_THROW(Journal(path_, other), Error);
    other = binding();
    other.destination = "maildir:/srv/mary";
    EXPECT_THROW(Journal(path_, other), Error);
    other = binding();
    other.pst_name = "renamed.pst";
    EXPECT_TRUE(Journal(path_, other).resumed());
}

TEST_F(JournalTest, GoesOnForAMailboxWhoseNameIsNoUtf8) {
    append_text(folder_ / "a.pst", "!BDN");
    const JournalBinding latin1 =
        bind_journal(folder_ / "a.pst", store::MailboxUrl::parse("maildir:/srv/j\xf6rg"));
    EXPECT_FALSE(Journal(path_, latin1).resumed());
    EXPECT_TRUE(Journal(path_, latin1).resumed());
}

TEST_F(JournalTest, IsLockedWhileItIsInUse) {
    const Journal journal = open();
    try {
        open();
        FAIL() << "not locked";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::TryAgain);
    }
}

TEST_F(JournalTest, SaysWhenItCannotBeMade) {
    try {
        const Journal journal(folder_ / "no/such/place", binding());
        FAIL() << "not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
        EXPECT_THAT(error.hint(), testing::HasSubstr("--work-dir"));
    }
}

TEST(BindJournal, SeesAChangeOfTheFile) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "a.pst";
    append_text(path, "!BDN one");
    const auto destination = store::MailboxUrl::parse("imap://anna@h");
    const JournalBinding one = bind_journal(path, destination);
    EXPECT_EQ(one.pst_name, "a.pst");
    EXPECT_EQ(one.pst_size, 8U);
    std::ofstream(path) << "!BDN two";
    EXPECT_NE(bind_journal(path, destination), one);
}

TEST(BindJournal, KnowsAMailboxOnDiskHoweverItIsWritten) {
    const test::TemporaryFolder folder;
    const std::string pst = folder / "a.pst";
    append_text(pst, "!BDN");
    const auto destination = [&](const std::string& url) {
        return bind_journal(pst, store::MailboxUrl::parse(url)).destination;
    };
    const auto whole = std::filesystem::current_path() / "not-there";
    EXPECT_EQ(destination("maildir:not-there"), "maildir:" + whole.string());
    EXPECT_EQ(destination("maildir:./not-there//"), "maildir:" + whole.string());
    EXPECT_EQ(destination("imaps://Anna@h/"), "imaps://Anna@h");

    const std::string before = destination("maildir:" + folder / "box/");
    std::filesystem::create_directory(folder / "box");
    std::filesystem::create_directory_symlink("box", folder / "link");
    EXPECT_EQ(destination("maildir:" + folder / "box/"), before);
    EXPECT_EQ(destination("maildir:" + folder / "link"), before);
    EXPECT_EQ(destination("maildir:" + folder / "box/../box"), before);
    EXPECT_NE(destination("eml:" + folder / "box"), before);

    const std::string deep(250, 'd');
    EXPECT_NE(destination("eml:/" + deep + "/1"), destination("eml:/" + deep + "/2"));
}

}  // namespace
}  // namespace mbx::migration
