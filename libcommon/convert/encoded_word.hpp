// Header text as people read it: encoded words (RFC 2047) and undeclared 8-bit text.
#pragma once

#include <string>
#include <string_view>

namespace mbx::convert {

/// Decodes to UTF-8. Encoded words are found wherever they stand, also inside of words and quotes;
/// blanks between two of them go, and the bytes of neighbours in one charset are joined before they
/// are decoded. Other text that is no UTF-8 is taken as `fallback_charset`. Never fails.
std::string decode_header_text(std::string_view unfolded, std::string_view fallback_charset);

/// Bytes of a charset as UTF-8. A charset that is unknown or empty: UTF-8 when the bytes are valid
/// in it, else windows-1252.
std::string decode_in_charset(std::string_view bytes, std::string_view charset);

}  // namespace mbx::convert
