// Finds lines of base64 that one operation gives (RFC 2045 6.8).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "convert/exact/recipe.hpp"

namespace mbx::convert::exact {

struct Base64Run {
    Base64 operation;  ///< all but its stream
    std::size_t begin = 0;
    std::size_t end = 0;  ///< behind the last line end when that belongs to the run
    std::size_t last_line_length = 0;
};

/// Lines of one length with the same line ends, and a shorter one behind them, are one run; where
/// that would make too many, lines of any length are. Lines that hold anything but base64 are in no
/// run, but their base64 characters count. Stops where so many runs were found that naming them
/// would not pay.
std::vector<Base64Run> find_base64_runs(std::string_view encoded);

/// The run without its last group of characters: for encoders that padded it wrongly. nullopt when
/// nothing else is in it.
std::optional<Base64Run> without_last_group(const Base64Run& run);

}  // namespace mbx::convert::exact
