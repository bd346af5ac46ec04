#include "base/utf.hpp"

#include <algorithm>
#include <cstring>

namespace mbx::base {
namespace {

// How many bytes at the front are ASCII; eight at a time, since nearly all of mail is.
std::size_t ascii_prefix(std::string_view bytes) noexcept {
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= bytes.size(); at += sizeof word) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        if ((word & 0x8080808080808080U) != 0) {
            break;
        }
    }
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) {
        ++at;
    }
    return at;
}

constexpr char32_t kReplacement = 0xFFFD;

constexpr bool is_high_surrogate(char16_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(char16_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}
constexpr bool is_surrogate(char32_t c) {
    return c >= 0xD800 && c <= 0xDFFF;
}

void append_utf16(std::u16string& to, char32_t c) {
    if (c < 0x10000) {
        to += static_cast<char16_t>(c);
    } else {
        to += static_cast<char16_t>(0xD7C0 + (c >> 10));
        to += static_cast<char16_t>(0xDC00 + (c & 0x3FF));
    }
}

struct LeadByte {
    std::size_t length;  // of the whole sequence; 0 when it cannot start one
    char32_t bits;
    char32_t smallest;  // code point that needs this length
};

LeadByte classify(unsigned char lead) noexcept {
    if (lead < 0x80) return {1, lead, 0};
    if (lead >= 0xC2 && lead <= 0xDF) return {2, lead & 0x1FU, 0x80};
    if (lead >= 0xE0 && lead <= 0xEF) return {3, lead & 0x0FU, 0x800};
    if (lead >= 0xF0 && lead <= 0xF4) return {4, lead & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

DecodedCodePoint take_utf8(std::string_view& rest) noexcept {
    const LeadByte lead = classify(static_cast<unsigned char>(rest.front()));
    char32_t c = lead.bits;
    bool valid = lead.length != 0 && lead.length <= rest.size();
    for (std::size_t i = 1; valid && i < lead.length; ++i) {
        const auto byte = static_cast<unsigned char>(rest[i]);
        valid = (byte & 0xC0) == 0x80;
        c = (c << 6) | (byte & 0x3FU);
    }
    valid = valid && c >= lead.smallest && c <= 0x10FFFF && !is_surrogate(c);
    rest.remove_prefix(valid ? lead.length : 1);
    return valid ? DecodedCodePoint{c, true} : DecodedCodePoint{kReplacement, false};
}

std::u16string utf16_from_utf8(std::string_view utf8) {
    std::u16string result;
    result.reserve(utf8.size());
    while (!utf8.empty()) {
        const std::size_t ascii = ascii_prefix(utf8);
        result.append(utf8.begin(), utf8.begin() + static_cast<std::ptrdiff_t>(ascii));
        utf8.remove_prefix(ascii);
        if (!utf8.empty()) {
            append_utf16(result, take_utf8(utf8).code_point);
        }
    }
    return result;
}

void append_utf8(std::string& to, char32_t c) {
    const auto put = [&](char32_t byte) {
        to += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

std::string utf8_from_utf16(std::u16string_view utf16) {
    std::string result;
    result.reserve(utf16.size());
    for (std::size_t i = 0; i < utf16.size(); ++i) {
        const char16_t unit = utf16[i];
        if (is_high_surrogate(unit) && i + 1 < utf16.size() && is_low_surrogate(utf16[i + 1])) {
            append_utf8(result, 0x10000 + ((static_cast<char32_t>(unit) - 0xD800) << 10) +
                                    (static_cast<char32_t>(utf16[i + 1]) - 0xDC00));
            ++i;
        } else {
            append_utf8(result, is_surrogate(unit) ? kReplacement : static_cast<char32_t>(unit));
        }
    }
    return result;
}

Bytes utf16le_from_utf8(std::string_view utf8) {
    const std::u16string units = utf16_from_utf8(utf8);
    Bytes bytes;
    bytes.reserve(units.size() * 2);
    for (const char16_t unit : units) {
        bytes.push_back(static_cast<std::byte>(unit & 0xFF));
        bytes.push_back(static_cast<std::byte>(unit >> 8));
    }
    return bytes;
}

std::string utf8_from_utf16le(ByteView bytes) {
    std::u16string units(bytes.size() / 2, u'\0');
    for (std::size_t i = 0; i < units.size(); ++i) {
        units[i] = static_cast<char16_t>(std::to_integer<unsigned>(bytes[2 * i]) |
                                         std::to_integer<unsigned>(bytes[2 * i + 1]) << 8);
    }
    return utf8_from_utf16(units);
}

bool is_valid_utf8(std::string_view bytes) noexcept {
    for (;;) {
        bytes.remove_prefix(ascii_prefix(bytes));
        if (bytes.empty()) {
            return true;
        }
        if (!take_utf8(bytes).valid) {
            return false;
        }
    }
}

bool is_ascii(std::string_view bytes) noexcept {
    return ascii_prefix(bytes) == bytes.size();
}

}  // namespace mbx::base
