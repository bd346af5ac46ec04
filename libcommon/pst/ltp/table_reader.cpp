#include "pst/ltp/table_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst::ltp {
namespace {

constexpr std::size_t kKeptMatrixBlocks = 4;
constexpr std::size_t kOldRowDataSize = 2;  // of the row index in an ANSI file

template <typename... Args>
[[noreturn]] void bad(fmt::format_string<Args...> text, Args&&... args) {
    throw Error(ErrorCode::BadData, fmt::format(text, std::forward<Args>(args)...));
}

/// Pre: a cell that is not inline.
Hnid hnid_in(const TableRow& row, const Column& column) {
    return {base::read_record<base::le32>(row.cell(column))};
}

}  // namespace

bool TableRow::has(const Column& column) const noexcept {
    const std::byte bits = bytes_[bits_start_ + column.bit / 8U];
    return (bits & (std::byte{0x80} >> (column.bit % 8U))) != std::byte{0};
}

TableReader::TableReader(ndb::SharedBlockFile file, ndb::Bid data, ndb::Bid sub)
    : node_(std::move(file), data, sub, HeapClient::Table), matrix_blocks_(kKeptMatrixBlocks) {
    read_info();
}

void TableReader::read_info() {
    const HeapItem item = node_.heap().item(node_.heap().user_root());
    if (item.bytes.size() < sizeof(TCINFO)) {
        bad("{} bytes are too few for a TCINFO", item.bytes.size());
    }
    const auto info = base::read_record<TCINFO>(item.bytes);
    if (info.bType != kTableSignature ||
        item.bytes.size() < sizeof(TCINFO) + info.cCols * sizeof(TCOLDESC)) {
        bad("TCINFO of {} bytes has bType 0x{:02x}, cCols {}", item.bytes.size(), info.bType,
            info.cCols);
    }
    bits_start_ = info.rgib[2];
    row_size_ = info.rgib[3];
    if (bits_start_ >= row_size_ || row_size_ > node_.file()->largest_data()) {
        bad("TCI_1b {}, TCI_bm {} do not fit", bits_start_, row_size_);
    }
    for (std::size_t i = 0; i < info.cCols; ++i) {
        take_column(base::read_record<TCOLDESC>(item.bytes, sizeof(TCINFO) + i * sizeof(TCOLDESC)));
    }
    std::sort(columns_.begin(), columns_.end(),
              [](const Column& a, const Column& b) { return a.tag < b.tag; });
    row_index_ = Hid{info.hidRowIndex};
    index_.emplace(node_.heap(), row_index_, kRowKeySize);
    if (index_->data_size() != kRowDataSize && index_->data_size() != kOldRowDataSize) {
        bad("cbEnt of the row index is {}", index_->data_size());
    }
    find_matrix(Hnid{info.hnidRows});
}

void TableReader::take_column(const TCOLDESC& record) {
    const Column column{mapi::PropertyTag::from_value(record.tag), record.ibData, record.cbData,
                        record.iBit};
    if (std::size_t{column.offset} + column.size > bits_start_ ||
        column.bit / 8U >= row_size_ - bits_start_ || column.size != cell_size(column.tag.type)) {
        bad("column 0x{:08x}: ibData {}, cbData {}, iBit {} do not fit the row of {} bytes",
            column.tag.value(), column.offset, column.size, column.bit, row_size_);
    }
    columns_.push_back(column);
}

void TableReader::find_matrix(Hnid rows) {
    if (rows.is_none()) {
        return;
    }
    if (rows.is_hid()) {
        small_matrix_ = node_.heap().item(rows.hid());
        row_count_ = small_matrix_.bytes.size() / row_size_;
        return;
    }
    const auto entry = node_.subnodes().find(rows.nid());
    if (!entry) {
        bad("the row matrix, subnode {}, is missing", to_string(rows.nid()));
    }
    large_matrix_.emplace(node_.file(), entry->data);
    // No row lies in two blocks.
    const std::uint64_t block = node_.file()->largest_data();
    row_count_ = large_matrix_->size() / block * (block / row_size_) +
                 large_matrix_->size() % block / row_size_;
}

const Column* TableReader::find(mapi::PropertyTag tag) const noexcept {
    const auto found = std::lower_bound(
        columns_.begin(), columns_.end(), tag,
        [](const Column& column, mapi::PropertyTag wanted) { return column.tag < wanted; });
    return found != columns_.end() && found->tag == tag ? &*found : nullptr;
}

std::optional<TableReader::RowId> TableReader::next_row() {
    const auto record = index_->next();
    if (!record) {
        return std::nullopt;
    }
    const std::uint32_t index = record->data.size() == kRowDataSize
                                    ? std::uint32_t{base::read_record<base::le32>(record->data)}
                                    : std::uint16_t{base::read_record<base::le16>(record->data)};
    if (index >= row_count_) {
        bad("row 0x{:08x} is number {} of {}", record->key, index, row_count_);
    }
    return RowId{record->key, index};
}

void TableReader::rewind() {
    index_->rewind();
}

TableRow TableReader::row(std::uint32_t index) const {
    base::ByteView matrix = small_matrix_.bytes;
    ndb::BlockFile::SharedBlock block;
    std::size_t at = index;
    if (large_matrix_) {
        const std::size_t rows_per_block = node_.file()->largest_data() / row_size_;
        const std::size_t number = index / rows_per_block;
        if (number >= large_matrix_->block_count()) {
            bad("row {} lies in block {} of {}", index, number, large_matrix_->block_count());
        }
        block = matrix_blocks_.find(number);
        if (!block) {
            block = large_matrix_->block(number);
            matrix_blocks_.put(number, block);
        }
        matrix = *block;
        at = index % rows_per_block;
    }
    if (matrix.size() / row_size_ <= at) {
        bad("row {} lies outside the row matrix", index);
    }
    return TableRow(base::to_bytes(matrix.subspan(at * row_size_, row_size_)), bits_start_);
}

std::uint64_t TableReader::size(const TableRow& row, const Column& column) const {
    return is_inline_in_cell(column.tag.type) ? column.size : node_.size(hnid_in(row, column));
}

base::Bytes TableReader::bytes(const TableRow& row, const Column& column,
                               std::uint64_t limit) const {
    return is_inline_in_cell(column.tag.type) ? base::to_bytes(row.cell(column))
                                              : node_.bytes(hnid_in(row, column), limit);
}

base::SharedSource TableReader::source(const TableRow& row, const Column& column) const {
    return is_inline_in_cell(column.tag.type)
               ? base::memory_source(base::to_bytes(row.cell(column)))
               : node_.source(hnid_in(row, column));
}

}  // namespace mbx::pst::ltp
