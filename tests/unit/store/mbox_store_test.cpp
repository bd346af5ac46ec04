#include "store/mbox_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "gzip.hpp"
#include "mail_tree.hpp"
#include "mailbox_snapshot.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;
using mail::FolderPath;
using test::kPostmark;
using test::mbox_of;
using test::message_of;
using test::OpenedStore;
using test::paths_of;
using test::put_file;
using test::snapshot_of;
using testing::ElementsAre;
using testing::IsEmpty;

ErrorCode code_of_opening(const std::string& url, OpenMode mode) {
    try {
        OpenedStore store(url, mode);
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "opened";
    return ErrorCode::Internal;
}

TEST(MboxStore, ASingleFileIsTheInbox) {
    const test::TemporaryFolder folder;
    put_file(folder / "file", mbox_of("1") + mbox_of("2"));
    OpenedStore store("mbox:" + folder / "file", OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(mail::kInboxPath));
    EXPECT_EQ(store->message_count(mail::kInboxPath), 2U);
    const auto messages = snapshot_of(*store).at(mail::kInboxPath);
    EXPECT_EQ(messages.at(1).bytes, "Subject: 2\n\nbody\n");
    EXPECT_EQ(messages.at(1).date, 820631134);
    const auto stream = store->messages(mail::kInboxPath);
    stream->next();
    EXPECT_EQ(stream->next()->id, "#2");
}

TEST(MboxStore, ReadsThunderbirdsTree) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/Inbox", mbox_of("in"));
    put_file(folder / "t/Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->");
    put_file(folder / "t/Work", "");
    put_file(folder / "t/Work.sbd/2024", mbox_of("work"));
    put_file(folder / "t/Work.sbd/2024.sbd/Größe", mbox_of("deep"));
    put_file(folder / "t/Inbox.sbd/Lists", mbox_of("list"));
    put_file(folder / "t/msgFilterRules.dat", "version=\"9\"");
    put_file(folder / "t/notes.txt", "no mail");
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"INBOX", "Lists"}, FolderPath{"Work"},
                            FolderPath{"Work", "2024"}, FolderPath{"Work", "2024", "Größe"}));
    EXPECT_EQ(snapshot_of(*store).at({"Work", "2024", "Größe"}).at(0).bytes,
              "Subject: deep\n\nbody\n");
    EXPECT_EQ(store->message_count({"Work"}), 0U);
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("file-left-out"));
}

TEST(MboxStore, ReadsPlainTreesAndTheirNames) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/inbox.mbox", mbox_of("in"));
    put_file(folder / "t/Lists/a.b.mbox", mbox_of("list"));
    put_file(folder / "t/Entw&APw-rfe", mbox_of("draft"));
    fs::create_directory_symlink("..", folder / "t/loop");
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(FolderPath{"INBOX"}, FolderPath{"Entwürfe"},
                                              FolderPath{"Lists"}, FolderPath{"Lists", "a.b"}));
    EXPECT_FALSE(store->folders().at(2).selectable);
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("link-not-followed"));
}

struct LeftOut {
    const char* name;
    std::string content;
};

class FileThatMayBeMail : public testing::TestWithParam<LeftOut> {};

TEST_P(FileThatMayBeMail, IsAnErrorInATree) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/INBOX", mbox_of("in"));
    put_file(folder / "t" + ("/" + std::string(GetParam().name)), GetParam().content);
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(mail::kInboxPath));
    ASSERT_EQ(store.diagnostics().size(), 1U);
    EXPECT_EQ(store.diagnostics()[0].severity, base::Severity::Error);
    EXPECT_THAT(store.diagnostics()[0].place, testing::EndsWith(GetParam().name));
}

std::string with_bare_cr(std::string text) {
    std::replace(text.begin(), text.end(), '\n', '\r');
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FileThatMayBeMail,
    testing::Values(LeftOut{"Old.gz", test::gzip(mbox_of("1"))},
                    LeftOut{"Broken.gz", "\x1f\x8b\x08 and so on"},
                    LeftOut{"Old.bz2", "BZh91AY&SY and so on"},
                    LeftOut{"Old.xz", std::string("\xfd\x37zXZ\0 and so on", 16)},
                    LeftOut{"Mac", with_bare_cr(mbox_of("1"))},
                    LeftOut{"Quoted", ">" + mbox_of("1")}, LeftOut{"Torn", std::string(600, '\0')},
                    LeftOut{"TornText", std::string(6000, '\0') + "the end of a message\n"},
                    LeftOut{"Message", "Subject: x\n\nbody\n"},
                    LeftOut{"Outlook", "!BDN and so on"},
                    LeftOut{"letter.msg", "\xd0\xcf\x11\xe0 and so on"},
                    LeftOut{".hidden/Message", "Subject: x\nTo: y\n\nbody\n"}));

