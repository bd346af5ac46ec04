// Text parts as a message object holds them: Unicode text, and HTML bytes with their code page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mbx::convert {

struct PlainText {
    std::string utf8;         ///< CRLF or lone CR; no byte order mark, no NUL
    std::uint32_t code_page;  ///< of the part; one that Outlook understands
};

/// `bytes` after transfer decoding, `charset` as declared, empty when it is not.
PlainText plain_text(std::string_view bytes, std::string_view charset);

struct HtmlText {
    std::string bytes;        ///< as they were, when `code_page` can be named; else UTF-8
    std::uint32_t code_page;  ///< never UTF-16 or UTF-7
};

/// The declared charset counts, then a byte order mark, a <meta> element, the bytes themselves.
HtmlText html_text(std::string_view bytes, std::string_view charset);

/// So many bytes of HTML are searched for the <meta> element that names its charset.
inline constexpr std::size_t kLookedAtForMeta = 4096;

/// The charset that a <meta> element near the beginning names; empty when none does.
std::string meta_charset(std::string_view html);

/// The text of text/enriched and text/richtext (RFC 1896) without its commands.
std::string enriched_to_plain(std::string_view utf8);

}  // namespace mbx::convert
