#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "base/bytes.hpp"
#include "base/little_endian.hpp"
#include "convert/rtf_compressed.hpp"
#include "convert/rtf_deencapsulate.hpp"
#include "convert/rtf_to_html.hpp"

namespace mbx::convert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

base::Bytes bytes(std::initializer_list<int> values) {
    base::Bytes result;
    for (const int value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

// [MS-OXRTFCP] 3.1.1
const base::Bytes kHelloWorld =
    bytes({0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1,
           0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32,
           0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62,
           0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0});

TEST(CompressedRtf, GivesTheExampleOfTheSpecification) {
    const auto rtf = decompress_rtf(kHelloWorld);
    ASSERT_TRUE(rtf);
    EXPECT_EQ(rtf->rtf, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    EXPECT_TRUE(rtf->complete);
    EXPECT_TRUE(rtf->crc_right);
}

// [MS-OXRTFCP] 3.1.2
TEST(CompressedRtf, ReferenceMayRunIntoItsOwnOutput) {
    const auto rtf =
        decompress_rtf(bytes({0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a,
                              0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20,
                              0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0}));
    ASSERT_TRUE(rtf);
    EXPECT_EQ(rtf->rtf, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    EXPECT_TRUE(rtf->crc_right);
}

TEST(CompressedRtf, MissingEndMarkGivesTheTextSoFar) {
    const auto rtf = decompress_rtf(base::ByteView(kHelloWorld).first(kHelloWorld.size() - 6));
    ASSERT_TRUE(rtf);
    EXPECT_EQ(rtf->rtf, "{\\rtf1\\ansi\\ansicpg1252\\pard hello worl");
    EXPECT_FALSE(rtf->complete);
    EXPECT_FALSE(rtf->crc_right);
}

TEST(CompressedRtf, EveryCutLengthIsSurvived) {
    for (std::size_t n = 0; n <= kHelloWorld.size(); ++n) {
        EXPECT_EQ(decompress_rtf(base::ByteView(kHelloWorld).first(n)).has_value(), n >= 16);
    }
}

base::Bytes stored(std::string_view text, std::uint32_t raw_size, std::uint32_t type = 0x414C454D) {
    base::Bytes stream;
    base::append_le<std::uint32_t>(stream, static_cast<std::uint32_t>(text.size()) + 12);
    base::append_le<std::uint32_t>(stream, raw_size);
    base::append_le<std::uint32_t>(stream, type);
    base::append_le<std::uint32_t>(stream, 0);
    base::append(stream, base::as_bytes(text));
    return stream;
}

TEST(CompressedRtf, StoredTextMayClaimMoreThanItHas) {
    EXPECT_EQ(decompress_rtf(stored("{\\rtf1 x}", 2341))->rtf, "{\\rtf1 x}");
    EXPECT_EQ(decompress_rtf(stored("{\\rtf1 x}zz", 9))->rtf, "{\\rtf1 x}");
}

TEST(CompressedRtf, FinalNulIsNoText) {
    EXPECT_EQ(decompress_rtf(stored({"{\\rtf1 x}\0", 10}, 10))->rtf, "{\\rtf1 x}");
}

TEST(CompressedRtf, OtherThingsAreNoRtf) {
    EXPECT_FALSE(decompress_rtf(stored("abc", 3, 0x12345678)));
    EXPECT_FALSE(decompress_rtf(bytes({1, 2, 3, 4, 5, 6, 7, 8})));
    EXPECT_FALSE(decompress_rtf({}));
}

TEST(CompressedRtf, OutputIsBounded) {
    EXPECT_EQ(decompress_rtf(kHelloWorld, 7)->rtf, "{\\rtf1\\");
    EXPECT_EQ(decompress_rtf(stored("{\\rtf1 x}", 9), 3)->rtf, "{\\r");
}

std::string html_of(const std::string& rest, const std::string& head = "\\ansi\\ansicpg1252") {
    const auto content = deencapsulate_rtf("{\\rtf1" + head + "\\fromhtml1 " + rest + "}");
    return content ? content->text : "(nothing encapsulated)";
}

TEST(EncapsulatedRtf, IsKnownByItsFirstWords) {
    EXPECT_EQ(rtf_content("{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0"), RtfContent::Html);
    EXPECT_EQ(rtf_content("{\\rtf1\\ansi\\fbidis\\ansicpg1252\\deff0\\fromhtml1"),
              RtfContent::Html);
    EXPECT_EQ(rtf_content("{\\rtf1\\ansi\\ansicpg1252\\fromtext \\deff0"), RtfContent::Text);
    EXPECT_EQ(rtf_content("{\\rtf1\\ansi a b c}"), RtfContent::Rtf);
    EXPECT_EQ(rtf_content("{\\rtf1\\a\\b\\c\\d\\e\\g\\h\\i\\fromhtml1"), RtfContent::Rtf);
    EXPECT_EQ(rtf_content("\\fromhtml1"), RtfContent::Rtf);
    EXPECT_EQ(rtf_content(""), RtfContent::Rtf);
    EXPECT_FALSE(deencapsulate_rtf("{\\rtf1\\ansi x}"));
}

TEST(EncapsulatedRtf, TagsComeOutAndTheirRtfDoesNot) {
    EXPECT_EQ(html_of("{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 x{\\*\\htmltag92 </b>}"
                      "\\htmlrtf }\\htmlrtf0 "),
              "<b>x</b>");
}

TEST(EncapsulatedRtf, RewrittenUrlsAreSkipped) {
    EXPECT_EQ(html_of("{\\*\\htmltag4 a}{\\*\\mhtmltag4 b}"), "a");
}

TEST(EncapsulatedRtf, SuppressionEndsWithItsGroup) {
    EXPECT_EQ(html_of("{\\htmlrtf hidden}shown{\\*\\htmltag64}\\htmlrtf no\\par\\htmlrtf0 yes"),
              "shownyes");
}

TEST(EncapsulatedRtf, LineEndsOfTheFileAreNoContent) {
    EXPECT_EQ(html_of("{\\*\\htmltag19 <a hr\r\nef=x>}\r\na\r\nb\\par\\tab c\\line "),
              "<a href=x>ab\r\n\tc\r\n");
}

TEST(EncapsulatedRtf, TextIsEscapedUnlessItIsAReferenceAlready) {
    EXPECT_EQ(html_of("a<b & c &lt; &#x41; &#65; &; &#; &amp"),
              "a&lt;b &amp; c &lt; &#x41; &#65; &amp;; &amp;#; &amp;amp");
    EXPECT_EQ(html_of("{\\*\\htmltag1 <a href=\"?a&b\">}"), "<a href=\"?a&b\">");
}

TEST(EncapsulatedRtf, SymbolsBecomeReferences) {
    EXPECT_EQ(
        html_of("\\lquote\\rquote\\ldblquote\\rdblquote\\bullet\\endash\\emdash\\~\\{\\}\\\\"),
        "&lsquo;&rsquo;&ldquo;&rdquo;&bull;&ndash;&mdash;&nbsp;{}\\");
}

TEST(EncapsulatedRtf, BytesAreDecodedTogether) {
    EXPECT_EQ(html_of("\\'c3\\'a5", "\\ansi\\ansicpg65001"), "å");
    EXPECT_EQ(html_of("\\'ce\r\n\\'a2", "\\ansi\\ansicpg936"), "微");
    EXPECT_EQ(html_of("\\'83A", "\\ansi\\ansicpg932"), "ア");  // the second byte is a letter
}

TEST(EncapsulatedRtf, FontDecidesOutsideTagsAndDocumentWithin) {
    const std::string fonts =
        "{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}{\\f1\\fnil\\fcharset134 SimSun{\\*\\falt "
        "\\'cb;};}"
        "{\\f2\\cpg1251 Cyr;}}";
    EXPECT_EQ(html_of(fonts + "{\\f1 \\'ce\\'a2}\\'e4{\\f2 \\'e4}"), "微äд");
    EXPECT_EQ(html_of(fonts + "\\f1 {\\*\\htmltag84 <a t=\\'e4>}"), "<a t=ä>");
    // no \ansicpg: the charset of font 0
    EXPECT_EQ(html_of("{\\fonttbl{\\f0\\fcharset204 A;}}\\'e4", "\\ansi"), "д");
    // a font that says 936 and text that is not
    EXPECT_EQ(html_of(fonts + "{\\f1 \\'e4 \\'fc}"), "ä ü");
}

TEST(EncapsulatedRtf, UnicodeSkipsItsFallback) {
    EXPECT_EQ(html_of("{\\*\\htmltag84 <\\u-3913 ?>}"), "<\xEF\x82\xB7>");
    EXPECT_EQ(html_of("\\u8364\\'80x"), "€x");
    EXPECT_EQ(html_of("{\\uc2\\u228\\'c3\\'a4y}\\u228 ?z"), "äyäz");
    EXPECT_EQ(html_of("{\\uc0\\u228 ?}"), "ä?");
    EXPECT_EQ(html_of("{\\u228 }a"), "äa") << "the end of a group ends the fallback";
    EXPECT_EQ(html_of("\\u-10179 ?\\u-8704 ?"), "😀");
    EXPECT_EQ(html_of("\\u-10179 ?x"), "\xEF\xBF\xBDx");
}

TEST(EncapsulatedRtf, SideMatterAndBinaryDataAreNoText) {
    EXPECT_EQ(html_of("{\\info{\\title no}}{\\*\\generator no;}{\\pntext no}"
                      "{\\colortbl\\red0;no;}a\\bin4 }}{{b"),
              "ab");
}

TEST(EncapsulatedRtf, PlainTextComesOutAsItIs) {
    const auto content = deencapsulate_rtf(
        "{\\rtf1\\ansi\\fromtext \\deff0{\\fonttbl{\\f0 x;}}\\pard\\plain "
        "a<b\\par\\tab \\lquote &amp;\\'e4}");
    ASSERT_TRUE(content);
    EXPECT_EQ(content->content, RtfContent::Text);
    EXPECT_EQ(content->text, "a<b\r\n\t‘&amp;ä");
}

TEST(EncapsulatedRtf, BrokenRtfEndsQuietly) {
    EXPECT_EQ(html_of("a}}}}b"), "ab");
    EXPECT_EQ(html_of("{{{{a"), "a");
    EXPECT_EQ(html_of("a\\'z\\'\\'\\u"), "az");
    EXPECT_EQ(html_of(std::string(100'000, '{') + "deep" + std::string(100'000, '}') + "x"), "x");
    EXPECT_EQ(html_of("a\\bin999999999 b"), "a");
}

HtmlFromRtf rtf(const std::string& rest, std::vector<std::string> attachment_html = {}) {
    return rtf_to_html(
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}{\\f1 Courier;}}"
        "{\\colortbl ;\\red255\\green0\\blue16;}" +
            rest + "}",
        {1252, std::move(attachment_html)});
}

std::string body(const HtmlFromRtf& result) {
    const std::size_t start = result.html.find("<body>\r\n") + 8;
    return result.html.substr(start, result.html.find("</body>") - start);
}

TEST(RtfToHtml, ParagraphsAndText) {
    const HtmlFromRtf result = rtf("one <&\\par\\par two\\line three");
    EXPECT_EQ(body(result),
              "<div>one &lt;&amp;</div>\r\n<div><br></div>\r\n<div>two<br>\r\nthree</div>\r\n");
    EXPECT_EQ(result.text, "one <&\r\n\r\ntwo\r\nthree\r\n");
}

TEST(RtfToHtml, CharacterStyles) {
    EXPECT_EQ(body(rtf("a{\\b b\\i c}d\\ul e\\ulnone\\b0 f")),
              "<div>a<b>b</b><b><i>c</i></b>d<u>e</u>f</div>\r\n");
    EXPECT_EQ(body(rtf("\\f1\\fs21\\cf1 x\\plain y")),
              "<div><span style=\"font-family:'Courier';font-size:10.5pt;color:#ff0010;\">x</span>"
              "y</div>\r\n");
    EXPECT_EQ(body(rtf("{\\v hidden}x{\\super 2}")), "<div>x<sup>2</sup></div>\r\n");
}

TEST(RtfToHtml, ParagraphStyles) {
    EXPECT_EQ(body(rtf("\\pard\\qc\\li720 x\\par\\pard y")),
              "<div style=\"text-align:center;margin-left:36pt;\">x</div>\r\n<div>y</div>\r\n");
}

TEST(RtfToHtml, Hyperlinks) {
    EXPECT_EQ(body(rtf("{\\field{\\*\\fldinst{HYPERLINK \"http://x.example/?a&b\"}}{\\fldrslt{\\ul "
                       "link}}} after")),
              "<div><a href=\"http://x.example/?a&amp;b\">link</a> after</div>\r\n");
    EXPECT_EQ(body(rtf("{\\field{\\*\\fldinst HYPERLINK \"JavaScript:alert(1)\"}{\\fldrslt x}}")),
              "<div>x</div>\r\n");
    EXPECT_EQ(body(rtf("{\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}")), "<div>7</div>\r\n");
}

TEST(RtfToHtml, ListsKeepTheTextOfTheirBullets) {
    EXPECT_EQ(body(rtf("{\\pntext\\f1\\'b7\\tab}{\\*\\pn\\pnlvlblt}item\\par")),
              "<div><span style=\"font-family:'Courier';\">·\t</span>item</div>\r\n");
}

TEST(RtfToHtml, Tables) {
    const HtmlFromRtf result =
        rtf("\\trowd\\cellx1\\cellx2\\pard\\intbl a\\cell b\\par c\\cell\\row\\trowd\\pard\\intbl "
            "d\\cell\\cell\\row\\pard after\\par");
    EXPECT_EQ(body(result),
              "<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\">\r\n"
              "<tr><td>a</td><td><div>b</div>\r\nc</td></tr>\r\n"
              "<tr><td>d</td><td>&nbsp;</td></tr>\r\n</table>\r\n<div>after</div>\r\n");
    EXPECT_EQ(result.text, "a\tb\r\nc\t\r\nd\t\t\r\nafter\r\n");
}

TEST(RtfToHtml, PicturesBecomeParts) {
    const HtmlFromRtf result =
        rtf("{\\*\\shppict{\\pict{\\*\\picprop{\\sp}}\\pngblip\\picw1\\pich1 "
            "8950\r\n4e47}}{\\nonshppict{"
            "\\pict\\wmetafile8 0102}}{\\pict\\wmetafile8 0304}{\\pict\\pngblip 89504E47}");
    ASSERT_EQ(result.pictures.size(), 2U);
    EXPECT_EQ(result.pictures[0].media_type, "image/png");
    EXPECT_EQ(result.pictures[0].data, "\x89PNG");
    EXPECT_TRUE(result.pictures[0].shown);
    EXPECT_THAT(result.html, HasSubstr("<img src=\"cid:" + result.pictures[0].content_id + "\""));
    EXPECT_EQ(result.pictures[1].media_type, "image/wmf");
    EXPECT_FALSE(result.pictures[1].shown);
}

TEST(RtfToHtml, BinaryPictures) {
    const HtmlFromRtf result = rtf("{\\pict\\jpegblip\\bin4 {}\\x}");
    ASSERT_EQ(result.pictures.size(), 1U);
    EXPECT_EQ(result.pictures[0].data, "{}\\x");
}

TEST(RtfToHtml, AttachmentsStandWhereTheTextMarksThem) {
    const HtmlFromRtf result = rtf("a{\\objattph  }b\\objattph", {"<img src=\"cid:x\">"});
    EXPECT_EQ(result.attachment_marks, 2U);
    EXPECT_THAT(result.html, HasSubstr("a<img src=\"cid:x\">"));
}

TEST(RtfToHtml, MarkupDoesNotGrowWithoutBound) {
    std::string hostile =
        "{\\field{\\*\\fldinst HYPERLINK \"http://" + std::string(10'000, 'x') + "\"}{\\fldrslt ";
    for (int i = 0; i < 10'000; ++i) {
        hostile += "\\b a\\b0 a";
    }
    const HtmlFromRtf result = rtf(hostile + "}}");
    EXPECT_LT(result.html.size(), 20 * hostile.size());
    EXPECT_EQ(result.text.size(), 20'000U + 2);
}

TEST(RtfToHtml, BrokenRtfGivesWhatIsThere) {
    EXPECT_EQ(rtf_to_html("", {}).text, "");
    EXPECT_EQ(rtf_to_html("{\\rtf1 a}}}}{{b", {}).text, "ab\r\n");
    EXPECT_THAT(rtf_to_html("{\\rtf1{\\pict\\pngblip 89", {}).pictures.size(), 1U);
}

}  // namespace
}  // namespace mbx::convert
