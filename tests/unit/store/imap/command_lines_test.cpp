#include "store/imap/command_lines.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mbx::store::imap {
namespace {

bool has_commands(std::string_view text) {
    CommandLines lines;
    lines.look(base::as_bytes(text));
    return lines.found();
}

class ACommand : public ::testing::TestWithParam<std::string> {};

TEST_P(ACommand, IsFoundOnAnyLine) {
    EXPECT_TRUE(has_commands(GetParam() + "\r\n"));
    EXPECT_TRUE(has_commands(GetParam() + "\n"));
    EXPECT_TRUE(has_commands(GetParam()));
    EXPECT_TRUE(has_commands("Subject: a\n\nb c d\n" + GetParam() + "\ne\n"));
}

TEST_P(ACommand, IsFoundInPieces) {
    CommandLines lines;
    for (const char c : "a\n" + GetParam() + "\n") {
        lines.look(base::as_bytes(std::string_view(&c, 1)));
    }
    EXPECT_TRUE(lines.found());
}

TEST_P(ACommand, IsNoneWithinALine) {
    EXPECT_FALSE(has_commands(" " + GetParam() + "\n"));
    EXPECT_FALSE(has_commands("> a " + GetParam() + "\n"));
}

INSTANTIATE_TEST_SUITE_P(Lines, ACommand,
                         ::testing::Values("x DELETE Archive", "1 delete {7}", "a.b RENAME INBOX b",
                                           "x EXPUNGE", "x Close", "x STORE 1:* +FLAGS (\\Deleted)",
                                           "x STORE $ FLAGS ()", "x MOVE * Trash",
                                           "x UID EXPUNGE 1:5", "x COMPRESS DEFLATE", "x XMOVE 1 2",
                                           "m1 NOOP", "m123 x",
                                           std::string(100'000, 't') +
                                               " SETACL INBOX anyone lrswi"));

TEST(CommandLines, LeavesProseAlone) {
    for (const char* text :
         {"", "\n\n", "a", "Subject: hello", "please copy this", "we move on", "the store is open",
          "they close early", "DELETE INBOX", "please  delete this", "to expunge it", "mm1 noop",
          "m noop", "M1 noop", "the deletery of", "im x", "x renames it", "to unsubscribe click"}) {
        EXPECT_FALSE(has_commands(text)) << text;
    }
}

}  // namespace
}  // namespace mbx::store::imap
