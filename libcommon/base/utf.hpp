// UTF-8 and UTF-16 into each other. Never fails: what is not valid becomes U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace mbx::base {

/// Each invalid byte, overlong form or encoded surrogate becomes one U+FFFD (Unicode 15, 3.9).
std::u16string utf16_from_utf8(std::string_view utf8);
/// Lone surrogates become U+FFFD.
std::string utf8_from_utf16(std::u16string_view utf16);

/// UTF-16LE as it lies in a PST: two bytes a unit, no terminator. An odd last byte is dropped on
/// reading.
Bytes utf16le_from_utf8(std::string_view utf8);
std::string utf8_from_utf16le(ByteView bytes);

bool is_valid_utf8(std::string_view bytes) noexcept;
bool is_ascii(std::string_view bytes) noexcept;

/// Appends the UTF-8 form of a code point.
void append_utf8(std::string& to, char32_t code_point);

/// Takes one code point off the front. Pre: !rest.empty(). Invalid input: U+FFFD, and `valid` is
/// false.
struct DecodedCodePoint {
    char32_t code_point = 0;
    bool valid = true;
};
DecodedCodePoint take_utf8(std::string_view& rest) noexcept;

}  // namespace mbx::base