TEST(MboxStore, OtherFilesOfAHomeFolderAreNoErrors) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/INBOX", mbox_of("in"));
    const std::vector<LeftOut> files{
        {"photos.zip", "PK\x03\x04 and so on"},
        {"linux.tar.xz", std::string("\xfd\x37zXZ\0 and so on", 16)},
        {"src.tar.gz", test::gzip(std::string(257, 'x') + "ustar  and so on")},
        {"messages.1.gz", test::gzip("Nov 23 16:00:01 host daemon: text\n")},
        {"film.mp4", std::string("\0\0\0\x18"
                                 "ftypmp42 and so on",
                                 22)},
        {"disk.iso", std::string(40000, '\0') +
                         "\1"
                         "CD001\1" +
                         std::string(100, '\0')},
        {"letter.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"},
        {"program",
         "\x7f"
         "ELF\2\1\1 and so on"},
        {"data.bin", "\x93\x01\x02 and so on"},
        {"meeting.ics", "BEGIN:VCALENDAR\nFROM:a\nTO:b\n"},
        {"notes.txt", "milk\nbread\n"}};
    for (const LeftOut& file : files) {
        put_file(folder / "t" + ("/" + std::string(file.name)), file.content);
    }
    put_file(folder / "t/.cache/thing", "\x93\x01\x02 and so on");
    put_file(folder / "t/.cache/thing.gz", "\x1f\x8b\x08 and so on");
    fs::create_symlink("thing", folder / "t/.cache/link");
    fs::create_symlink("gone", folder / "t/.cache/broken");
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(mail::kInboxPath));
    EXPECT_THAT(store.diagnostic_ids(), testing::Each("file-left-out"));
    EXPECT_EQ(store.diagnostics().size(), files.size());
    for (const base::Diagnostic& diagnostic : store.diagnostics()) {
        EXPECT_EQ(diagnostic.severity, base::Severity::Warning) << diagnostic.place;
    }
}

TEST(MboxStore, AFileWithTextBeforeItsMessagesIsReadAndTheTextIsKept) {
    const test::TemporaryFolder folder;
    const std::string text = "Subject: lost its postmark\n\nbody\n\n";
    put_file(folder / "t/Sent", text + mbox_of("2") + mbox_of("3"));
    for (const char* path : {"t", "t/Sent"}) {
        OpenedStore store("mbox:" + folder / path, OpenMode::Read);
        const FolderPath inner = store->folders().at(0).path;
        const auto stream = store->messages(inner);
        EXPECT_THROW(stream->next(), Error);
        const Salvaged kept = stream->salvaged();
        EXPECT_EQ(kept.id, "0x0");
        ASSERT_TRUE(kept.bytes);
        EXPECT_EQ(base::read_all_text(*kept.bytes, 1000), text);
        EXPECT_TRUE(stream->next());
        EXPECT_TRUE(stream->next());
        EXPECT_FALSE(stream->next());
        EXPECT_THAT(store.diagnostic_ids(), IsEmpty());
    }
    EXPECT_EQ(code_of_opening("mbox:" + folder / "t/Sent", OpenMode::Write), ErrorCode::BadData);
}

TEST(MboxStore, NotesOfMailProgramsAreNoErrors) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/INBOX", mbox_of("in"));
    for (const char* name :
         {"INBOX.msf", "msgFilterRules.dat", "dovecot.index", "dovecot.list.index.log",
          "dovecot-uidlist", "subscriptions", "INBOX.ev-summary", "global.sqlite", "INBOX.cmeta",
          ".imap/INBOX/dovecot.index.cache", ".subscriptions", ".INBOX.index", "INBOX.toc"}) {
        put_file(folder / "t" + ("/" + std::string(name)), std::string("\x01\x02\0\x03", 4));
    }
    fs::create_symlink("host:1", folder / "t/INBOX.lock");
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(mail::kInboxPath));
    EXPECT_THAT(store.diagnostic_ids(), IsEmpty());
}

