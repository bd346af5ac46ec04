#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"

namespace mbx::base {
namespace {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_printable(DecodedCodePoint c) {
    return c.valid && c.code_point >= 0x20 && !(c.code_point >= 0x7F && c.code_point <= 0x9F) &&
           // Bidirectional controls can make a terminal show another text than the one that is
           // there.
           !(c.code_point >= 0x202A && c.code_point <= 0x202E) &&
           !(c.code_point >= 0x2066 && c.code_point <= 0x2069);
}

}  // namespace

std::string ascii_lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

std::string ascii_upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), upper);
    return result;
}

bool equals_ignore_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_ignore_case(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() &&
           equals_ignore_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::string escape(std::string_view untrusted, std::size_t limit) {
    std::string result;
    while (!untrusted.empty()) {
        const std::string_view before = untrusted;
        const DecodedCodePoint c = take_utf8(untrusted);
        const std::string_view taken = before.substr(0, before.size() - untrusted.size());
        if (result.size() + taken.size() > limit) {
            return result + "…";
        }
        if (c.code_point == U'\\') {
            result += "\\\\";
        } else if (is_printable(c)) {
            result += taken;
        } else {
            for (const char byte : taken) {
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
            }
        }
    }
    return result;
}

}  // namespace mbx::base
