#include "base/command.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"

namespace mbx::base {
namespace {

std::string refusal(const std::string& command) {
    try {
        first_line_of_command(command);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadConfig);
        return error.text();
    }
    return "not refused";
}

TEST(FirstLineOfCommand, IsWithoutItsEnd) {
    EXPECT_EQ(first_line_of_command("printf 'geheim \\r\\nmore\\n'"), "geheim ");
    EXPECT_EQ(first_line_of_command("printf 'no end'"), "no end");
}

TEST(FirstLineOfCommand, ReadsOnBehindTheFirstLine) {
    // A command whose output is not read would be ended by SIGPIPE and look as if it had failed.
    EXPECT_EQ(first_line_of_command("echo one; head -c 1000000 /dev/zero"), "one");
}

TEST(FirstLineOfCommand, HasNothingToReadItself) {
    EXPECT_EQ(first_line_of_command("cat; echo end"), "end");
}

TEST(FirstLineOfCommand, HandsNoDescriptorOn) {
    ASSERT_GE(::dup2(STDERR_FILENO, 42), 0);
    EXPECT_EQ(first_line_of_command("test -e /proc/self/fd/42 || echo gone"), "gone");
    ::close(42);
}

TEST(FirstLineOfCommand, RefusesACommandThatFails) {
    EXPECT_EQ(refusal("echo secret; exit 3"), "the command ended with exit code 3");
    EXPECT_EQ(refusal("kill -9 $$"), "the command was ended by signal 9");
}

TEST(FirstLineOfCommand, MayFailForOneUserOnlyWhereItNamesHim) {
    for (const char* command : {"false $MBX_USER", "false \"${MBX_ALIAS}\"", "true $MBX_USER"}) {
        try {
            first_line_of_command(command);
            ADD_FAILURE() << "not refused: " << command;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::NotAllowed) << command;
        }
    }
}

TEST(FirstLineOfCommand, RefusesNothingAndTooMuch) {
    EXPECT_EQ(refusal("true"), "the command printed nothing");
    EXPECT_EQ(refusal("head -c 100000 /dev/zero"), "the command printed a line beyond 64 KiB");
}

}  // namespace
}  // namespace mbx::base