TEST(MboxStore, AnMboxIsTakenUnderWhateverName) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/.hidden/box", mbox_of("1"));
    put_file(folder / "t/.old", mbox_of("2"));
    put_file(folder / "t/server.log", mbox_of("3"));
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(FolderPath{".hidden"}, FolderPath{".hidden", "box"},
                                              FolderPath{".old"}, FolderPath{"server.log"}));
    EXPECT_THAT(store.diagnostic_ids(), IsEmpty());
}

TEST(MboxStore, AFileOfEmptyLinesIsAnEmptyMbox) {
    const test::TemporaryFolder folder;
    put_file(folder / "f", std::string(10'000, '\n'));
    OpenedStore store("mbox:" + folder / "f", OpenMode::Check);
    EXPECT_EQ(store->message_count(mail::kInboxPath), 0U);
}

TEST(MboxStore, LinksToFoldersAreFollowedAndLinksToFilesAreErrors) {
    const test::TemporaryFolder folder;
    put_file(folder / "t/INBOX", mbox_of("in"));
    put_file(folder / "elsewhere/Old", mbox_of("old"));
    fs::create_directory_symlink(folder / "elsewhere", folder / "t/Archive");
    fs::create_symlink(folder / "elsewhere/Old", folder / "t/Older");
    OpenedStore store("mbox:" + folder / "t", OpenMode::Read);
    EXPECT_EQ(snapshot_of(*store).at({"Archive", "Old"}).size(), 1U);
    ASSERT_THAT(store.diagnostic_ids(), ElementsAre("link-not-followed"));
    EXPECT_EQ(store.diagnostics().at(0).severity, base::Severity::Error);
    EXPECT_EQ(store.diagnostics().at(0).place, folder / "t/Older");
}

TEST(MboxStore, LeavesOutWhatIsDeletedAndSaysHowMany) {
    const test::TemporaryFolder folder;
    put_file(
        folder / "f",
        std::string(kPostmark) +
            "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nx\n\n" +
            kPostmark + "X-Mozilla-Status: 0009\nSubject: gone\n\nx\n\n" + kPostmark +
            "X-Mozilla-Status: 0001\nSubject: here\n\nx\n\n" + kPostmark +
            "X-Mozilla-Status: 0008\nSubject: gone\n\nx\n");
    OpenedStore store("mbox:" + folder / "f", OpenMode::Read);
    const auto messages = snapshot_of(*store).at(mail::kInboxPath);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].bytes, "X-Mozilla-Status: 0001\nSubject: here\n\nx\n");
    EXPECT_TRUE(messages[0].flags.seen);
    EXPECT_EQ(store->message_count(mail::kInboxPath), 1U);
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("mbox-expunged", "mbox-internal"));
    EXPECT_THAT(store.diagnostics().at(0).text, testing::StartsWith("2 "));
}

TEST(MboxStore, AnEmptyMessageIsAMessageAndAWarning) {
    const test::TemporaryFolder folder;
    put_file(folder / "f", mbox_of("1") + kPostmark + "\n" + mbox_of("3"));
    OpenedStore store("mbox:" + folder / "f", OpenMode::Read);
    const auto messages = snapshot_of(*store).at(mail::kInboxPath);
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[1].bytes, "");
    ASSERT_THAT(store.diagnostic_ids(), ElementsAre("message-empty"));
    EXPECT_THAT(store.diagnostics().at(0).place, testing::EndsWith("/f: #2 at 0x34"));
}

TEST(MboxStore, LargeMessagesAreReadAsTheyAreWanted) {
    const test::TemporaryFolder folder;
    const std::string body(2'000'000, 'y');
    put_file(folder / "f",
             std::string(kPostmark) + "S: 1\n\n>From x\n" + body + "\n\n" + mbox_of("2"));
    OpenedStore store("mbox:" + folder / "f", OpenMode::Read);
    const auto stream = store->messages(mail::kInboxPath);
    const auto message = stream->next().value();
    EXPECT_TRUE(message.source->in_memory().empty());
    EXPECT_EQ(message.source->size(), body.size() + 14);
    EXPECT_TRUE(stream->next());
    EXPECT_EQ(base::read_all_text(*message.source, 3'000'000), "S: 1\n\nFrom x\n" + body + "\n");
    base::Bytes end(100);
    EXPECT_EQ(message.source->open_at(message.source->size() - 5)->read(end), 5U);
}

