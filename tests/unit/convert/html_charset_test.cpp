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

TEST(HtmlCharset, APageThatDoesNotFitIsNotTrusted) {
    EXPECT_EQ(encode_html("<p>Gr\xfc\xdf"
                          "e aus K\xf6ln</p>",
                          {65001, 0})
                  .bytes,
              "<p>Grüße aus Köln</p>");
}

}  // namespace
}  // namespace mbx::convert
