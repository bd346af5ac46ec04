// Text into HTML, and HTML into the text that people without HTML see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mbx::convert {

/// & < > and " become references; everything else stays.
std::string escape_html(std::string_view text);

/// Character references of HTML 4 and numeric ones become characters; unknown ones stay as they
/// are.
std::string unescape_html(std::string_view html);

/// The readable text of UTF-8 HTML, with CRLF: blocks become lines, list items "* ", cells are set
/// apart by tabs, a link's target follows its text as <url>; head, scripts and styles are left out,
/// and NUL. Takes any input, in time proportional to its length.
std::string text_of_html(std::string_view html);

/// A document that shows the text as it is, lines kept.
std::string html_of_text(std::string_view text);

}  // namespace mbx::convert
