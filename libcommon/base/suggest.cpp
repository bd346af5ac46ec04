#include "base/suggest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace mbx::base {
namespace {

constexpr std::size_t kLongestName = 64;

/// Damerau's distance with adjacent swaps only. Pre: both at most kLongestName bytes.
std::size_t typing_errors(std::string_view a, std::string_view b) {
    using Row = std::array<std::size_t, kLongestName + 1>;
    Row before_last{};
    Row last{};
    Row current{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                current[j] = std::min(current[j], before_last[j - 2] + 1);
            }
        }
        before_last = last;
        last = current;
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string> closest(std::string_view name,
                                   const std::vector<std::string>& candidates) {
    if (name.empty() || name.size() > kLongestName) {
        return std::nullopt;
    }
    const std::string wanted = ascii_lower(name);
    std::optional<std::string> best;
    std::size_t best_errors = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > kLongestName) {
            continue;
        }
        const std::size_t errors = typing_errors(wanted, ascii_lower(candidate));
        if (errors < best_errors) {
            best = candidate;
            best_errors = errors;
        }
    }
    return best;
}

}  // namespace mbx::base
