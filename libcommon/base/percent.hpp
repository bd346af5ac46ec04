// Hexadecimal escapes in text: "%41" of URLs (RFC 3986 2.1) and RFC 2231, "=41" of mail.
#pragma once

#include <string>
#include <string_view>

namespace mbx::base {

/// The value of a hexadecimal digit, -1 for any other character.
constexpr int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Each `mark` with two hexadecimal digits behind it as the byte that they mean; all else stays.
inline std::string unescape_hex(std::string_view text, char mark) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == mark && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            result += static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

inline std::string percent_decoded(std::string_view text) {
    return unescape_hex(text, '%');
}

}  // namespace mbx::base
