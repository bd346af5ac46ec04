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

TEST(Charset, Iso2022JpIsMicrosoftsPage50220) {
    // NEC row 13 and the NEC selection of IBM's extensions, which every Outlook in Japan sends.
    EXPECT_EQ(decode_charset("\x1B$B-!3t<02q<R-j%F%9%H-6\x1B(B", "iso-2022-jp"),
              "①株式会社㈱テストⅡ");
    EXPECT_EQ(decode_charset("\x1B$B|b:jy!\x1B(B", "iso-2022-jp"), "髙崎纊");
    EXPECT_EQ(decode_charset("\x1B$B!A\x1B(B\\~\x1B(J\\~", "iso-2022-jp"), "～\\~\\~");
    EXPECT_EQ(decode_charset("\x1B(I6E\x1B(B \x0E"
                             "6E\x0F",
                             "iso-2022-jp"),
              "ｶﾅ ｶﾅ");
    EXPECT_EQ(decode_charset("\x1B$(D0!\x1B$B0!\x1B(B", "iso-2022-jp"), "丂亜");
    EXPECT_EQ(decode_charset("\x1B$AVP\x1B$(CGt\x1B.A\x1BNi\x1B(B", "iso-2022-jp"), "中혀é");
}

TEST(Charset, Iso2022JpGoesOnBehindWhatIsBroken) {
    EXPECT_EQ(decode_charset("\x1B$B)!F|K\\\x1B(B.", "iso-2022-jp"), "\uFFFD日本.");
    EXPECT_EQ(decode_charset("\x1B$BF|K\x1B(Ba\xFF"
                             "b",
                             "iso-2022-jp"),
              "日\uFFFDa\uFFFDb");
    EXPECT_EQ(decode_charset("\x1B$BF|\nK\\", "iso-2022-jp"), "日\n本");
    EXPECT_EQ(decode_charset("\x1B[1mbold", "iso-2022-jp"), "\x1B[1mbold");
}

TEST(Charset, EucJpIsMicrosoftsPage51932) {
    EXPECT_EQ(decode_charset("\xAD\xA1\xB3\xF4\xBC\xB0 \xFC\xE2\xBA\xEA", "euc-jp"), "①株式 髙崎");
    EXPECT_EQ(decode_charset("\x8E\xB6\x8F\xB0\xA1\xB0\xA1", "euc-jp"), "ｶ丂亜");
    EXPECT_EQ(decode_charset("\xFF\xB0\xA1\xA9\xA1\xB0\xA1\x8E", "euc-jp"),
              "\uFFFD亜\uFFFD亜\uFFFD");
    EXPECT_EQ(decode_charset("\x8F\xA1\xA1\x8F\xB0\xA1", "euc-jp"), "\uFFFD丂");
}

TEST(Charset, Big5HasTheCharactersOfHongKong) {
    EXPECT_EQ(decode_charset("\xAD\xBB\xB4\xE4\x9D\xEE", "big5-hkscs"), "香港㗎");
    EXPECT_EQ(decode_charset("\xAD\xBB\xB4\xE4\x9D\xEE", "big5"), "香港㗎");
    EXPECT_EQ(decode_charset("\xAD\xBB\xC6\xE7\xFF\xB4\xE4", "big5"), "香ぁ\uFFFD港");
    EXPECT_EQ(encode_charset("香港㗎", "big5"), std::nullopt);
    // Symbols are Microsoft's as long as nothing else is wanted.
    EXPECT_EQ(decode_charset("\xA1\x45", "big5-hkscs"), "\u2027");
}

TEST(Charset, DecodesHz) {
    EXPECT_EQ(decode_charset("~{Dc:C2;~}", "hz-gb-2312"), "你好不");
    EXPECT_EQ(decode_charset("a~~b ~/c ~{Dc~}d~\ne\n~{:C\nf~", "HZ-GB-2312"),
              "a~b ~/c 你de\n好\nf~");
    EXPECT_EQ(decode_charset("~{Dc:~}\xC4", "hz-gb-2312"), "你湖\uFFFD\uFFFD");
    EXPECT_EQ(decode_code_page("~{Dc:C2;~}", 52936), "你好不");
}

TEST(Charset, DecodesIso2022Kr) {
    EXPECT_EQ(decode_charset("\x1B$)C\x0E>H3g\x0F!\n", "iso-2022-kr"), "안녕!\n");
    EXPECT_EQ(decode_charset("\x1B$)C\x0EI!>H3g\x0F", "iso-2022-kr"), "\uFFFD안녕");
}

TEST(Charset, KeepsTheOrderBeforeABrokenCharacter) {
    // iconv holds a letter back until it knows whether a point or an accent follows it.
    EXPECT_EQ(decode_charset("\xF9\xEC\xE5\xED\xD9!", "windows-1255"), "שלום\uFFFD!");
    EXPECT_EQ(decode_charset("a\x8A", "windows-1258"), "a\uFFFD");
}

