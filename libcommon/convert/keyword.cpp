#include "convert/keyword.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::convert {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Keywords that are no categories although they do not begin with "$".
constexpr std::array<std::string_view, 8> kProgramKeywords{
    "NonJunk", "NotJunk", "Junk", "JunkRecorded", "Forwarded", "MDNSent", "Redirected", "Old",
};

bool stands_for_itself(char16_t unit) {
    return unit > 0x20 && unit < 0x7F && unit != u'&' &&
           std::u16string_view(u"(){%*\"\\]").find(unit) == std::u16string_view::npos;
}

void append_shifted(std::string& to, std::u16string_view units) {
    to += '&';
    std::uint32_t bits = 0;
    int count = 0;
    for (const char16_t unit : units) {
        bits = bits << 16 | unit;
        count += 16;
        for (; count >= 6; count -= 6) {
            to += kDigits[bits >> (count - 6) & 0x3FU];
        }
        bits &= 0x3FU;
    }
    if (count > 0) {
        to += kDigits[bits << (6 - count) & 0x3FU];
    }
    to += '-';
}

// The units of one "&...-" run, without the marks; nullopt when a character is no digit.
std::optional<std::u16string> shifted_units(std::string_view run) {
    std::u16string units;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : run) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 16) {
            count -= 16;
            units += static_cast<char16_t>(bits >> count & 0xFFFFU);
            bits &= (1U << count) - 1;
        }
    }
    return units;
}

std::optional<std::string> decode_modified_utf7(std::string_view keyword) {
    std::string result;
    while (!keyword.empty()) {
        const std::size_t mark = keyword.find('&');
        result += keyword.substr(0, mark);
        if (mark == std::string_view::npos) {
            return result;
        }
        const std::size_t end = keyword.find('-', mark);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view run = keyword.substr(mark + 1, end - mark - 1);
        const auto units = shifted_units(run);
        if (!units) {
            return std::nullopt;
        }
        result += run.empty() ? "&" : base::utf8_from_utf16(*units);
        keyword.remove_prefix(end + 1);
    }
    return result;
}

}  // namespace

std::string keyword_of_category(std::string_view category) {
    const std::u16string units = base::utf16_from_utf8(category);
    std::string result;
    for (auto at = units.begin(); at != units.end();) {
        if (stands_for_itself(*at)) {
            result += static_cast<char>(*at++);
            continue;
        }
        if (*at == u'&') {
            result += "&-";
            ++at;
            continue;
        }
        const auto end = std::find_if(
            at, units.end(), [](char16_t unit) { return stands_for_itself(unit) || unit == u'&'; });
        append_shifted(result, std::u16string_view(at, end));
        at = end;
    }
    return result;
}

std::string category_of_keyword(std::string_view keyword) {
    const auto category = decode_modified_utf7(keyword);
    return category && keyword_of_category(*category) == keyword ? *category : std::string(keyword);
}

bool is_visible_keyword(std::string_view keyword) {
    if (keyword.empty() || keyword.front() == '$' || keyword.front() == '\\') {
        return false;
    }
    return std::none_of(kProgramKeywords.begin(), kProgramKeywords.end(),
                        [&](auto name) { return base::equals_ignore_case(name, keyword); });
}

}  // namespace mbx::convert
