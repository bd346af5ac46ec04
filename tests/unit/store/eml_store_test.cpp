#include "store/eml_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "gzip.hpp"
#include "mail_tree.hpp"
#include "mailbox_snapshot.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;
using mail::FolderPath;
using test::message_of;
using test::OpenedStore;
using test::put_file;
using test::snapshot_of;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(EmlStore, ReadsFoldersOfFiles) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/inbox/10.eml", "ten", 1'100'000'000);
    put_file(folder / "t/inbox/9.EML", "nine", 1'000'000'000);
    put_file(folder / "t/Work/a.b/x.eml", "x", 0);
    put_file(folder / "t/Work/notes.txt", "no mail");
    put_file(folder / "t/.hidden/y.eml", "y");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    const auto mailbox = snapshot_of(*store);
    EXPECT_EQ(mailbox.size(), 3U);
    ASSERT_EQ(mailbox.at({"INBOX"}).size(), 2U);
    EXPECT_EQ(mailbox.at({"INBOX"})[0].bytes, "nine");
    EXPECT_EQ(mailbox.at({"INBOX"})[1].date, 1'100'000'000);
    EXPECT_THAT(mailbox.at({"Work"}), IsEmpty());
    EXPECT_EQ(mailbox.at({"Work", "a.b"}).at(0).date, -1);
    EXPECT_EQ(store->message_count({"INBOX"}), 2U);
    EXPECT_EQ(store->message_count({"None"}), std::nullopt);
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("file-left-out"));
}

TEST(EmlStore, MailThatIsNoEmlFileIsAnErrorThatNamesIt) {
    const test::TemporaryFolder folder;
    const std::string mail = "From: a@example.com\nSubject: hi\n\nbody\n";
    put_file(folder / "t/1.eml", mail);
    for (const char* name : {"2.txt", "3", "4.emlx", "5.eml.gz", "Work/.6"}) {
        put_file(folder / "t" + ("/" + std::string(name)),
                 std::string(name) == "4.emlx"     ? "40\n" + mail
                 : std::string(name) == "5.eml.gz" ? test::gzip(mail)
                                                   : mail);
    }
    put_file(folder / "t/.DS_Store", std::string("\0\0\0\1Bud1", 8));
    put_file(folder / "t/Thumbs.db", "\xd0\xcf");
    put_file(folder / "t/.1.eml.mbx-part", mail);
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    EXPECT_EQ(snapshot_of(*store).at(mail::kInboxPath).size(), 1U);
    std::vector<std::string> names;
    for (const base::Diagnostic& diagnostic : store.diagnostics()) {
        EXPECT_EQ(diagnostic.severity, base::Severity::Error);
        names.push_back(diagnostic.place.substr((folder / "t/").size()));
    }
    EXPECT_THAT(names, ElementsAre("2.txt", "3", "4.emlx", "5.eml.gz", "Work/.6"));
}

TEST(EmlStore, MessagesInTheRootAreTheInbox) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/x.eml", "x");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    EXPECT_EQ(snapshot_of(*store).at({"INBOX"}).at(0).bytes, "x");
}

TEST(EmlStore, MessagesInTheRootBesideAnInboxAreNotLost) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/x.eml", "x");
    put_file(folder / "t/INBOX/y.eml", "y");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    EXPECT_EQ(snapshot_of(*store).at({"INBOX"}).at(0).bytes, "y");
    EXPECT_EQ(snapshot_of(*store).at({"INBOX (2)"}).at(0).bytes, "x");
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("folder-name-taken"));
    EXPECT_EQ(store.diagnostics().at(0).place, "the top of the mailbox");
}

TEST(EmlStore, LinkedFoldersAreFollowedAndTakenOnce) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/INBOX/1.eml", "in");
    put_file(folder / "elsewhere/1.eml", "linked");
    fs::create_directory_symlink(folder / "elsewhere", folder / "t/Linked");
    fs::create_directory_symlink("../INBOX", folder / "t/INBOX/Self");
    fs::create_directory_symlink("nowhere", folder / "t/Gone");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    EXPECT_EQ(snapshot_of(*store).at({"Linked"}).at(0).bytes, "linked");
    EXPECT_EQ(store->folders().size(), 2U);
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("link-broken", "link-to-known-folder"));
}

TEST(EmlStore, ABadFileIsAnErrorAndTheNextOneComes) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/1.eml", "\x1f\x8b\x08rest");
    fs::create_symlink("/etc/passwd", folder / "t/2.eml");
    put_file(folder / "t/3.eml", "x");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    const auto stream = store->messages(mail::kInboxPath);
    EXPECT_THROW(stream->next(), Error);
    const Salvaged damaged = stream->salvaged();
    EXPECT_EQ(damaged.id, "1.eml");
    EXPECT_EQ(base::read_all_text(*damaged.bytes, 100), "\x1f\x8b\x08rest");
    EXPECT_THROW(stream->next(), Error);
    const Salvaged link = stream->salvaged();
    EXPECT_EQ(link.id, "2.eml");
    EXPECT_FALSE(link.bytes);
    EXPECT_EQ(stream->next()->id, "3.eml");
    EXPECT_FALSE(stream->next());
}

