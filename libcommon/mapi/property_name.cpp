#include "mapi/property_name.hpp"

#include <array>
#include <cstdio>

#include "base/text.hpp"

namespace mbx::mapi {

std::string to_string(const PropertyName& name) {
    constexpr std::array<int, 16> kOrder{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "{";
    for (std::size_t i = 0; i < kOrder.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text += '-';
        }
        const auto value =
            std::to_integer<unsigned>(name.set.at(static_cast<std::size_t>(kOrder.at(i))));
        text += kDigits[value >> 4];
        text += kDigits[value & 15];
    }
    text += "}:";
    if (const auto* lid = std::get_if<std::uint32_t>(&name.id)) {
        text += "0x";
        for (int shift = *lid > 0xFFFF ? 28 : 12; shift >= 0; shift -= 4) {
            text += kDigits[(*lid >> shift) & 15];
        }
        return text;
    }
    return text + base::escape(std::get<std::string>(name.id));
}

}  // namespace mbx::mapi
