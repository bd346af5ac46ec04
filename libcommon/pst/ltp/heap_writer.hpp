// Builds a heap-on-node of a Unicode file ([MS-PST] 2.3.1), block after block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "base/spool.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::ltp {

/// Items go in one behind the other and never move; a full block is spooled, so that memory does
/// not grow with the heap. There are no items without bytes: an empty value is HNID 0, and cFree
/// is 0 in every block.
class HeapWriter {
  public:
    explicit HeapWriter(HeapClient client);

    /// An item and where its bytes lie in the heap's data.
    struct Item {
        Hid hid;
        std::uint64_t offset = 0;
        std::size_t size = 0;
    };

    /// Pre: 1..kMaxHeapItemSize bytes. Throws Error(BadData) when all blocks of a heap are full.
    Hid add(base::ByteView bytes);
    /// An item of zeros, to be filled by write().
    Item reserve(std::size_t size);
    /// Pre: bytes lie inside the item.
    void write(const Item& item, std::size_t offset, base::ByteView bytes);

    void set_user_root(Hid hid) noexcept { user_root_ = hid; }

    /// Bytes that finish() would give now; known before the reserved items are filled.
    std::uint64_t size() const noexcept;

    /// All data of the node: every block but the last has kBlockDataSize bytes. The writer is spent
    /// afterwards.
    base::SharedSource finish();

  private:
    Item place(base::ByteView bytes, std::size_t size);
    void begin_block();
    void end_block();
    /// Puts the page map behind the items of the current block. Returns the fill level.
    std::uint8_t close_items();
    void store_fill_levels();

    HeapClient client_;
    Hid user_root_;
    base::Spool full_blocks_;
    base::Bytes block_;                       // header and items of the current block
    std::vector<std::uint16_t> item_starts_;  // rgibAlloc without its last entry
    std::vector<std::uint8_t> fill_levels_;   // of all blocks before the current one
};

}  // namespace mbx::pst::ltp
