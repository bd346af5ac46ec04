#include "base/charset.hpp"

#include <gtest/gtest.h>

namespace mbx::base {
namespace {

TEST(Charset, DecodesTheUsualOnes) {
    EXPECT_EQ(decode_charset("\xe4", "ISO-8859-1"), "ä");
    EXPECT_EQ(decode_charset("\x80", "iso-8859-1"), "€");  // mail means windows-1252
    EXPECT_EQ(decode_charset("\xce\xa2", "gb2312"), "微");
    EXPECT_EQ(decode_charset("\x82\xa0", "\"Shift_JIS\""), "あ");
    EXPECT_EQ(decode_charset("a\xff", "utf-8"), "a\xEF\xBF\xBD");
    EXPECT_EQ(decode_charset("x", "no-such-charset"), std::nullopt);
}

TEST(Charset, EndsOnATruncatedMultibyteCharacter) {
    EXPECT_EQ(decode_charset("a\x82", "shift_jis"), "a\xEF\xBF\xBD");
    EXPECT_EQ(decode_charset("a\x1b$", "iso-2022-jp").has_value(), true);
}

TEST(Charset, EncodesOnlyWhatFits) {
    EXPECT_EQ(encode_charset("ä", "iso-8859-1"), "\xe4");
    EXPECT_EQ(encode_charset("€", "iso-8859-1"), std::nullopt);
    EXPECT_EQ(encode_charset("€", "windows-1252"), "\x80");
}

TEST(CodePage, HasAMimeName) {
    EXPECT_EQ(charset_of_code_page(65001), "utf-8");
    EXPECT_EQ(charset_of_code_page(1), std::nullopt);
    EXPECT_EQ(code_page_of_charset("UTF8"), 65001U);
    EXPECT_EQ(code_page_of_charset("x-gbk"), 936U);
}

TEST(CodePage, UnknownOneIsGuessed) {
    EXPECT_EQ(decode_code_page("\xc3\xa4", 4711), "ä");
    EXPECT_EQ(decode_code_page("\xe4", 4711), "ä");
}

}  // namespace
}  // namespace mbx::base
