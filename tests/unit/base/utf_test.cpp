#include "base/utf.hpp"

#include <gtest/gtest.h>

namespace mbx::base {
namespace {

TEST(Utf, GoesBothWaysBeyondTheBasicPlane) {
    const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
    EXPECT_EQ(utf16_from_utf8(text), u"a\u00e4\u20ac\U0001F600");
    EXPECT_EQ(utf8_from_utf16(u"a\u00e4\u20ac\U0001F600"), text);
    EXPECT_EQ(utf8_from_utf16le(utf16le_from_utf8(text)), text);
}

TEST(Utf, ReplacesWhatIsNotValid) {
    EXPECT_EQ(utf16_from_utf8("\xff"), u"\uFFFD");
    EXPECT_EQ(utf16_from_utf8("\xc0\xaf"), u"\uFFFD\uFFFD");            // overlong
    EXPECT_EQ(utf16_from_utf8("\xed\xa0\x80"), u"\uFFFD\uFFFD\uFFFD");  // surrogate
    EXPECT_EQ(utf16_from_utf8("\xe2\x82"), u"\uFFFD\uFFFD");            // cut short
    EXPECT_EQ(utf8_from_utf16(std::u16string{char16_t{0xD800}, u'x'}), "\xEF\xBF\xBDx");
}

TEST(Utf, ChecksValidity) {
    EXPECT_TRUE(is_valid_utf8("\xc3\xa4"));
    EXPECT_FALSE(is_valid_utf8("\xc3"));
    EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
}

}  // namespace
}  // namespace mbx::base
