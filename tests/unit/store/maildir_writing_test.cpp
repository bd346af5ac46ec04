#include "store/maildir_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/modified_utf7.hpp"
#include "mailbox_snapshot.hpp"
#include "unit/store/maildir_fixture.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;
using mail::FolderPath;
using test::message_of;
using test::OpenedStore;
using test::paths_of;
using test::snapshot_of;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

/// Delivers one message and gives its file name.
std::string deliver(MailStore& store, const FolderPath& folder, const mail::Message& message) {
    const auto writer = store.writer(folder);
    writer->append(message, 7);
    EXPECT_THAT(writer->take_results(), IsEmpty());
    writer->flush();
    const auto results = writer->take_results();
    EXPECT_EQ(results.size(), 1U);
    EXPECT_EQ(results.at(0).ticket, 7U);
    EXPECT_FALSE(results.at(0).failure);
    return results.at(0).id;
}

TEST_F(MaildirTest, DeliversByTheProtocol) {
    fs::remove_all(root());
    OpenedStore store(url(), OpenMode::Write);
    store->create_folder({"Work", "Entwürfe"}, mail::SpecialUse::Drafts);
    EXPECT_TRUE(fs::exists(root() + "/.Work.Entw&APw-rfe/maildirfolder"));
    EXPECT_TRUE(fs::is_directory(root() + "/.Work.Entw&APw-rfe/tmp"));
    EXPECT_EQ(test::file_content(root() + "/subscriptions"), "INBOX\nWork.Entw&APw-rfe\n");

    mail::Message message = message_of("A: b\r\n\nc\nd", 1'234'567'890);
    message.flags.seen = message.flags.draft = true;
    message.keywords = {"$Forwarded", "Work"};
    const std::string name = deliver(*store, {"Work", "Entwürfe"}, message);
    EXPECT_THAT(name, testing::MatchesRegex("[0-9]+\\.M[0-9]+P[0-9]+\\..*,S=10,W=12:2,DPSab"));
    const std::string path = root() + "/.Work.Entw&APw-rfe/cur/" + name;
    EXPECT_EQ(test::file_content(path), "A: b\r\n\nc\nd");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mtime, 1'234'567'890);
    EXPECT_EQ(test::file_content(root() + "/.Work.Entw&APw-rfe/dovecot-keywords"),
              "0 $Forwarded\n1 Work\n");
    EXPECT_TRUE(fs::is_empty(root() + "/.Work.Entw&APw-rfe/tmp"));
}

TEST_F(MaildirTest, KeepsTheLayoutThatIsThere) {
    make_folder("Work");
    put("subscriptions", "Work");
    OpenedStore store(url(), OpenMode::Write);
    store->create_folder({"Work", "a.b"}, mail::SpecialUse::None);
    EXPECT_TRUE(fs::is_directory(root() + "/Work/a.b/cur"));
    EXPECT_FALSE(fs::exists(root() + "/Work/a.b/maildirfolder"));
    EXPECT_EQ(test::file_content(root() + "/subscriptions"), "Work\nWork/a.b\n");
}

TEST_F(MaildirTest, KeepsNamesInUtf8WhereTheyAre) {
    make_folder(".Größe");
    OpenedStore store(url(), OpenMode::Write);
    store->create_folder({"Entwürfe"}, mail::SpecialUse::None);
    EXPECT_TRUE(fs::is_directory(root() + "/.Entwürfe/cur"));
}

TEST_F(MaildirTest, ReportsTheKeywordsThatDoNotFit) {
    OpenedStore store(url(), OpenMode::Write);
    mail::Message message = message_of(kMail);
    for (int i = 0; i < 30; ++i) {
        message.keywords.push_back("kw" + std::to_string(i));
    }
    message.keywords.emplace_back(mail::kForwarded);
    EXPECT_THAT(deliver(*store, mail::kInboxPath, message),
                testing::EndsWith(":2,Pabcdefghijklmnopqrstuvwxyz"));
    EXPECT_THAT(store.diagnostic_ids(),
                ElementsAre("keyword-lost", "keyword-lost", "keyword-lost", "keyword-lost"));
}

TEST_F(MaildirTest, ASourceThatFailsLeavesNothingBehind) {
    OpenedStore store(url(), OpenMode::Write);
    mail::Message broken = message_of(kMail);
    broken.source = std::make_shared<test::BrokenSource>();
    const auto writer = store->writer(mail::kInboxPath);
    writer->append(message_of(kMail), 1);
    writer->append(broken, 2);
    writer->append(message_of(kMail), 3);
    writer->flush();
    const auto results = writer->take_results();
    ASSERT_EQ(results.size(), 3U);
    EXPECT_FALSE(results[0].failure);
    ASSERT_TRUE(results[1].failure);
    EXPECT_EQ(results[1].failure->code(), ErrorCode::BadData);
    EXPECT_FALSE(results[2].failure);
    EXPECT_TRUE(fs::is_empty(root() + "/tmp"));
    EXPECT_EQ(store->message_count(mail::kInboxPath), 2U);
}

TEST_F(MaildirTest, WhatWasNeverFlushedIsTakenBack) {
    OpenedStore store(url(), OpenMode::Write);
    store->writer(mail::kInboxPath)->append(message_of(kMail), 1);
    EXPECT_TRUE(fs::is_empty(root() + "/tmp"));
    EXPECT_EQ(store->message_count(mail::kInboxPath), 0U);
}

TEST_F(MaildirTest, ManyMessagesKeepTheirOrder) {
    OpenedStore store(url(), OpenMode::Write);
    const auto writer = store->writer(mail::kInboxPath);
    for (int i = 0; i < 300; ++i) {
        writer->append(message_of(std::to_string(i)), static_cast<std::uint64_t>(i));
    }
    writer->flush();
    const auto results = writer->take_results();
    const auto messages = inbox(store);
    ASSERT_EQ(results.size(), 300U);
    ASSERT_EQ(messages.size(), 300U);
    for (std::size_t i = 0; i < 300; ++i) {
        EXPECT_EQ(results[i].ticket, i);
        EXPECT_EQ(base::read_all_text(*messages[i].source, 10), std::to_string(i));
    }
}

struct NameCase {
    FolderPath path;
    FolderPath plus_plus;  ///< names on disk, before they become modified UTF-7
    FolderPath nested;
};

class MaildirName : public testing::TestWithParam<NameCase> {};

TEST_P(MaildirName, IsWrittenAsTheDiskCanHoldItAndReadBack) {
    for (const bool nested : {false, true}) {
        const test::TemporaryFolder folder;
        if (nested) {
            fs::create_directories(folder / "box/Some/cur");
        }
        OpenedStore store("maildir:" + folder / "box", OpenMode::Write);
        EXPECT_EQ(store->possible_name(GetParam().path), GetParam().path);
        store->create_folder(GetParam().path, mail::SpecialUse::None);
        std::string place = folder / "box";
        char separator = '/';
        for (const std::string& name : nested ? GetParam().nested : GetParam().plus_plus) {
            place += separator + std::string(nested || separator == '.' ? "" : ".") +
                     base::encode_modified_utf7(name);
            separator = nested ? '/' : '.';
        }
        EXPECT_TRUE(fs::is_directory(place + "/cur")) << place;
        OpenedStore again("maildir:" + folder / "box", OpenMode::Read);
        EXPECT_THAT(paths_of(*again), Contains(GetParam().path));
        EXPECT_THAT(again.diagnostics(), IsEmpty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Names, MaildirName,
    testing::Values(NameCase{{"INBOX", "Work"}, {"INBOX", "Work"}, {"INBOX", "Work"}},
                    NameCase{{"dog.food.me@x"}, {"dog%2Efood%2Eme@x"}, {"dog.food.me@x"}},
                    NameCase{{"John Doe/BREAKME"}, {"John Doe%2FBREAKME"}, {"John Doe%2FBREAKME"}},
                    NameCase{{"Entwürfe", "R&D 😀"}, {"Entwürfe", "R&D 😀"}, {"Entwürfe", "R&D 😀"}},
                    NameCase{{"abc&AK4-D"}, {"abc&AK4-D"}, {"abc&AK4-D"}},
                    NameCase{{"  two  blanks ", "^\"\\*%"},
                             {"  two  blanks ", "^\"\\*%"},
                             {"  two  blanks ", "^\"\\*%"}},
                    NameCase{{"a\nb\x7f"}, {"a%0Ab%7F"}, {"a%0Ab%7F"}},
                    NameCase{{".hidden"}, {"%2Ehidden"}, {"%2Ehidden"}},
                    NameCase{{".."}, {"%2E%2E"}, {"%2E."}},
                    NameCase{{"cur", "new"}, {"cur", "new"}, {"%63ur", "%6Eew"}},
                    NameCase{{"dovecot-keywords"}, {"dovecot-keywords"}, {"%64ovecot-keywords"}},
                    NameCase{{"~home"}, {"%7Ehome"}, {"%7Ehome"}},
                    NameCase{{"100%25"}, {"100%25"}, {"100%25"}},
                    NameCase{{"a%2Fb"}, {"a%252Fb"}, {"a%252Fb"}}));

TEST_F(MaildirTest, NamesOfOtherCaseAreOtherFolders) {
    OpenedStore store(url(), OpenMode::Write);
    for (const char* name : {"Sent", "SENT", "sent"}) {
        ASSERT_EQ(store->possible_name({name}), FolderPath{name});
        store->create_folder({name}, mail::SpecialUse::None);
        deliver(*store, {name}, message_of(name));
    }
    OpenedStore again(url(), OpenMode::Read);
    EXPECT_EQ(snapshot_of(*again).at({"SENT"}).at(0).bytes, "SENT");
    EXPECT_EQ(again->folders().size(), 4U);
}

TEST_F(MaildirTest, LongAndDeepNamesAreMadeToFitAndStayApart) {
    FolderPath deep;
    for (int i = 0; i < 300; ++i) {
        deep.push_back("level" + std::to_string(i));
    }
    FolderPath deeper = deep;
    deeper.back() = "other";
    const std::string long_name(400, 'n');
    for (const bool nested : {false, true}) {
        if (nested) {
            fs::remove_all(root());
            make_folder("Some");
        }
        OpenedStore store(url(), OpenMode::Write);
        std::set<FolderPath> made;
        for (const FolderPath& path :
             {deep, deeper, FolderPath{long_name}, FolderPath{long_name + "2"},
              FolderPath{long_name, "child"}, FolderPath{long_name + "2", "child"}}) {
            made.insert(path);
            store->create_folder(path, mail::SpecialUse::None);
            deliver(*store, path, message_of(kMail));
        }
        OpenedStore again(url(), OpenMode::Read);
        for (const auto& [path, list] : snapshot_of(*again)) {
            EXPECT_EQ(list.size(), made.count(path)) << mail::to_string(path);
            made.erase(path);
        }
        EXPECT_THAT(made, IsEmpty());
        EXPECT_THAT(again.diagnostics(), IsEmpty());
    }
}

TEST_F(MaildirTest, RefusesANameThatIsNotPossible) {
    OpenedStore store(url(), OpenMode::Write);
    try {
        store->create_folder({"Inbox", "x"}, mail::SpecialUse::None);
        ADD_FAILURE() << "made";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
    }
    EXPECT_THROW(store->writer({"None"}), Error);
    EXPECT_THROW(store->messages({"None"}), Error);
}

}  // namespace
}  // namespace mbx::store
