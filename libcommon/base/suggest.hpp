// "Did you mean ...?" for names that a user has mistyped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::base {

/// The candidate that differs from `name` by the fewest typing errors (a letter added, left out,
/// changed, or two swapped), without regard to ASCII case; nullopt when none is near enough to be
/// meant. Cost: O(candidates x length squared); names beyond 64 bytes match nothing.
std::optional<std::string> closest(std::string_view name,
                                   const std::vector<std::string>& candidates);

}  // namespace mbx::base
