#include "pst/ltp/table_writer.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst::ltp {

TableWriter::TableWriter(SubnodeWriter& subnodes, const TableLayout& layout, std::size_t rows)
    : subnodes_(subnodes),
      layout_(layout),
      rows_(rows),
      heap_(HeapClient::Table),
      index_(heap_, kRowKeySize, kRowDataSize),
      info_(heap_.reserve(sizeof(TCINFO) + layout.columns().size() * sizeof(TCOLDESC))),
      row_(layout.row_size()) {
    heap_.set_user_root(info_.hid);
    index_.reserve(rows);
    if (rows > 0 && rows * layout.row_size() <= kMaxHeapItemSize) {
        matrix_ = heap_.reserve(rows * layout.row_size());
    }
}

void TableWriter::add_row(std::uint32_t id, std::uint32_t version,
                          std::span<const StoredProperty> cells) {
    if (id <= last_id_ || added_ == rows_) {
        throw Error(ErrorCode::Internal, fmt::format("row {:#x} of a table is one too many or "
                                                     "comes out of order",
                                                     id));
    }
    std::fill(row_.begin(), row_.end(), std::byte{0});
    set_cell(*layout_.find(mapi::PidTagLtpRowId), base::record_bytes(base::le32(id)));
    set_cell(*layout_.find(mapi::PidTagLtpRowVer), base::record_bytes(base::le32(version)));
    for (const StoredProperty& cell : cells) {
        if (const TCOLDESC* column = layout_.find(cell.tag)) {
            set_value(*column, cell.value);
        }
    }
    store_row();
    TCROWID record{};
    record.dwRowID = id;
    record.dwRowIndex = added_;
    index_.add(base::record_bytes(record));
    last_id_ = id;
    ++added_;
}

/// Bytes of a cell, and the bit that says that it is there: the highest bit of a byte comes first.
void TableWriter::set_cell(const TCOLDESC& column, base::ByteView bytes) {
    if (bytes.size() != column.cbData) {
        throw Error(ErrorCode::Internal,
                    fmt::format("cell {:#010x} has {} bytes, expected {}",
                                std::uint32_t{column.tag}, bytes.size(), unsigned{column.cbData}));
    }
    std::memcpy(row_.data() + column.ibData, bytes.data(), bytes.size());
    row_[layout_.bits_start() + column.iBit / 8U] |= std::byte{0x80} >> (column.iBit % 8U);
}

void TableWriter::set_value(const TCOLDESC& column, const StoredValue& value) {
    const auto tag = mapi::PropertyTag::from_value(column.tag);
    if (is_inline_in_cell(tag.type)) {
        set_cell(column, std::get<base::Bytes>(value));
        return;
    }
    const base::le32 place = place_value(heap_, subnodes_, value).value;
    set_cell(column, base::record_bytes(place));
}

// In a subnode no row straddles two blocks, and every block but the last is full.
void TableWriter::store_row() {
    if (matrix_.size != 0) {
        heap_.write(matrix_, added_ * row_.size(), row_);
        return;
    }
    const std::size_t rows_per_block = kBlockDataSize / row_.size();
    if (added_ != 0 && added_ % rows_per_block == 0) {
        large_matrix_.write(base::Bytes(kBlockDataSize - rows_per_block * row_.size()));
    }
    large_matrix_.write(row_);
}

Hnid TableWriter::finish_matrix() {
    if (rows_ == 0) {
        return {};
    }
    if (matrix_.size != 0) {
        return Hnid::of(matrix_.hid);
    }
    return Hnid::of(subnodes_.add_value(large_matrix_.take()));
}

void TableWriter::store_info() {
    TCINFO info{};
    info.bType = kTableSignature;
    info.cCols = static_cast<std::uint8_t>(layout_.columns().size());
    for (std::size_t i = 0; i < info.rgib.size(); ++i) {
        info.rgib[i] = static_cast<std::uint16_t>(layout_.ends()[i]);
    }
    info.hidRowIndex = index_.header().value;
    info.hnidRows = finish_matrix().value;
    base::Bytes bytes = base::to_bytes(base::record_bytes(info));
    base::append(bytes, std::as_bytes(std::span(layout_.columns())));
    heap_.write(info_, 0, bytes);
}

ndb::DataTree TableWriter::finish() {
    index_.finish();
    store_info();
    return subnodes_.ndb().add_data(*heap_.finish());
}

}  // namespace mbx::pst::ltp
