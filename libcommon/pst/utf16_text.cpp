#include "pst/utf16_text.hpp"

#include <algorithm>
#include <iterator>

#include "base/utf.hpp"

namespace mbx::pst {
namespace {

/// Lower-case letters first..last, every step-th of them, and how far above the capital they are.
struct LetterRange {
    char16_t first;
    char16_t last;
    int step;
    int distance;
};

// Ascending; ranges do not overlap. Simple case mappings of Unicode 15.
constexpr LetterRange kLetters[] = {
    {0x0061, 0x007A, 1, 32},   {0x00E0, 0x00F6, 1, 32}, {0x00F8, 0x00FE, 1, 32},
    {0x00FF, 0x00FF, 1, -121}, {0x0101, 0x012F, 2, 1},  {0x0131, 0x0131, 1, 232},
    {0x0133, 0x0137, 2, 1},    {0x013A, 0x0148, 2, 1},  {0x014B, 0x0177, 2, 1},
    {0x017A, 0x017E, 2, 1},    {0x03AC, 0x03AC, 1, 38}, {0x03AD, 0x03AF, 1, 37},
    {0x03B1, 0x03C1, 1, 32},   {0x03C2, 0x03C2, 1, 31}, {0x03C3, 0x03CB, 1, 32},
    {0x03CC, 0x03CC, 1, 64},   {0x03CD, 0x03CE, 1, 63}, {0x0430, 0x044F, 1, 32},
    {0x0450, 0x045F, 1, 80},   {0x0461, 0x0481, 2, 1},  {0x048B, 0x04BF, 2, 1},
    {0x04C2, 0x04CE, 2, 1},    {0x04CF, 0x04CF, 1, 15}, {0x04D1, 0x052F, 2, 1},
    {0x0561, 0x0586, 1, 48},   {0x1E01, 0x1E95, 2, 1},  {0x1EA1, 0x1EFF, 2, 1},
    {0xFF41, 0xFF5A, 1, 32},
};

char16_t upper_case(char16_t unit) noexcept {
    const auto* const range =
        std::find_if(std::begin(kLetters), std::end(kLetters),
                     [=](const LetterRange& candidate) { return unit <= candidate.last; });
    if (range == std::end(kLetters) || unit < range->first ||
        (unit - range->first) % range->step != 0) {
        return unit;
    }
    return static_cast<char16_t>(unit - range->distance);
}

constexpr bool is_high_surrogate(char16_t unit) noexcept {
    return unit >= 0xD800 && unit < 0xDC00;
}

}  // namespace

std::u16string_view cut(std::u16string_view text, std::size_t units) noexcept {
    if (text.size() <= units) {
        return text;
    }
    return text.substr(0, units > 0 && is_high_surrogate(text[units - 1]) ? units - 1 : units);
}

std::string cut_utf8(std::string_view text, std::size_t units) {
    if (text.size() <= units) {  // never more units than bytes
        return std::string(text);
    }
    return base::utf8_from_utf16(cut(base::utf16_from_utf8(text), units));
}

std::u16string upper_case(std::u16string_view text) {
    std::u16string result;
    std::transform(text.begin(), text.end(), std::back_inserter(result),
                   [](char16_t unit) { return upper_case(unit); });
    return result;
}

}  // namespace mbx::pst
