#include "base/text.hpp"

#include <gtest/gtest.h>

namespace mbx::base {
namespace {

TEST(Escape, MakesControlAndInvalidBytesVisible) {
    EXPECT_EQ(escape("a\x1b[31m\n\xff\\"), "a\\x1b[31m\\x0a\\xff\\\\");
    EXPECT_EQ(escape("über"), "über");
    EXPECT_EQ(escape("\xe2\x80\xae"
                     "x"),
              "\\xe2\\x80\\xaex");  // right-to-left override
}

TEST(Escape, CutsAtACharacter) {
    EXPECT_EQ(escape("aüü", 4), "aü…");
}

TEST(Trim, TakesBlanksOffBothEnds) {
    EXPECT_EQ(trim(" \ta b\r\n"), "a b");
    EXPECT_EQ(trim("  "), "");
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
}

TEST(FoldCase, FoldsLatinGreekAndCyrillicLetters) {
    EXPECT_EQ(fold_case("ÉLÉMENTS Envoyés"), "éléments envoyés");
    EXPECT_EQ(fold_case("Отправленные ЁЖ"), "отправленные ёж");
    EXPECT_EQ(fold_case("ΕΙΣΕΡΧΌΜΕΝΑ"), "εισερχόμενα");
    EXPECT_EQ(fold_case("Žluťoučký ŹDŹBŁO Șters Đã"), "žluťoučký źdźbło șters đã");
    EXPECT_EQ(fold_case("×÷ß受信\xff"), "×÷ß受信\uFFFD");
}

TEST(EqualsIgnoreCase, ComparesAsciiLettersOnly) {
    EXPECT_TRUE(equals_ignore_case("InBox", "INBOX"));
    EXPECT_FALSE(equals_ignore_case("ä", "Ä"));
}

}  // namespace
}  // namespace mbx::base
