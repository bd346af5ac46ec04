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

struct CapitalRange {
    char32_t first;
    char32_t last;
    char32_t distance;  // from a capital to its small letter
    char32_t step;      // from one capital to the next
};

// Simple case foldings of Unicode's CaseFolding.txt for the scripts that folder names are written
// in.
constexpr CapitalRange kCapitals[] = {
    {U'A', U'Z', 32, 1},   {0xC0, 0xD6, 32, 1},   {0xD8, 0xDE, 32, 1},    {0x100, 0x12E, 1, 2},
    {0x132, 0x136, 1, 2},  {0x139, 0x147, 1, 2},  {0x14A, 0x176, 1, 2},   {0x179, 0x17D, 1, 2},
    {0x1A0, 0x1A4, 1, 2},  {0x1AF, 0x1AF, 1, 1},  {0x200, 0x21E, 1, 2},   {0x386, 0x386, 38, 1},
    {0x388, 0x38A, 37, 1}, {0x38C, 0x38C, 64, 1}, {0x38E, 0x38F, 63, 1},  {0x391, 0x3A1, 32, 1},
    {0x3A3, 0x3AB, 32, 1}, {0x400, 0x40F, 80, 1}, {0x410, 0x42F, 32, 1},  {0x460, 0x480, 1, 2},
    {0x48A, 0x4BE, 1, 2},  {0x531, 0x556, 48, 1}, {0x1E00, 0x1E94, 1, 2}, {0x1EA0, 0x1EFE, 1, 2},
};

char32_t small_letter(char32_t c) {
    for (const CapitalRange& range : kCapitals) {
        if (c >= range.first && c <= range.last && (c - range.first) % range.step == 0) {
            return c + range.distance;
        }
    }
    return c;
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

std::string fold_case(std::string_view utf8) {
    std::string result;
    while (!utf8.empty()) {
        append_utf8(result, small_letter(take_utf8(utf8).code_point));
    }
    return result;
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
