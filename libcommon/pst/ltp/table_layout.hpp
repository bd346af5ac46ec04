// Where the columns of a table lie in its rows ([MS-PST] 2.3.4.1, 2.3.4.4.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mapi/property_tag.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::ltp {

/// Laid out as Outlook does: cells of 8 and 4 bytes in the order of the columns' making, then those
/// of 2 bytes, then those of 1 byte, then one bit for each column; no gaps.
class TableLayout {
  public:
    /// columns: in the order of their making, PidTagLtpRowId and PidTagLtpRowVer first. Throws
    /// Error(BadData) for more than kMaxColumns; Error(Internal) for a tag that occurs twice or
    /// when the first two are others.
    explicit TableLayout(std::span<const mapi::PropertyTag> columns);

    /// Ascending by tag, as the table stores them.
    const std::vector<TCOLDESC>& columns() const noexcept { return columns_; }
    /// Null when the table has no such column.
    const TCOLDESC* find(mapi::PropertyTag tag) const noexcept;
    /// The first one with this identifier, whatever its type.
    const TCOLDESC* find_id(std::uint16_t id) const noexcept;

    /// TCI_4b, TCI_2b, TCI_1b, TCI_bm.
    const std::array<std::size_t, 4>& ends() const noexcept { return ends_; }
    /// Of the existence bits.
    std::size_t bits_start() const noexcept { return ends_[2]; }
    std::size_t row_size() const noexcept { return ends_[3]; }

  private:
    const TCOLDESC* first_from(std::uint32_t tag) const noexcept;

    std::vector<TCOLDESC> columns_;
    std::array<std::size_t, 4> ends_{};
};

}  // namespace mbx::pst::ltp
