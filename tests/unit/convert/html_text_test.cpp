#include "convert/html_text.hpp"

#include <gtest/gtest.h>

namespace mbx::convert {
namespace {

TEST(TextOfHtml, BlocksBecomeLines) {
    EXPECT_EQ(text_of_html("<p>one\n  two</p><p>three<br>four</p><div>five</div>"),
              "one two\r\n\r\nthree\r\nfour\r\n\r\nfive\r\n");
    EXPECT_EQ(text_of_html("<ul><li>a<li>b</ul>c"), "* a\r\n* b\r\nc\r\n");
    EXPECT_EQ(text_of_html("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"),
              "a\tb\t\r\nc\r\n");
}

TEST(TextOfHtml, LeavesOutWhatNobodyReads) {
    EXPECT_EQ(text_of_html(
                  "<head><title>t</title><style>p{}</style></head><!-- x -->a<script>b</script>"),
              "a\r\n");
    EXPECT_EQ(text_of_html("a<script>b"), "ab\r\n") << "nothing is lost for want of a closing tag";
}

TEST(TextOfHtml, LeavesOutAByteOrderMark) {
    EXPECT_EQ(text_of_html("\xEF\xBB\xBF\r\n<p>ä</p>"), "ä\r\n");
}

TEST(TextOfHtml, LeavesOutNul) {
    using namespace std::string_literals;
    EXPECT_EQ(text_of_html("<p>a\0b</p>\0"s), "ab\r\n");
}

TEST(TextOfHtml, LinksShowWhereTheyGo) {
    EXPECT_EQ(text_of_html("<a href=\"http://x.example/?a&amp;b\">here</a>"),
              "here <http://x.example/?a&b>\r\n");
    EXPECT_EQ(text_of_html("<a href='http://x.example/'>x.example</a>"), "x.example\r\n");
}

TEST(TextOfHtml, ReferencesBecomeCharacters) {
    EXPECT_EQ(text_of_html("&auml;&#228;&#xe4;&lt;b&gt;&nbsp;&nosuch;&#0;&#xD800;& &amp"),
              "äää<b> &nosuch;&#0;&#xD800;& &amp\r\n");
}

TEST(TextOfHtml, NumbersOfControlsMeanWindows1252) {
    EXPECT_EQ(text_of_html("&#149;&#x93;x&#148;&#153;"), "•“x”™\r\n");
}

TEST(TextOfHtml, PreformattedTextKeepsItsLines) {
    EXPECT_EQ(text_of_html("<pre>a\n  b</pre>c  d"), "a\r\n  b\r\nc d\r\n");
    const std::string text = "a <b> & \"c\"\r\n  d";
    EXPECT_EQ(text_of_html(html_of_text(text)), text + "\r\n");
}

TEST(TextOfHtml, BrokenTagsAreNoTrap) {
    EXPECT_EQ(text_of_html("a < b <3"), "a < b <3\r\n");
    EXPECT_EQ(text_of_html("a<b title=\"x>y\">c"), "ac\r\n");
    EXPECT_EQ(text_of_html("a<b title=\"x>y"), "ay\r\n");
    EXPECT_EQ(text_of_html("a<!--"), "a\r\n");
    EXPECT_EQ(text_of_html(""), "");
    EXPECT_EQ(text_of_html("<p> </p>\r\n<br>"), "");
}

}  // namespace
}  // namespace mbx::convert
