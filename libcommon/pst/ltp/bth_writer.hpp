// Builds a B-tree-on-heap of records that come in order ([MS-PST] 2.3.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "pst/ltp/heap_writer.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::ltp {

/// The number of records is known before the first of them, so that the tree lies where Outlook
/// puts it: header, then records, before the values they speak of.
class BthWriter {
  public:
    /// Reserves the header's item. `heap` outlives the writer. Sizes in bytes.
    BthWriter(HeapWriter& heap, std::size_t key_size, std::size_t data_size);

    Hid header() const noexcept { return header_.hid; }

    /// Reserves the items of `count` records and of the index above them. Once.
    void reserve(std::size_t count);

    /// Key and data. Pre: keys ascend; not more records than reserved.
    void add(base::ByteView record);

    /// Writes the header. Throws Error(Internal) when fewer records came than were reserved.
    void finish();

  private:
    struct Level {
        std::vector<HeapWriter::Item> items;
        std::size_t next = 0;  // item that is filled next
        base::Bytes filling;
    };

    void reserve_level(std::size_t records, std::size_t record_size);
    void add_to(std::size_t level, base::ByteView record);

    HeapWriter& heap_;
    std::size_t key_size_;
    std::size_t data_size_;
    HeapWriter::Item header_;
    std::vector<Level> levels_;  // records first, the root last
};

}  // namespace mbx::pst::ltp
