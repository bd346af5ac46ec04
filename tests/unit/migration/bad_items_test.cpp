#include "migration/bad_items.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "fake_store.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

TEST(BadItems, MakesNoFolderWithoutItems) {
    const test::TemporaryFolder folder;
    const BadItems items(folder / "bad", 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "bad"));
    EXPECT_FALSE(items.too_many());
}

TEST(BadItems, KeepsBytesAndAList) {
    const test::TemporaryFolder folder;
    BadItems items(folder / "bad", 1);
    items.add({"INBOX", "17", BadKind::Refused, "NO \xff", ""},
              base::memory_source(std::string("mail")));
    EXPECT_FALSE(items.too_many());
    items.add({"Sent", "", BadKind::Unreadable, "disk", ""}, nullptr);
    EXPECT_TRUE(items.too_many());
    EXPECT_EQ(base::read_file(folder / "bad/000001.eml", 100), "mail");
    EXPECT_THAT(base::read_file(folder / "bad/list.jsonl", 1000),
                testing::StartsWith(R"({"folder":"INBOX","id":"17","kept_as":"000001.eml",)"));
    const Error error = items.too_many_error();
    EXPECT_EQ(error.code(), ErrorCode::BadData);
    EXPECT_THAT(error.what(), testing::HasSubstr("2 messages could not be moved, 1 allowed"));
}

TEST(BadItems, CallsAFolderNoMessage) {
    const test::TemporaryFolder folder;
    BadItems items(folder / "bad", 0);
    items.add({"Work", "", BadKind::Unreached, "Permission denied", ""}, nullptr);
    EXPECT_THAT(items.too_many_error().what(), testing::HasSubstr("1 item could not be moved"));
}

TEST(BadItems, TakesAFolderForMoreThanAnyLimit) {
    const test::TemporaryFolder folder;
    BadItems items(folder / "bad", 100);
    items.add({"INBOX", "1", BadKind::Refused, "", ""}, nullptr);
    items.add({"/srv", "", BadKind::Unreached, "a link that is not followed", ""}, nullptr);
    EXPECT_FALSE(items.too_many());
    items.add({"/srv/.Sent", "", BadKind::Folder, "Permission denied", ""}, nullptr);
    EXPECT_TRUE(items.too_many());
    EXPECT_THAT(items.too_many_error().what(), testing::HasSubstr("1 folder could not be read"));
}

TEST(BadItems, KeepsWhatCanBeReadOfABrokenMessage) {
    const test::TemporaryFolder folder;
    BadItems items(folder / "bad", 0);
    items.add({"INBOX", "1", BadKind::Unreadable, "", ""}, std::make_shared<test::BrokenSource>());
    EXPECT_EQ(base::read_file(folder / "bad/000001.eml", 100), "");
}

TEST(BadItems, ForgetsWhatWorkBegunAgainWillFindAgain) {
    const test::TemporaryFolder folder;
    BadItems items(folder / "bad", 0);
    for (const std::string id : {"1", "2", "3"}) {
        items.add({"INBOX", id, BadKind::Refused, "", ""}, base::memory_source(id));
    }
    items.forget_after(1);
    EXPECT_EQ(items.count(), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder / "bad/000002.eml"));
    const std::string list = base::read_file(folder / "bad/list.jsonl", 1000);
    EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 1);
    items.add({"INBOX", "4", BadKind::Refused, "", ""}, base::memory_source(std::string("4")));
    EXPECT_EQ(base::read_file(folder / "bad/000002.eml", 100), "4");
    items.forget_after(0);
    EXPECT_FALSE(std::filesystem::exists(folder / "bad/list.jsonl"));
}

TEST(BadItems, RemovesItsOwnFilesOfAnEarlierRunOnly) {
    const test::TemporaryFolder folder;
    {
        BadItems items(folder / "bad", 0);
        items.add({"INBOX", "1", BadKind::Refused, "", ""}, base::memory_source(std::string("x")));
    }
    base::File::create(folder / "bad/notes.eml").close();
    const BadItems items(folder / "bad", 0);
    EXPECT_TRUE(std::filesystem::exists(folder / "bad/000001.eml"));
    items.forget_earlier_run();
    EXPECT_FALSE(std::filesystem::exists(folder / "bad/000001.eml"));
    EXPECT_FALSE(std::filesystem::exists(folder / "bad/list.jsonl"));
    EXPECT_TRUE(std::filesystem::exists(folder / "bad/notes.eml"));
}

TEST(BadItems, LeavesAFileOfThatNameAlone) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "bad") << "mine";
    BadItems items(folder / "bad", 0);
    items.forget_earlier_run();
    EXPECT_THROW(items.add({"Sent", "", BadKind::Unreadable, "disk", ""}, nullptr), Error);
    EXPECT_EQ(base::read_file(folder / "bad", 100), "mine");
}

}  // namespace
}  // namespace mbx::migration
