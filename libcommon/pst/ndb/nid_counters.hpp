// rgnid: the highest index in use of each NID type ([MS-PST] 2.2.2.6).
#pragma once

#include <array>
#include <cstdint>

#include "pst/ndb/ids.hpp"

namespace mbx::pst::ndb {

class NidCounters {
  public:
    /// 27 bits.
    static constexpr std::uint32_t kLargestIndex = (1U << 27) - 1;

    NidCounters() noexcept;

    /// Throws Error(BadData) when a type has no free index left.
    Nid allocate(NidType type);
    /// Fixed NIDs lie below the starting values and change nothing. So do types that Outlook does
    /// not count.
    void reserve(Nid nid) noexcept;

    const std::array<std::uint32_t, 32>& values() const noexcept { return values_; }

  private:
    void raise(NidType type, std::uint32_t index) noexcept;

    std::array<std::uint32_t, 32> values_{};
};

}  // namespace mbx::pst::ndb
