// The charset of HTML in a message object, and how it goes out ([MS-OXCMAIL] 2.1.3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mbx::convert {

struct EncodedText {
    std::string bytes;
    std::string charset;  ///< MIME name
};

/// The code pages that a message states: PidTagInternetCodepage and PidTagMessageCodepage, 0 when
/// absent.
struct StatedPages {
    std::uint32_t internet = 0;
    std::uint32_t message = 0;
};

/// The bytes as they are where their charset is known and they are valid in it; else recoded to
/// UTF-8. Which charset: the stated page, a byte order mark, <meta>, UTF-8 when valid, the
/// message's page, 1252.
EncodedText encode_html(std::string_view html, const StatedPages& pages);

/// HTML in UTF-8, for reading in it.
std::string decode_html(const EncodedText& html);

/// us-ascii when that will do; the stated charset when it holds the text; else UTF-8.
EncodedText encode_plain(std::string_view utf8, const StatedPages& pages);

/// The charset that <meta> names, in lower case; nullopt when there is none.
std::optional<std::string> html_meta_charset(std::string_view html);

/// Every charset that <meta> names becomes this one; all else stays as it is.
std::string with_meta_charset(std::string_view html, std::string_view charset);

}  // namespace mbx::convert