TEST(EmlStore, AnEmptyFileIsAMessageAndAWarning) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/1.eml", "");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    EXPECT_EQ(snapshot_of(*store).at(mail::kInboxPath).at(0).bytes, "");
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("message-empty"));
}

TEST(EmlStore, GoesOnBehindAWriterThatWasKilled) {
    const test::TemporaryFolder folder;
    const std::string whole_line = "000001.eml\tS\t\t-\n";
    put_file(folder / "t/INBOX/000001.eml", "one");
    put_file(folder / "t/INBOX/.000002.eml.mbx-part", "tw");
    put_file(folder / "t/INBOX/.flags.tsv", whole_line + "000002.eml\tF\t\t-\n000003.eml\tS");
    {
        OpenedStore store("eml:" + folder / "t", OpenMode::Write);
        const auto writer = store->writer(mail::kInboxPath);
        writer->append(message_of("two"), 1);
        writer->flush();
        EXPECT_EQ(writer->take_results().at(0).id, "000002.eml");
    }
    EXPECT_THAT(test::files_below(folder / "t"),
                ElementsAre("INBOX/.flags.tsv", "INBOX/000001.eml", "INBOX/000002.eml"));
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    const auto messages = snapshot_of(*store).at(mail::kInboxPath);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages[0].flags.seen);
    EXPECT_EQ(messages[1], snapshot_of(message_of("two")));
    EXPECT_THAT(store.diagnostics(), IsEmpty());
}

TEST(EmlStore, WritesNumberedFilesAndATableOfFlags) {
    const test::TemporaryFolder folder;
    const auto append = [&](const std::vector<mail::Message>& messages) {
        OpenedStore store("eml:" + folder / "t", OpenMode::Write);
        const auto writer = store->writer(mail::kInboxPath);
        for (const mail::Message& message : messages) {
            writer->append(message, 1);
        }
        writer->flush();
        return writer->take_results().back().id;
    };
    mail::Message flagged = message_of("two", 1'234'567'890);
    flagged.flags = {true, true, true, true, true};
    flagged.keywords = {"Work", "two words", "tab\there", "100%41"};
    mail::Message dateless = message_of("three");
    dateless.internal_date.reset();
    append({message_of("one"), flagged});
    EXPECT_EQ(append({dateless}), "000003.eml");
    EXPECT_EQ(test::file_content(folder / "t/INBOX/.flags.tsv"),
              "000001.eml\t\t\t2001-09-09T01:46:40Z\n"
              "000002.eml\tDFRST\tWork two%20words tab%09here 100%2541\t2009-02-13T23:31:30Z\n"
              "000003.eml\t\t\t-\n");
    EXPECT_THAT(test::files_below(folder / "t"),
                ElementsAre("INBOX/.flags.tsv", "INBOX/000001.eml", "INBOX/000002.eml",
                            "INBOX/000003.eml"));
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    const auto messages = snapshot_of(*store).at(mail::kInboxPath);
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[1], snapshot_of(flagged));
    EXPECT_EQ(messages[2].date, -1);
}

TEST(EmlStore, ReportsLinesOfTheTableThatItCannotRead) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/1.eml", "x");
    put_file(folder / "t/.flags.tsv",
             "# a comment\nrubbish\n1.eml\tS\t\t2024-13-01T00:00:00Z\n1.eml\tS\t\t-\tmore\n");
    OpenedStore store("eml:" + folder / "t", OpenMode::Read);
    EXPECT_FALSE(snapshot_of(*store).at(mail::kInboxPath).at(0).flags.seen);
    EXPECT_THAT(store.diagnostic_ids(),
                ElementsAre("flags-damaged", "flags-damaged", "flags-damaged"));
}

TEST(EmlStore, NamesThatFoldersCannotHaveAreWrittenOtherwise) {
    const test::TemporaryFolder folder;
    OpenedStore store("eml:" + folder / "t", OpenMode::Write);
    const std::vector<std::pair<FolderPath, FolderPath>> cases{{{"a/b", "c"}, {"a%2Fb", "c"}},
                                                               {{".x"}, {"%2Ex"}},
                                                               {{"R&-D"}, {"R&-D"}},
                                                               {{"x.eml"}, {"x.eml"}}};
    for (const auto& [path, on_disk] : cases) {
        store->create_folder(path, mail::SpecialUse::None);
        std::string place = folder / "t";
        for (const std::string& name : on_disk) {
            place += '/' + name;
        }
        EXPECT_TRUE(std::filesystem::is_directory(place)) << place;
        OpenedStore again("eml:" + folder / "t", OpenMode::Read);
        EXPECT_NE(again->message_count(path), std::nullopt);
        EXPECT_THAT(again.diagnostics(), IsEmpty());
    }
}

}  // namespace
}  // namespace mbx::store