TEST(MboxStore, RefusesWhatIsNoMbox) {
    const test::TemporaryFolder folder;
    put_file(folder / "file", "Subject: x\n\nno postmark\n");
    fs::create_directory(folder / "empty");
    EXPECT_EQ(code_of_opening("mbox:" + folder / "none", OpenMode::Read), ErrorCode::NoInput);
    EXPECT_EQ(code_of_opening("mbox:" + folder / "file", OpenMode::Read), ErrorCode::BadData);
    EXPECT_EQ(code_of_opening("mbox:" + folder / "file", OpenMode::Write), ErrorCode::BadData);
    EXPECT_EQ(code_of_opening("mbox:" + folder / "empty", OpenMode::Read), ErrorCode::BadData);
    EXPECT_EQ(code_of_opening("mboxo:" + folder / "new", OpenMode::Write), ErrorCode::Usage);
    EXPECT_EQ(code_of_opening("mboxcl2:" + folder / "new", OpenMode::Write), ErrorCode::Usage);
    EXPECT_FALSE(fs::exists(folder / "new"));
}

TEST(MboxStore, WritesMboxrdWithFlagsWhereOthersFindThem) {
    const test::TemporaryFolder folder;
    OpenedStore store("mbox:" + folder / "new.mbox", OpenMode::Write);
    const auto writer = store->writer(mail::kInboxPath);
    writer->append(message_of("Subject: 1\n\nFrom x\n>From y\n", 820631134), 1);
    mail::Message flagged = message_of("Subject: 2\n\nno newline", 820631134);
    flagged.flags.seen = flagged.flags.answered = true;
    flagged.keywords = {"$Forwarded", "Red Category"};
    writer->append(flagged, 2);
    writer->flush();
    const auto results = writer->take_results();
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].id, "#2");
    EXPECT_EQ(test::file_content(folder / "new.mbox"),
              "From mboxrd@z Wed Jan  3 01:05:34 1996\nSubject: 1\n\n>From x\n>>From y\n\n"
              "From mboxrd@z Wed Jan  3 01:05:34 1996\n"
              "X-Mbx-Added: 4, no-final-newline\nStatus: RO\nX-Status: A\n"
              "X-Keywords: $Forwarded Red_Category\nSubject: 2\n\nno newline\n\n");
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("keyword-changed"));
}

class AwkwardMessage : public testing::TestWithParam<std::string> {};

