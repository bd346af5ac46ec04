// The static dictionary of recipes: what MIME structure usually looks like. The content of a number
// never changes.
#pragma once

#include <cstdint>
#include <string_view>

namespace mbx::convert::exact {

/// Empty for 0 and for unknown numbers.
std::string_view recipe_dictionary(std::uint8_t number) noexcept;

inline constexpr std::uint8_t kNewestDictionary = 1;

}  // namespace mbx::convert::exact
