#include "pst/row_spool.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst {
namespace {

// How a row lies in the spool: its size, then a RowHead, then for each cell a CellHead and, unless
// it is a tree, its bytes.
struct RowHead {
    base::le32 id;
    base::le32 cells;
};
struct CellHead {
    base::le32 tag;
    base::le32 is_tree;
    base::le64 size;  // of the value
    base::le64 bid;   // of the tree
};

/// Fewer than a subnode tree can have, for the row matrix needs one too.
constexpr std::size_t kMostSubnodes = 170'000;
/// Left for the row index.
constexpr std::size_t kMostHeapBlocks = ltp::kMaxHeapBlocks * 9 / 10;

base::Bytes encode(std::uint32_t id, const PropertyList& cells) {
    base::Bytes row;
    RowHead head;
    head.id = id;
    head.cells = static_cast<std::uint32_t>(cells.size());
    base::append(row, base::record_bytes(head));
    for (const ltp::StoredProperty& cell : cells) {
        const auto* tree = std::get_if<ndb::DataTree>(&cell.value);
        CellHead cell_head;
        cell_head.tag = cell.tag.value();
        cell_head.is_tree = tree != nullptr ? 1U : 0U;
        cell_head.size = ltp::size_of(cell.value);
        cell_head.bid = tree != nullptr ? tree->bid.value : 0;
        base::append(row, base::record_bytes(cell_head));
        if (tree == nullptr) {
            base::append(row, std::get<base::Bytes>(cell.value));
        }
    }
    return row;
}

PropertyList decode_cells(base::ByteView bytes, std::size_t count) {
    PropertyList cells;
    for (; count > 0; --count) {
        const auto head = base::read_record<CellHead>(bytes);
        bytes = bytes.subspan(sizeof head);
        const auto tag = mapi::PropertyTag::from_value(head.tag);
        if (head.is_tree != 0) {
            cells.push_back({tag, ndb::DataTree{ndb::Bid{head.bid}, head.size}});
        } else {
            const auto size = static_cast<std::size_t>(head.size);
            cells.push_back({tag, base::to_bytes(bytes.first(size))});
            bytes = bytes.subspan(size);
        }
    }
    return cells;
}

/// Reads one extent of a spool from front to back.
class ExtentReader {
  public:
    ExtentReader(const base::Spool& spool, std::uint64_t offset, std::uint64_t size)
        : spool_(spool), next_(offset), left_(size) {}

    bool at_end() const noexcept { return left_ == 0 && unread().empty(); }

    /// The view lives until the next call.
    base::ByteView take(std::size_t size) {
        if (unread().size() < size) {
            refill(size);
        }
        const base::ByteView result = unread().first(size);
        used_ += size;
        return result;
    }

  private:
    static constexpr std::size_t kPiece = 256 * 1024;

    base::ByteView unread() const noexcept { return base::ByteView(buffer_).subspan(used_); }

    void refill(std::size_t wanted) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ = 0;
        const std::size_t had = buffer_.size();
        const auto more =
            static_cast<std::size_t>(std::min<std::uint64_t>(left_, std::max(kPiece, wanted)));
        buffer_.resize(had + more);
        if (spool_.read_at(next_, base::MutableByteView(buffer_).subspan(had)) != more ||
            buffer_.size() < wanted) {
            throw Error(ErrorCode::Io, "the spool of table rows ended early");
        }
        next_ += more;
        left_ -= more;
    }

    const base::Spool& spool_;
    std::uint64_t next_;
    std::uint64_t left_;
    base::Bytes buffer_;
    std::size_t used_ = 0;
};

}  // namespace

void TableMeter::add(const PropertyList& row) noexcept {
    constexpr std::size_t kRoom =
        ltp::kBlockDataSize - sizeof(ltp::HNBITMAPHDR) - sizeof(ltp::HNPAGEMAP) - 4;
    for (const ltp::StoredProperty& cell : row) {
        const auto* bytes = std::get_if<base::Bytes>(&cell.value);
        if (bytes == nullptr) {
            ++subnodes_;
        } else if (!ltp::is_inline_in_cell(cell.tag.type)) {
            const std::size_t cost = bytes->size() + sizeof(base::le16);  // and its page map entry
            if (block_used_ + cost > kRoom) {
                ++full_blocks_;
                block_used_ = 0;
            }
            block_used_ += cost;
        }
    }
}

bool TableMeter::is_full() const noexcept {
    return full_blocks_ >= kMostHeapBlocks || subnodes_ > kMostSubnodes;
}

void RowSpool::check_room(const Table& table, const PropertyList& cells) {
    TableMeter meter = table.meter_;
    meter.add(cells);
    if (meter.is_full()) {
        throw Error(ErrorCode::BadData,
                    fmt::format("the folder's table is full with {} messages", table.rows_),
                    "split the folder");
    }
}

void RowSpool::append(Table& table, std::uint32_t id, const PropertyList& cells) {
    const base::Bytes row = encode(id, cells);
    const std::uint64_t offset = spool_.size();
    const base::le32 size = static_cast<std::uint32_t>(row.size());
    spool_.write(base::record_bytes(size));
    spool_.write(row);

    const std::uint64_t length = spool_.size() - offset;
    if (!table.extents_.empty() &&
        table.extents_.back().offset + table.extents_.back().size == offset) {
        table.extents_.back().size += length;
    } else {
        table.extents_.push_back({offset, length});
    }
    table.meter_.add(cells);
    ++table.rows_;
}

void RowSpool::for_each(const Table& table, const Sink& sink) const {
    for (const Table::Extent& extent : table.extents_) {
        ExtentReader reader(spool_, extent.offset, extent.size);
        while (!reader.at_end()) {
            const std::uint32_t size = base::read_record<base::le32>(reader.take(sizeof size));
            const base::ByteView row = reader.take(size);
            const auto head = base::read_record<RowHead>(row);
            sink(head.id, decode_cells(row.subspan(sizeof head), head.cells));
        }
    }
}

}  // namespace mbx::pst