TEST_P(AwkwardMessage, ComesBackByteForByte) {
    const test::TemporaryFolder folder;
    for (const bool flagged : {false, true}) {
        const std::string url = "mbox:" + folder / (flagged ? "1.mbox" : "0.mbox");
        {
            OpenedStore store(url, OpenMode::Write);
            const auto writer = store->writer(mail::kInboxPath);
            mail::Message message = message_of(GetParam());
            message.flags.flagged = flagged;
            writer->append(message, 1);
            writer->append(message, 2);
            writer->flush();
        }
        OpenedStore store(url, OpenMode::Read);
        const auto messages = snapshot_of(*store).at(mail::kInboxPath);
        ASSERT_EQ(messages.size(), 2U);
        for (const auto& message : messages) {
            EXPECT_EQ(message.bytes, GetParam());
            EXPECT_EQ(message.flags, (mail::Flags{false, false, flagged, false, false}));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Bytes, AwkwardMessage,
    testing::Values(
        std::string("From x@y Sat Jan  3 01:05:34 1996\nSubject: old\n\nx\n"), std::string(),
        std::string("\n"), std::string("\n\n\n"), std::string("x"), std::string("\r"),
        std::string("\nStatus: R\n\n"), std::string("\r\nStatus: R\n"),
        std::string("S: 1\r\n\r\nbody\r\n"), std::string("S: 1\r\n\r\nbody\r\n\r\n"),
        std::string("S: 1\n\nbody\n\r"), std::string("S: 1\n\nbody\r"),
        std::string("S: 1\n\nbody\n\n\n"), std::string("S: 1"),
        std::string("X-Mbx-Added: 1\nS: 1\n\n"), std::string("Status: RO\n\nx\n"),
        std::string("X-Mozilla-Status: 0008\n\nx\n"),
        std::string("Content-Length: 2\n\nx\nFrom a@b Sat Jan  3 01:05:34 1996\nS: 2\n"),
        std::string("Content-Length: 8\n\n>From x\n"), std::string("S: \0\n\n\0\n", 8),
        std::string(">From a\n>>From b\n"), std::string("\xef\xbb\xbfS: 1\n")));

TEST(MboxStore, WritesATreeAsThunderbirdHasIt) {
    const test::TemporaryFolder folder;
    OpenedStore store("mbox:" + folder / "t", OpenMode::Write);
    store->create_folder({"A", "B", "Größe"}, mail::SpecialUse::None);
    EXPECT_THAT(test::files_below(folder / "t"),
                ElementsAre("A", "A.sbd/B", "A.sbd/B.sbd/Größe", "INBOX"));
}

TEST(MboxStore, NamesThatFilesCannotHaveAreWrittenOtherwise) {
    const test::TemporaryFolder folder;
    OpenedStore store("mbox:" + folder / "t", OpenMode::Write);
    const std::vector<std::pair<FolderPath, std::string>> cases{{{"a.b"}, "a.b"},
                                                                {{"a/b"}, "a%2Fb"},
                                                                {{".x"}, "%2Ex"},
                                                                {{"a.msf"}, "a%2Emsf"},
                                                                {{"a.sbd"}, "a%2Esbd"},
                                                                {{"a.mbox"}, "a%2Embox"},
                                                                {{"a.lock"}, "a%2Elock"},
                                                                {{"R&D"}, "R&D"},
                                                                {{"R&-D"}, "R%26-D"},
                                                                {{"x", "inbox"}, "x.sbd/inbox"},
                                                                {{std::string(300, 'n')}, {}}};
    for (const auto& [path, file] : cases) {
        store->create_folder(path, mail::SpecialUse::None);
        EXPECT_TRUE(file.empty() || std::filesystem::is_regular_file(folder / ("t/" + file)))
            << file;
        OpenedStore again("mbox:" + folder / "t", OpenMode::Read);
        EXPECT_THAT(paths_of(*again), testing::Contains(path));
        EXPECT_THAT(again.diagnostics(), IsEmpty());
    }
}

TEST(MboxStore, ASingleFileHoldsNoOtherFolder) {
    const test::TemporaryFolder folder;
    OpenedStore store("mbox:" + folder / "new.mbox", OpenMode::Write);
    store->create_folder(mail::kInboxPath, mail::SpecialUse::Inbox);
    try {
        store->create_folder({"Sent"}, mail::SpecialUse::Sent);
        ADD_FAILURE() << "made";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
        EXPECT_FALSE(error.hint().empty());
    }
    store->prepare({{mail::kInboxPath}});
    EXPECT_THROW(store->prepare({{mail::kInboxPath}, {{"Sent"}}}), Error);
}

TEST(MboxStore, AppendsBehindAFileThatEndsBadly) {
    for (const char* end : {"", "\n", "\n\n", "\n\r\n"}) {
        const test::TemporaryFolder folder;
        put_file(folder / "f", std::string(kPostmark) + "S: 1\n\nbody" + end);
        {
            OpenedStore store("mbox:" + folder / "f", OpenMode::Write);
            const auto writer = store->writer(mail::kInboxPath);
            writer->append(message_of("S: 2\n\nnew\n"), 1);
            writer->flush();
            EXPECT_EQ(writer->take_results().at(0).id, "#2");
        }
        OpenedStore store("mbox:" + folder / "f", OpenMode::Read);
        const auto messages = snapshot_of(*store).at(mail::kInboxPath);
        ASSERT_EQ(messages.size(), 2U);
        EXPECT_THAT(messages[0].bytes, testing::StartsWith("S: 1\n\nbody"));
        EXPECT_EQ(messages[1].bytes, "S: 2\n\nnew\n");
    }
}

TEST(MboxStore, ASourceThatFailsLeavesNothingBehind) {
    const test::TemporaryFolder folder;
    put_file(folder / "f", mbox_of("1"));
    OpenedStore store("mbox:" + folder / "f", OpenMode::Write);
    const auto writer = store->writer(mail::kInboxPath);
    mail::Message broken = message_of("x");
    broken.source = std::make_shared<test::BrokenSource>();
    writer->append(broken, 1);
    writer->flush();
    const auto results = writer->take_results();
    ASSERT_EQ(results.size(), 1U);
    ASSERT_TRUE(results[0].failure);
    EXPECT_EQ(test::file_content(folder / "f"), mbox_of("1"));
}

}  // namespace
}  // namespace mbx::store
