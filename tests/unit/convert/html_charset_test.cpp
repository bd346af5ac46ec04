#include "convert/html_charset.hpp"

#include <gtest/gtest.h>

namespace mbx::convert {
namespace {

TEST(HtmlCharset, ValidBytesStayAsTheyAre) {
    const EncodedText html = encode_html("<p>\xce\xa2</p>", {936, 0});
    EXPECT_EQ(html.bytes, "<p>\xce\xa2</p>");
    EXPECT_EQ(html.charset, "gb2312");
}

TEST(HtmlCharset, AFewBrokenCharactersDoNotGarbleTheRest) {
    const EncodedText html =
        encode_html("<p>\xb0\xa1\xb3\xaa\xb4\xd9\xb6\xf3\xb8\xb6\xb9\xd9</p>\xff", {949, 0});
    EXPECT_EQ(html.charset, "utf-8");
    EXPECT_EQ(html.bytes, "<p>가나다라마바</p>\xEF\xBF\xBD");
}

TEST(HtmlCharset, AnUndefinedByteDoesNotGarbleASingleBytePage) {
    const std::string russian =
        "<meta charset=iso-8859-1>\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0\x98";
    const EncodedText html = encode_html(russian, {1251, 0});
    EXPECT_EQ(html.charset, "utf-8");
    EXPECT_EQ(html.bytes, "<meta charset=utf-8>Привет, мир\uFFFD");
    EXPECT_EQ(encode_html("\xE3\xE5\xE9\xE1\xD2", {1253, 0}).bytes, "γεια\uFFFD");
    EXPECT_EQ(encode_html("\xF9\xEC\xE5\xED\xD9", {1255, 0}).bytes, "שלום\uFFFD");
}

TEST(HtmlCharset, Utf8IsSeenBehindAPageThatItIsNotValidIn) {
    EXPECT_EQ(encode_html("Привет, Илья", {1251, 0}).bytes, "Привет, Илья");
}

TEST(HtmlCharset, JapaneseWithEscapesIsNotAscii) {
    const std::string outlook = "<p>\x1B$B-!3t<0\x1B(B</p>";
    EXPECT_EQ(encode_html(outlook, {50220, 0}).charset, "iso-2022-jp");
    EXPECT_EQ(encode_html(outlook, {50220, 0}).bytes, outlook);
    const EncodedText broken = encode_html("<p>\x1B$B)!F|K\\\x1B(B</p>", {50220, 0});
    EXPECT_EQ(broken.charset, "utf-8");
    EXPECT_EQ(broken.bytes, "<p>\uFFFD日本</p>");
}

TEST(HtmlCharset, HongKongsCharactersGoOutInUtf8) {
    const EncodedText html = encode_html("<meta charset=big5>\xAD\xBB\xB4\xE4\x9D\xEE", {950, 0});
    EXPECT_EQ(html.charset, "utf-8");
    EXPECT_EQ(html.bytes, "<meta charset=utf-8>香港㗎");
    EXPECT_EQ(encode_html("\xAD\xBB\xB4\xE4", {950, 0}).charset, "big5");
}

TEST(HtmlCharset, HzGoesOutInUtf8) {
    const EncodedText html = encode_html("<p>~{Dc:C2;~}</p>", {52936, 0});
    EXPECT_EQ(html.charset, "utf-8");
    EXPECT_EQ(html.bytes, "<p>你好不</p>");
    EXPECT_EQ(encode_html("<p>a</p>", {52936, 0}).charset, "us-ascii");
}

TEST(HtmlCharset, AShortTextMayHaveABrokenCharacterToo) {
    EXPECT_EQ(encode_html("<p>\xA4\xA4\xA4\xE5\x81\x40</p>", {950, 0}).bytes, "<p>中文\uFFFD</p>");
}

TEST(HtmlCharset, APageThatDoesNotFitIsNotTrusted) {
    EXPECT_EQ(encode_html("<p>Gr\xfc\xdf"
                          "e aus K\xf6ln</p>",
                          {65001, 0})
                  .bytes,
              "<p>Grüße aus Köln</p>");
}

}  // namespace
}  // namespace mbx::convert
