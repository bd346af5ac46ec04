#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/error.hpp"
#include "temporary_folder.hpp"

namespace mbx::base {
namespace {

ErrorCode code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "no error was thrown";
    return ErrorCode::Internal;
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
}

TEST(File, TellsMissingFileAndFolder) {
    const test::TemporaryFolder folder;
    EXPECT_EQ(code_of([&] { File::open_read(folder / "missing"); }), ErrorCode::NoInput);
    EXPECT_EQ(code_of([&] { File::open_read(folder.path().string()); }), ErrorCode::NoInput);
    EXPECT_EQ(code_of([&] { File::create(folder / "no/such/folder"); }), ErrorCode::CannotCreate);
}

TEST(File, DoesNotWaitForTheWriterOfAPipe) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(code_of([&] { File::open_read(folder / "pipe"); }), ErrorCode::NoInput);
}

TEST(File, ReadsTheNullDeviceAsAnEmptyFile) {
    Bytes buffer(10);
    EXPECT_EQ(File::open_read("/dev/null").read_at(0, buffer), 0U);
}

TEST(File, IsItsOwnersOnlyWhenItIsNew) {
    const test::TemporaryFolder folder;
    const mode_t before = ::umask(022);
    File::create(folder / "created").close();
    File::open_append(folder / "appended").close();
    replace_file(folder / "replaced", as_bytes("for everybody"));
    ::umask(before);
    EXPECT_EQ(mode_of(folder / "created"), 0600U);
    EXPECT_EQ(mode_of(folder / "appended"), 0600U);
    EXPECT_EQ(mode_of(folder / "replaced"), 0644U);
}

TEST(File, ReadsShortOnlyAtTheEnd) {
    const test::TemporaryFolder folder;
    File file = File::create(folder / "f");
    file.write(as_bytes("hello"));
    Bytes buffer(10);
    EXPECT_EQ(file.read_at(1, buffer), 4U);
    EXPECT_EQ(as_text(buffer).substr(0, 4), "ello");
    EXPECT_EQ(file.read_at(5, buffer), 0U);
}

TEST(ReplaceFile, LeavesNoPartFileAndKeepsTheMode) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "list.csv";
    replace_file(path, as_bytes("one"));
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    replace_file(path, as_bytes("two"));
    EXPECT_EQ(read_file(path, 100), "two");
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
    EXPECT_EQ(mode_of(path), 0600U);
}

TEST(ReplaceFile, LeavesNoPartFileWhenItFails) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "list.csv");
    EXPECT_EQ(code_of([&] { replace_file(folder / "list.csv", as_bytes("one")); }),
              ErrorCode::CannotCreate);
    EXPECT_FALSE(std::filesystem::exists(folder / "list.csv.part"));
}

/// `folder`/file, which holds "one", and a link to it.
void put_file_and_link(const test::TemporaryFolder& folder, const std::string& file,
                       const std::string& link) {
    replace_file(folder / file, as_bytes("one"));
    std::filesystem::create_symlink(file, folder / link);
}

TEST(ReplaceFile, ReplacesWhatALinkLeadsTo) {
    const test::TemporaryFolder folder;
    put_file_and_link(folder, "list.csv", "link");
    replace_file(folder / "link", as_bytes("two"));
    EXPECT_EQ(read_file(folder / "list.csv", 100), "two");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(ReplaceFile, FollowsNoLinkThatLiesInItsWay) {
    const test::TemporaryFolder folder;
    put_file_and_link(folder, "victim", "list.csv.part");
    replace_file(folder / "list.csv", as_bytes("two"));
    EXPECT_EQ(read_file(folder / "victim", 100), "one");
    EXPECT_FALSE(std::filesystem::is_symlink(folder / "list.csv"));
}

TEST(ReplaceFile, WritesToADeviceAndLeavesItThere) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    const int reader = ::open((folder / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    const File pipe = File::adopt(reader, "pipe");
    replace_file(folder / "pipe", as_bytes("one"));
    std::string got(10, '\0');
    EXPECT_EQ(::read(pipe.descriptor(), got.data(), got.size()), 3);
    EXPECT_EQ(got.substr(0, 3), "one");
    EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
}

TEST(PartFile, IsWrittenByOneAtATime) {
    const test::TemporaryFolder folder;
    PartFile first(folder / "a.pst");
    EXPECT_EQ(code_of([&] { PartFile second(folder / "a.pst"); }), ErrorCode::TryAgain);
    File::create(first.path()).write(as_bytes("first"));
    first.publish();
    EXPECT_EQ(read_file(folder / "a.pst", 100), "first");
    EXPECT_NO_THROW(PartFile(folder / "a.pst"));
    EXPECT_FALSE(std::filesystem::exists(folder / "a.pst.part"));
}

TEST(PartFile, TakesOverWhatAKilledRunHasLeft) {
    const test::TemporaryFolder folder;
    replace_file(folder / "a.pst.part", as_bytes("half"));
    PartFile part(folder / "a.pst");
    EXPECT_EQ(read_file(part.path(), 100), "");
    EXPECT_EQ(mode_of(part.path()), 0600U);
}

TEST(PartFile, EmptiesNothingThatHasAnotherName) {
    const test::TemporaryFolder folder;
    replace_file(folder / "victim", as_bytes("precious"));
    std::filesystem::create_symlink("victim", folder / "a.pst.part");
    std::filesystem::create_hard_link(folder / "victim", folder / "b.pst.part");
    EXPECT_EQ(code_of([&] { PartFile(folder / "a.pst"); }), ErrorCode::CannotCreate);
    EXPECT_EQ(code_of([&] { PartFile(folder / "b.pst"); }), ErrorCode::CannotCreate);
    EXPECT_EQ(read_file(folder / "victim", 100), "precious");
}

TEST(ReadFile, RefusesMoreThanTheLimit) {
    const test::TemporaryFolder folder;
    replace_file(folder / "f", as_bytes("12345"));
    EXPECT_EQ(code_of([&] { read_file(folder / "f", 4); }), ErrorCode::BadData);
}

TEST(FileLock, IsHeldByOneAtATime) {
    const test::TemporaryFolder folder;
    {
        const FileLock lock(folder / "lock");
        EXPECT_EQ(code_of([&] { FileLock second(folder / "lock"); }), ErrorCode::TryAgain);
    }
    EXPECT_NO_THROW(FileLock(folder / "lock"));
}

}  // namespace
}  // namespace mbx::base
