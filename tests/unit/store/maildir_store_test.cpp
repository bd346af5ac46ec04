#include "store/maildir_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "gzip.hpp"
#include "mailbox_snapshot.hpp"
#include "unit/store/maildir_fixture.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;
using mail::FolderPath;
using test::OpenedStore;
using test::paths_of;
using test::put_file;
using test::snapshot_of;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

StoreFolder folder_of(MailStore& store, const FolderPath& path) {
    for (const StoreFolder& folder : store.folders()) {
        if (folder.path == path) {
            return folder;
        }
    }
    ADD_FAILURE() << "no folder " << mail::to_string(path);
    return {};
}

TEST_F(MaildirTest, DotsPartTheLevelsOfMaildirPlusPlus) {
    make_folder(".Work");
    make_folder(".Work.2024.Q1");
    make_folder(".INBOX.Lists");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"INBOX", "Lists"}, FolderPath{"Work"},
                            FolderPath{"Work", "2024"}, FolderPath{"Work", "2024", "Q1"}));
    EXPECT_TRUE(folder_of(*store, {"Work"}).selectable);
    EXPECT_FALSE(folder_of(*store, {"Work", "2024"}).selectable);
    EXPECT_EQ(folder_of(*store, {"INBOX"}).special_use, mail::SpecialUse::Inbox);
    EXPECT_EQ(store->message_count({"None"}), std::nullopt);
    EXPECT_EQ(store->message_count({"Work", "2024"}), 0U);
}

TEST_F(MaildirTest, FoldersInFoldersAreTheNestedLayout) {
    make_folder("Work");
    make_folder("Work/a.b");
    make_folder("Only/Child");
    fs::create_directories(root() + "/empty/sieve");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"Only"}, FolderPath{"Only", "Child"},
                            FolderPath{"Work"}, FolderPath{"Work", "a.b"}));
    EXPECT_FALSE(folder_of(*store, {"Only"}).selectable);
}

TEST_F(MaildirTest, TheInboxMayBeANestedFolder) {
    fs::remove_all(root());
    make_folder("inbox");
    make_folder("inbox/Sub");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(FolderPath{"INBOX"}, FolderPath{"INBOX", "Sub"}));
}

TEST_F(MaildirTest, NamesAreModifiedUtf7OrUtf8) {
    make_folder(".Entw&APw-rfe");
    make_folder(".R&-D");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"Entwürfe"}, FolderPath{"R&D"}));
    make_folder(".Gel&APY-scht");
    make_folder(".Größe");
    OpenedStore mixed(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*mixed),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"Entwürfe"}, FolderPath{"Gelöscht"},
                            FolderPath{"Größe"}, FolderPath{"R&-D"}));
}

TEST_F(MaildirTest, TwoFoldersOfOneNameStayTwo) {
    make_folder(".Entw&APw-rfe");
    make_folder(".Entwürfe");
    make_folder(".INBOX");
    make_folder(".A");
    make_folder("A");
    make_folder(".a");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"A"}, FolderPath{"A (2)"},
                            FolderPath{"Entwürfe"}, FolderPath{"Entwürfe (2)"},
                            FolderPath{"INBOX (2)"}, FolderPath{"a"}));
    EXPECT_THAT(store.diagnostic_ids(), Contains("folder-name-taken").Times(3));
}

TEST_F(MaildirTest, DotsTooManyLoseNoFolder) {
    make_folder(".A..B");
    make_folder(".C.");
    make_folder("..D");
    make_folder("...");
    put(".../cur/1.x:2,S");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_EQ(store->folders().size(), 6U);
    std::size_t messages = 0;
    for (const auto& [path, list] : snapshot_of(*store)) {
        messages += list.size();
    }
    EXPECT_EQ(messages, 1U);
}

TEST_F(MaildirTest, FlagsComeFromTheName) {
    put("cur/1.a:2,DFPRST");
    put("cur/2.b:2,");
    put("cur/3.c");
    put("cur/4.d;2,S");
    put("cur/5.e!2,F");
    put("cur/6.f:1,S");
    put("new/7.g");
    OpenedStore store(url(), OpenMode::Read);
    const auto messages = inbox(store);
    ASSERT_EQ(messages.size(), 7U);
    EXPECT_EQ(messages[0].flags, (mail::Flags{true, true, true, true, true}));
    EXPECT_THAT(messages[0].keywords, ElementsAre("$Forwarded"));
    EXPECT_EQ(messages[0].id, "1.a");
    for (const std::size_t unseen : {1U, 2U, 5U, 6U}) {
        EXPECT_EQ(messages[unseen].flags, mail::Flags{});
    }
    EXPECT_TRUE(messages[3].flags.seen);
    EXPECT_TRUE(messages[4].flags.flagged);
    EXPECT_EQ(store->message_count(mail::kInboxPath), 7U);
}