TEST(Charset, LeavesOutTheWholeOfAnUnknownCharacter) {
    EXPECT_EQ(decode_charset("\x85\x40\x93\xFA\x96\x7B", "shift_jis"), "\uFFFD日本");
    EXPECT_EQ(decode_charset("\x81\x40\xB0\xED\xB4\xE4", "big5"), "\uFFFD堅港");
    EXPECT_EQ(decode_charset("\xC9\xA1\xB0\xA1", "ks_c_5601-1987"), "\uFFFD가");
    EXPECT_EQ(decode_charset({"\x41\x00\x00\xDC\x42\x00", 6}, "utf-16le"), "A\uFFFDB");
    // A single byte is all that is broken here.
    EXPECT_EQ(decode_charset("\xFF<b>\x93\xFA", "shift_jis"), "\uFFFD<b>日");
    EXPECT_EQ(decode_charset("\x93<b>\xA4", "big5"), "\uFFFD<b>\uFFFD");
    EXPECT_EQ(decode_charset("\x98\xCF\xF0", "windows-1251"), "\uFFFDПр");
}

TEST(Charset, EncodesJapaneseOnlyAsTheStandardsHaveIt) {
    EXPECT_EQ(encode_charset("日本", "iso-2022-jp"), "\x1B$BF|K\\\x1B(B");
    EXPECT_EQ(encode_charset("日é", "iso-2022-jp"), std::nullopt);
    EXPECT_EQ(encode_charset("①", "euc-jp"), std::nullopt);
}

TEST(Charset, EndsOnATruncatedMultibyteCharacter) {
    EXPECT_EQ(decode_charset("a\x82", "shift_jis"), "a\xEF\xBF\xBD");
    EXPECT_EQ(decode_charset("a\x1b$", "iso-2022-jp").has_value(), true);
}

TEST(Charset, EncodesOnlyWhatFits) {
    EXPECT_EQ(encode_charset("ä", "iso-8859-1"), "\xe4");
    EXPECT_EQ(encode_charset("微", "gb2312"), "\xce\xa2");
    EXPECT_EQ(encode_charset("㐀", "gb2312"), std::nullopt);  // GB 18030 has it, in four bytes
    EXPECT_EQ(encode_charset("€", "iso-8859-1"), std::nullopt);
    EXPECT_EQ(encode_charset("€", "windows-1252"), "\x80");
}

TEST(CodePage, HasAMimeName) {
    EXPECT_EQ(charset_of_code_page(65001), "utf-8");
    EXPECT_EQ(charset_of_code_page(1), std::nullopt);
    EXPECT_EQ(code_page_of_charset("UTF8"), 65001U);
    EXPECT_EQ(code_page_of_charset("x-gbk"), 936U);
}

TEST(CodePage, IsFoundByTheNamesThatMailHas) {
    for (const char* name : {"windows-1251", "win-1251", "WIN1251", "x-cp1251", "cp1251", "cp-1251",
                             "windows-cp1251", "Windows_1251", "x-windows-1251", "1251"}) {
        EXPECT_EQ(code_page_of_charset(name), 1251U) << name;
    }
    for (const char* name : {"iso8859_1", "ISO_8859-1:1987", "iso88591", "latin-1", "'latin1'"}) {
        EXPECT_EQ(code_page_of_charset(name), 28591U) << name;
    }
    EXPECT_EQ(code_page_of_charset("CHINESEBIG5"), 950U);
    EXPECT_EQ(code_page_of_charset("x-big5"), 950U);
    EXPECT_EQ(code_page_of_charset("iso-2022-jp-ms"), 50220U);
    EXPECT_EQ(code_page_of_charset("x-euc-jp"), 51932U);
    EXPECT_EQ(code_page_of_charset("EUC_KR"), 51949U);
    EXPECT_EQ(code_page_of_charset("x-ms-cp932"), 932U);
    EXPECT_EQ(code_page_of_charset("utf-16le"), 1200U);
    EXPECT_EQ(code_page_of_charset("ibm866"), 866U);
    EXPECT_EQ(decode_charset("\x8F\xF0\xE8\xE2\xE5\xF2", "x-mac-cyrillic"), "Привет");
    EXPECT_EQ(decode_charset("\x1B$B-!F|\x1B(B", "iso-2022-jp-ms"), "①日");
}

TEST(CodePage, IsNotFoundByNamesThatAreNone) {
    for (const char* name :
         {"", "-", "x-", "iso-8859", "iso-8859-16", "utf-16", "x-unknown", "8bit", "unknown-8bit",
          "4711", "cp99999999999", "foo1251", "iso-2022-jp-2"}) {
        EXPECT_EQ(code_page_of_charset(name), std::nullopt) << name;
    }
}

TEST(CodePage, UnknownOneIsGuessed) {
    EXPECT_EQ(decode_code_page("\xc3\xa4", 4711), "ä");
    EXPECT_EQ(decode_code_page("\xe4", 4711), "ä");
}

}  // namespace
}  // namespace mbx::base
