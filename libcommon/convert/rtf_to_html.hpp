// Real RTF, as Outlook and Word write it, becomes HTML that looks much the same, and plain text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::convert {

struct RtfPicture {
    std::string media_type;  ///< image/png, image/jpeg; image/emf, image/wmf, image/bmp
    std::string data;        ///< the file's bytes
    std::string content_id;  ///< without <>; from the content, so equal pictures have equal ones
    bool shown = false;      ///< the HTML refers to it; otherwise browsers cannot show the type
};

struct HtmlFromRtf {
    std::string html;                  ///< UTF-8, a whole document, CRLF
    std::string text;                  ///< UTF-8, CRLF
    std::vector<RtfPicture> pictures;  ///< in order, each content once
    std::size_t attachment_marks = 0;  ///< \objattph met
};

struct RtfToHtmlOptions {
    std::uint32_t fallback_code_page = 1252;  ///< see RtfReader
    /// HTML that stands for the first, second, ... attachment where the text marks its place.
    std::vector<std::string> attachment_html;
};

/// Paragraphs with alignment and indent, fonts, sizes, colours, bold and the like, hyperlinks,
/// tables without their measures, lists as the text that the writer left for readers of old.
HtmlFromRtf rtf_to_html(std::string_view rtf, const RtfToHtmlOptions& options);

}  // namespace mbx::convert
