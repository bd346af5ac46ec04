#include "base/modified_utf7.hpp"

#include <cstdint>

#include "base/utf.hpp"

namespace mbx::base {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

bool is_direct(char c, std::string_view also_encoded) noexcept {
    return c >= 0x20 && c <= 0x7e && also_encoded.find(c) == std::string_view::npos;
}

/// UTF-16BE in base64 without padding.
void append_base64(std::string& to, std::u16string_view units) {
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char16_t unit : units) {
        bits = bits << 16 | unit;
        count += 16;
        for (; count >= 6; count -= 6) {
            to += kDigits[bits >> (count - 6) & 63U];
        }
    }
    if (count > 0) {
        to += kDigits[bits << (6 - count) & 63U];
    }
}

/// nullopt on a character that is no base64 digit. Left-over bits are for the caller's comparison.
std::optional<std::u16string> from_base64(std::string_view text) {
    std::u16string units;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 16) {
            count -= 16;
            units += static_cast<char16_t>(bits >> count & 0xffffU);
        }
    }
    return units;
}

/// Decodes without asking whether an encoder would have written it so.
std::optional<std::string> decode_loosely(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '&') {
            result += c;
            continue;
        }
        const std::size_t end = text.find('-');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::optional<std::u16string> units = from_base64(text.substr(0, end));
        if (!units) {
            return std::nullopt;
        }
        result += end == 0 ? "&" : utf8_from_utf16(*units);
        text.remove_prefix(end + 1);
    }
    return result;
}

}  // namespace

std::string encode_modified_utf7(std::string_view utf8, std::string_view also_encoded) {
    std::string result;
    while (!utf8.empty()) {
        std::size_t end = 0;
        while (end < utf8.size() && !is_direct(utf8[end], also_encoded)) {
            ++end;
        }
        if (end > 0) {
            result += '&';
            append_base64(result, utf16_from_utf8(utf8.substr(0, end)));
            result += '-';
            utf8.remove_prefix(end);
            continue;
        }
        result += utf8.front();
        if (utf8.front() == '&') {
            result += '-';
        }
        utf8.remove_prefix(1);
    }
    return result;
}

std::optional<std::string> decode_modified_utf7(std::string_view text,
                                                std::string_view also_encoded) {
    std::optional<std::string> result = decode_loosely(text);
    if (result && encode_modified_utf7(*result, also_encoded) != text) {
        result.reset();
    }
    return result;
}

}  // namespace mbx::base
