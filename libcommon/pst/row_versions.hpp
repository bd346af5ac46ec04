// The store's counter for versions of table rows ([MS-PST] 2.2.2.6 dwUnique, 2.3.4.3).
#pragma once

#include <cstdint>

namespace mbx::pst {

/// Each row of the store gets another one; SCANPST wants them different and below dwUnique.
class RowVersions {
  public:
    std::uint32_t next() noexcept { return last_ += 1; }
    /// dwUnique of a header that is above all of them.
    std::uint32_t unique() const noexcept { return last_ + 1; }

  private:
    std::uint32_t last_ = 0;
};

}  // namespace mbx::pst
