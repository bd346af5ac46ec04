#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

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

TEST(File, TellsMissingFileAndFolder) {
    const test::TemporaryFolder folder;
    EXPECT_EQ(code_of([&] { File::open_read(folder / "missing"); }), ErrorCode::NoInput);
    EXPECT_EQ(code_of([&] { File::open_read(folder.path().string()); }), ErrorCode::NoInput);
    EXPECT_EQ(code_of([&] { File::create(folder / "no/such/folder"); }), ErrorCode::CannotCreate);
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
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
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
