#include "store/directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "mail_tree.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;

ErrorCode code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "nothing thrown";
    return ErrorCode::Internal;
}

TEST(NaturalLess, OrdersAsPeopleCount) {
    EXPECT_TRUE(natural_less("2.eml", "10.eml"));
    EXPECT_FALSE(natural_less("10.eml", "2.eml"));
    EXPECT_TRUE(natural_less("999999999.M1", "1000000000.M0"));
    EXPECT_TRUE(natural_less("a", "b"));
    EXPECT_TRUE(natural_less("a", "a1"));
    EXPECT_TRUE(natural_less("a01", "a1"));
    EXPECT_FALSE(natural_less("a1", "a01"));
    EXPECT_FALSE(natural_less("a1", "a1"));
    EXPECT_TRUE(natural_less("", "a"));
}

TEST(Directory, ListsWhatIsThere) {
    const test::TemporaryFolder folder;
    test::put_file(folder / "10", "");
    test::put_file(folder / "9", "");
    fs::create_directory(folder / "sub");
    fs::create_symlink("9", folder / "zlink");
    const auto entries = Directory::open(folder.path().string()).entries();
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_EQ(entries[0].name, "9");
    EXPECT_EQ(entries[1].name, "10");
    EXPECT_EQ(entries[2].kind, EntryKind::Folder);
    EXPECT_EQ(entries[3].kind, EntryKind::Link);
}

TEST(Directory, FollowsNoLinkToAFile) {
    const test::TemporaryFolder folder;
    test::put_file(folder / "outside/secret", "x");
    fs::create_directory(folder / "box");
    fs::create_symlink(folder / "outside/secret", folder / "box/file");
    fs::create_symlink(folder / "outside/made", folder / "box/new-file");
    const Directory box = Directory::open(folder / "box");
    EXPECT_FALSE(box.is_link_to_folder("file"));
    EXPECT_FALSE(box.is_broken_link("file"));
    EXPECT_TRUE(box.is_broken_link("new-file"));
    EXPECT_EQ(code_of([&] { box.find_file("file"); }), ErrorCode::BadData);
    EXPECT_EQ(code_of([&] { box.open_append("new-file"); }), ErrorCode::CannotCreate);
    EXPECT_EQ(code_of([&] { box.create_file("new-file"); }), ErrorCode::CannotCreate);
    EXPECT_FALSE(fs::exists(folder / "outside/made"));
    box.replace_file("file", "new");
    EXPECT_EQ(test::file_content(folder / "outside/secret"), "x");
}

TEST(Directory, FollowsALinkToAFolderOfTheSameOwnerOnly) {
    const test::TemporaryFolder folder;
    test::put_file(folder / "elsewhere/mine", "x");
    fs::create_directory(folder / "box");
    fs::create_directory_symlink(folder / "elsewhere", folder / "box/link");
    const Directory box = Directory::open(folder / "box");
    EXPECT_TRUE(box.is_link_to_folder("link"));
    ASSERT_TRUE(box.find_folder("link"));
    EXPECT_EQ(box.find_folder("link")->identity(),
              Directory::open(folder / "elsewhere").identity());
    EXPECT_TRUE(box.make_folder("link").find_file("mine"));
    // Only root can give a folder to another user; to others "/" is one of another user.
    const bool given = ::chown((folder / "elsewhere").c_str(), 12345, 12345) == 0;
    fs::create_directory_symlink(given ? folder / "elsewhere" : "/", folder / "box/foreign");
    EXPECT_FALSE(box.find_folder("foreign"));
    EXPECT_EQ(code_of([&] { box.make_folder("foreign"); }), ErrorCode::CannotCreate);
}

TEST(Directory, DoesNotWaitForAPipe) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    const Directory directory = Directory::open(folder.path().string());
    EXPECT_EQ(code_of([&] { directory.find_file("pipe"); }), ErrorCode::BadData);
}

TEST(Directory, NeverReplacesWhenRenaming) {
    const test::TemporaryFolder folder;
    test::put_file(folder / "a", "1");
    test::put_file(folder / "b", "2");
    const Directory directory = Directory::open(folder.path().string());
    EXPECT_EQ(code_of([&] { directory.rename("a", directory, "b"); }), ErrorCode::CannotCreate);
    EXPECT_EQ(test::file_content(folder / "b"), "2");
    directory.rename("a", directory, "c");
    EXPECT_EQ(test::file_content(folder / "c"), "1");
}

TEST(Directory, IsMadeWithTheFoldersAboveIt) {
    const test::TemporaryFolder folder;
    Directory::make(folder / "a/b/c/");
    EXPECT_TRUE(fs::is_directory(folder / "a/b/c"));
    EXPECT_EQ(fs::status(folder / "a").permissions(), fs::perms::owner_all);
    test::put_file(folder / "file", "");
    EXPECT_EQ(code_of([&] { Directory::make(folder / "file/x"); }), ErrorCode::CannotCreate);
    EXPECT_EQ(code_of([&] { Directory::open(folder / "none"); }), ErrorCode::NoInput);
}

TEST(Directory, GivesWhatItMakesItsOwnMode) {
    const test::TemporaryFolder folder;
    fs::create_directory(folder / "shared");
    fs::permissions(folder / "shared", fs::perms(0770));
    const Directory shared = Directory::open(folder / "shared");
    shared.make_folder("sub");
    shared.create_file("file");
    EXPECT_EQ(fs::status(folder / "shared/sub").permissions(), fs::perms(0770));
    EXPECT_EQ(fs::status(folder / "shared/file").permissions(), fs::perms(0660));
}

TEST(Directory, GivesWhatItMakesToTheOwnerOfTheMailbox) {
    const test::TemporaryFolder folder;
    fs::create_directory(folder / "john");
    if (::geteuid() == 0) {  // to others, it is their own already
        ASSERT_EQ(::chown((folder / "john").c_str(), 12345, 54321), 0);
    }
    struct stat john {};
    ASSERT_EQ(::stat((folder / "john").c_str(), &john), 0);
    const Directory box = Directory::make(folder / "john/Maildir");
    box.make_folder("cur").create_file("1");
    for (const char* name : {"john/Maildir", "john/Maildir/cur", "john/Maildir/cur/1"}) {
        struct stat status {};
        ASSERT_EQ(::stat((folder / name).c_str(), &status), 0);
        EXPECT_EQ(status.st_uid, john.st_uid) << name;
        EXPECT_EQ(status.st_gid, john.st_gid) << name;
    }
}

}  // namespace
}  // namespace mbx::store