TEST_F(MaildirTest, KeywordsHaveTheirNamesFromDovecotsFile) {
    put("dovecot-keywords", "0 $Forwarded\n1 Work\nrubbish\n99 x\n3 Two words\n");
    put("cur/1.a:2,PSabd");
    put("cur/2.a:2,Sz");
    OpenedStore store(url(), OpenMode::Read);
    const auto messages = inbox(store);
    EXPECT_THAT(messages[0].keywords, ElementsAre("$Forwarded", "Work", "Two words"));
    EXPECT_THAT(messages[1].keywords, IsEmpty());
    EXPECT_THAT(store.diagnostic_ids(),
                ElementsAre("keywords-damaged", "keywords-damaged", "keyword-nameless"));
}

TEST_F(MaildirTest, TheDateIsTheFilesUnlessThatCannotBe) {
    put("cur/1100000000.a:2,", kMail, 1'000'000'000);
    put("cur/1200000000.b:2,", kMail, 0);
    put("cur/1300000000.c:2,", kMail, 7'000'000'000);
    put("cur/odd-name", kMail, 0);
    put("cur/zz.99999999999.d:2,", kMail, 0);
    OpenedStore store(url(), OpenMode::Read);
    const auto messages = inbox(store);
    ASSERT_EQ(messages.size(), 5U);
    EXPECT_EQ(messages[0].internal_date, base::UnixTime{1'000'000'000});
    EXPECT_EQ(messages[1].internal_date, base::UnixTime{1'200'000'000});
    EXPECT_EQ(messages[2].internal_date, base::UnixTime{1'300'000'000});
    EXPECT_EQ(messages[3].internal_date, std::nullopt);
    EXPECT_EQ(messages[4].internal_date, std::nullopt);
}

TEST_F(MaildirTest, ReadingChangesNothing) {
    put("new/1.a");
    put("cur/2.a:2,");
    const auto before = test::files_below(root());
    {
        OpenedStore store(url(), OpenMode::Read);
        EXPECT_EQ(inbox(store).size(), 2U);
    }
    EXPECT_EQ(test::files_below(root()), before);
}

TEST_F(MaildirTest, ABadMessageIsAnErrorAndTheNextOneComes) {
    const std::string broken = "\x1f\x8b\x08rest";
    put("cur/1.good:2,");
    fs::create_symlink("/etc/passwd", root() + "/cur/2.link:2,");
    ASSERT_EQ(::mkfifo((root() + "/cur/3.pipe:2,").c_str(), 0600), 0);
    put("cur/4.gzip,S=99:2,SZ", broken);
    put("cur/5.good:2,");
    OpenedStore store(url(), OpenMode::Read);
    const auto stream = store->messages(mail::kInboxPath);
    std::vector<std::string> seen;
    for (bool more = true; more;) {
        try {
            const auto message = stream->next();
            more = message.has_value();
            if (more) {
                seen.push_back(message->id);
            }
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::BadData);
            EXPECT_THAT(error.place(), testing::HasSubstr(root()));
            EXPECT_EQ(error.hint().empty(), error.text() == "is not a regular file");
            const Salvaged salvaged = stream->salvaged();
            seen.push_back("error: " + salvaged.id);
            EXPECT_EQ(salvaged.bytes != nullptr, salvaged.id == "4.gzip,S=99");
            if (salvaged.bytes) {
                EXPECT_EQ(base::read_all_text(*salvaged.bytes, 100), broken);
            }
        }
    }
    EXPECT_THAT(seen, ElementsAre("1.good", "error: 2.link", "error: 3.pipe", "error: 4.gzip,S=99",
                                  "5.good"));
}

TEST_F(MaildirTest, MailWhereNoMailProgramLooksIsAnErrorThatNamesIt) {
    const std::vector<std::string> lost{".Foo/1.a:2,S",    "1.beside:2,S",        "Only/1.a",
                                        "cur/2015/1.a:2,", "cur/2015/cur/1.b:2,", "new/x/y/1.c"};
    for (const std::string& name : lost) {
        put(name);
    }
    put("cur/2015/2.gzip:2,S", test::gzip(kMail));
    put("tmp/1.unfinished");
    make_folder("Only/Child");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"Only"}, FolderPath{"Only", "Child"}));
    EXPECT_THAT(inbox(store), IsEmpty());
    std::vector<std::string> named;
    for (const base::Diagnostic& diagnostic : store.diagnostics()) {
        EXPECT_EQ(diagnostic.severity, base::Severity::Error);
        named.push_back(diagnostic.place.substr(root().size() + 1));
    }
    std::vector<std::string> expected = lost;
    expected.emplace_back("cur/2015/2.gzip:2,S");
    EXPECT_THAT(named, testing::UnorderedElementsAreArray(expected));
}

TEST_F(MaildirTest, WhatElseLiesInAMaildirIsNoError) {
    put("cur/1.a:2,");
    make_folder(".Work");
    for (const char* name :
         {"dovecot-uidlist",      "dovecot.index.cache", "dovecot-uidvalidity.5f1c",
          "dovecot-keywords",     "subscriptions",       "maildirsize",
          ".Work/maildirfolder",  "courierimapuiddb",    "courierimapkeywords/1.a",
          "courierpop3dsizelist", "shared-maildirs",     ".mailfilter",
          ".dovecot.svbin",       "sieve/main",          "dovecot.sieve",
          "dovecot-uidlist.lock", ".DS_Store",           ".git/HEAD",
          ".git/objects/ab/cdef", "cur/.nfs0001",        "tmp/1.a",
          ".dovecot.lda-dupes"}) {
        put(name, std::string("\x01\x02\0\x03", 4));
    }
    put(".empty", "");
    fs::create_symlink("sieve/main", root() + "/.dovecot.sieve");
    fs::create_symlink("host:1", root() + "/cur/.#1.a");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(store.diagnostics(), IsEmpty());
    put("notes.txt", "milk\n");
    put("backup.tar.bz2", "BZh91AY&SY");
    OpenedStore again(url(), OpenMode::Read);
    EXPECT_THAT(again.diagnostic_ids(), ElementsAre("file-left-out", "file-left-out"));
    EXPECT_EQ(again.diagnostics().at(0).severity, base::Severity::Warning);
}

TEST_F(MaildirTest, AnEmptyMessageIsAMessageAndAWarning) {
    put("cur/1.empty:2,S", "");
    put("cur/2.good:2,");
    OpenedStore store(url(), OpenMode::Read);
    const auto messages = snapshot_of(*store).at(mail::kInboxPath);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].bytes, "");
    EXPECT_TRUE(messages[0].flags.seen);
    ASSERT_THAT(store.diagnostic_ids(), ElementsAre("message-empty"));
    EXPECT_EQ(store.diagnostics().at(0).place, root() + "/cur/1.empty:2,S");
}

TEST_F(MaildirTest, LinkedFoldersAreFollowedAndTakenOnce) {
    put_file(temporary_ / "elsewhere/cur/1.a:2,", "linked");
    put_file(temporary_ / "elsewhere/.Sub/cur/1.a:2,", "below");
    fs::create_directory_symlink(temporary_ / "elsewhere", root() + "/.Linked");
    fs::create_directory_symlink(temporary_ / "elsewhere", root() + "/.Twice");
    fs::create_directory_symlink(temporary_ / "elsewhere", temporary_ / "elsewhere/.Loop");
    put(".Real/cur/1.a:2,", "real");
    fs::create_directory_symlink(".Real", root() + "/.Alias");
    OpenedStore store(url(), OpenMode::Read);
    const auto mailbox = snapshot_of(*store);
    EXPECT_EQ(mailbox.size(), 4U);
    EXPECT_EQ(mailbox.at({"Linked"}).at(0).bytes, "linked");
    EXPECT_EQ(mailbox.at({"Linked", "Sub"}).at(0).bytes, "below");
    EXPECT_EQ(mailbox.at({"Real"}).at(0).bytes, "real");
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("link-to-known-folder", "link-to-known-folder",
                                                    "link-to-known-folder"));
}

TEST_F(MaildirTest, AFolderThatTwoLinksLeadToIsTakenOnce) {
    put_file(temporary_ / "elsewhere/cur/1.a:2,", "above");
    put_file(temporary_ / "elsewhere/.Sub/cur/1.a:2,", "below");
    fs::create_directory_symlink(temporary_ / "elsewhere/.Sub", root() + "/.First");
    fs::create_directory_symlink(temporary_ / "elsewhere", root() + "/.Second");
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store),
                ElementsAre(FolderPath{"INBOX"}, FolderPath{"First"}, FolderPath{"Second"}));
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("link-to-known-folder"));
}

