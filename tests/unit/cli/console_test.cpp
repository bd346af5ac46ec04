#include "cli/console.hpp"

#include <gtest/gtest.h>

#include "memory_stream.hpp"

namespace mbx::cli {
namespace {

TEST(Console, PrintsAnErrorWithItsPlaceAndHint) {
    test::MemoryStream stream;
    Console console(stream.file(), "pst-inspect", {});
    console.error(Error(ErrorCode::BadData, "dwCRC is 0x0", "fetch it again").with_place("a.pst"));
    EXPECT_EQ(stream.text(),
              "pst-inspect: a.pst: dwCRC is 0x0\n"
              "pst-inspect: hint: fetch it again\n");
}

TEST(Console, IsSilentButForErrorsWhenQuiet) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {});
    console.set_level(Console::Level::Quiet);
    console.warning("w");
    console.note("n");
    console.detail("d");
    console.error(Error(ErrorCode::Io, "e"));
    EXPECT_EQ(stream.text(), "t: e\n");
}

TEST(Console, ShowsDetailsOnlyWhenVerbose) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {});
    console.detail("one");
    console.set_level(Console::Level::Verbose);
    console.detail("two");
    EXPECT_EQ(stream.text(), "t: two\n");
}

TEST(Console, UsesColoursOnlyWhereTheyAreWanted) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {.terminal = true, .color = true});
    console.warning("w");
    EXPECT_EQ(stream.text(), "\x1b[33mt: warning: \x1b[0mw\n");
}

TEST(Console, KeepsTheStatusLineBelowMessages) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {.terminal = true});
    console.status("10%");
    console.note("n");
    console.status("");
    EXPECT_EQ(stream.text(), "\r\x1b[K10%\r\x1b[Kt: n\n10%\r\x1b[K");
}

TEST(Console, HasNoStatusLineWithoutATerminal) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {});
    console.status("10%");
    EXPECT_EQ(stream.text(), "");
}

TEST(ConsoleDiagnostics, NamesThePlaceAndHidesInfos) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {});
    ConsoleDiagnostics diagnostics(console);
    diagnostics.report({base::Severity::Warning, "B4", "INBOX 7", "no Date"});
    diagnostics.report({base::Severity::Info, "I1", "", "fine"});
    EXPECT_EQ(stream.text(), "t: warning: INBOX 7: no Date\n");
}

}  // namespace
}  // namespace mbx::cli
