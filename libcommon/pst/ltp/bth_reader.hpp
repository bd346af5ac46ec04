// Reads a B-tree-on-heap ([MS-PST] 2.3.2).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "pst/ltp/heap_reader.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::ltp {

/// Goes through the records in the order of their keys. Keys must ascend strictly and no item may
/// be empty, so that the work is bounded by the heap whatever the tree looks like.
class BthReader {
  public:
    /// `heap` outlives the reader. Throws Error(BadData) when there is no BTH at `header` or its
    /// keys are not of `key_size` bytes (2 or 4).
    BthReader(const HeapReader& heap, Hid header, std::size_t key_size);

    std::size_t data_size() const noexcept { return header_.cbEnt; }

    struct Record {
        std::uint32_t key = 0;
        base::ByteView data;  ///< data_size() bytes; lives until the next call
    };
    /// nullopt at the end. Throws Error(BadData).
    std::optional<Record> next();

    /// Goes back to the first record.
    void rewind();

  private:
    struct Level {
        HeapItem item;
        std::size_t at = 0;  // bytes
    };

    void descend(Hid hid);
    std::size_t record_size(std::size_t depth) const noexcept;
    std::uint32_t key_at(base::ByteView record) const noexcept;

    const HeapReader& heap_;
    BTHHEADER header_;
    std::vector<Level> path_;  // root first; records are at depth bIdxLevels
    std::optional<std::uint32_t> last_key_;
};

}  // namespace mbx::pst::ltp