TEST_F(MaildirTest, ALinkThatCannotBeFollowedIsAnErrorThatNamesIt) {
    fs::create_directory_symlink(temporary_ / "nothing", root() + "/.Gone");
    fs::create_symlink("nobody@host.1", root() + "/dovecot-uidlist.lock");
    fs::create_directories(root() + "/Only");
    fs::create_directory_symlink("nothing", root() + "/Only/Gone");
    fs::create_directory_symlink("..", root() + "/loop");
    fs::create_directories(temporary_ / "others/cur");
    const bool is_root = ::chown((temporary_ / "others").c_str(), 12345, 12345) == 0;
    if (is_root) {
        fs::create_directory_symlink(temporary_ / "others", root() + "/.Others");
    }
    OpenedStore store(url(), OpenMode::Read);
    EXPECT_THAT(paths_of(*store), ElementsAre(FolderPath{"INBOX"}));
    std::vector<std::string> expected{"link-broken", "link-broken"};
    expected.resize(is_root ? 4 : 3, "link-not-followed");
    EXPECT_EQ(store.diagnostic_ids(), expected);
    for (const base::Diagnostic& diagnostic : store.diagnostics()) {
        EXPECT_EQ(diagnostic.severity, base::Severity::Error);
        EXPECT_THAT(diagnostic.place, testing::StartsWith(root()));
    }
}

