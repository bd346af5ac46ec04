// A range of a source.
#pragma once

#include <cstdint>

namespace mbx::base {

struct ByteRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const noexcept { return end - begin; }

    bool operator==(const ByteRange&) const = default;
};

}  // namespace mbx::base