TEST_F(MaildirTest, MessagesThatMoveMeanwhileAreFound) {
    put("new/1.a");
    put("cur/2.b:2,");
    put("cur/3.c:2,");
    OpenedStore store(url(), OpenMode::Read);
    const auto stream = store->messages(mail::kInboxPath);
    EXPECT_EQ(stream->remaining(), 3U);
    fs::rename(root() + "/new/1.a", root() + "/cur/1.a:2,S");
    fs::rename(root() + "/cur/2.b:2,", root() + "/cur/2.b:2,F");
    fs::remove(root() + "/cur/3.c:2,");
    EXPECT_TRUE(stream->next().value().flags.seen);
    EXPECT_TRUE(stream->next().value().flags.flagged);
    EXPECT_FALSE(stream->next());
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("message-gone"));
}

TEST_F(MaildirTest, LargeMessagesAreReadWhenTheyAreWanted) {
    const std::string large(3'000'000, 'x');
    put("cur/1.a:2,", large);
    OpenedStore store(url(), OpenMode::Read);
    const auto messages = inbox(store);
    EXPECT_EQ(messages[0].source->size(), large.size());
    EXPECT_TRUE(messages[0].source->in_memory().empty());
    fs::rename(root() + "/cur/1.a:2,", root() + "/cur/1.a:2,S");
    EXPECT_EQ(base::read_all_text(*messages[0].source, large.size()), large);
    put("cur/1.a:2,S", large + "more");
    EXPECT_THROW(base::read_all(*messages[0].source, large.size() * 2), Error);
}

TEST_F(MaildirTest, LargeMessagesAreReadFromWhereTheyAreWanted) {
    constexpr std::uint64_t kSize = std::uint64_t{1} << 40;  // to read all takes longer than a test
    put("cur/1.a:2,");
    fs::resize_file(root() + "/cur/1.a:2,", kSize);
    OpenedStore store(url(), OpenMode::Read);
    const auto messages = inbox(store);
    base::Bytes end(100);
    EXPECT_EQ(messages[0].source->open_at(kSize - 10)->read(end), 10U);
    EXPECT_EQ(messages[0].source->open_at(kSize + 10)->read(end), 0U);
}

TEST_F(MaildirTest, SubscriptionsCountWhereThereIsAFile) {
    make_folder(".Work.Sub");
    make_folder(".Work");
    make_folder(".Other");
    OpenedStore without(url(), OpenMode::Read);
    EXPECT_TRUE(folder_of(*without, {"Other"}).subscribed);
    for (const char* content :
         {"Work\nWork.Sub\n", "V\t2\n\nWork\nWork\tSub\n", "INBOX.Work\nINBOX.Work.Sub\n"}) {
        put("subscriptions", content);
        OpenedStore store(url(), OpenMode::Read);
        EXPECT_TRUE(folder_of(*store, {"INBOX"}).subscribed) << content;
        EXPECT_TRUE(folder_of(*store, {"Work"}).subscribed) << content;
        EXPECT_TRUE(folder_of(*store, {"Work", "Sub"}).subscribed) << content;
        EXPECT_FALSE(folder_of(*store, {"Other"}).subscribed) << content;
    }
}

TEST_F(MaildirTest, WhatIsNoMaildirIsRefused) {
    const auto code = [](const std::string& url, OpenMode mode) {
        try {
            OpenedStore store(url, mode);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    };
    put_file(temporary_ / "other/file", "x");
    EXPECT_EQ(code("maildir:" + temporary_ / "none", OpenMode::Read), ErrorCode::NoInput);
    EXPECT_EQ(code("maildir:" + temporary_ / "none", OpenMode::Check), ErrorCode::NoInput);
    EXPECT_FALSE(fs::exists(temporary_ / "none"));
    EXPECT_EQ(code("maildir:" + temporary_ / "other", OpenMode::Read), ErrorCode::BadData);
    EXPECT_EQ(code("maildir:" + temporary_ / "other", OpenMode::Write), ErrorCode::BadData);
}

}  // namespace
}  // namespace mbx::store
