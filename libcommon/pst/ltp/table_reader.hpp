// Reads a table context ([MS-PST] 2.3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "mapi/property_tag.hpp"
#include "pst/ltp/bth_reader.hpp"
#include "pst/ltp/node_reader.hpp"

namespace mbx::pst::ltp {

struct Column {
    mapi::PropertyTag tag;
    std::uint16_t offset = 0;  ///< ibData
    std::uint8_t size = 0;     ///< cbData
    std::uint8_t bit = 0;      ///< iBit
};

/// The bytes of one row. Lives while its table does.
class TableRow {
  public:
    TableRow(base::Bytes bytes, std::size_t bits_start)
        : bytes_(std::move(bytes)), bits_start_(bits_start) {}

    /// False: the row has no value in this column.
    bool has(const Column& column) const noexcept;
    /// The value, or its HNID (is_inline_in_cell). Pre: a column of this table.
    base::ByteView cell(const Column& column) const noexcept {
        return base::ByteView(bytes_).subspan(column.offset, column.size);
    }

  private:
    base::Bytes bytes_;
    std::size_t bits_start_;
};

/// Rows are read when they are asked for.
class TableReader {
  public:
    /// Throws Error(BadData) when the data is no table or its columns do not fit its rows.
    TableReader(ndb::SharedBlockFile file, ndb::Bid data, ndb::Bid sub);
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;

    const NodeReader& node() const noexcept { return node_; }
    /// Ascending by tag.
    const std::vector<Column>& columns() const noexcept { return columns_; }
    const Column* find(mapi::PropertyTag tag) const noexcept;

    /// Of the row matrix.
    std::uint64_t row_count() const noexcept { return row_count_; }

    struct RowId {
        std::uint32_t id = 0;     ///< dwRowID: the NID of the object, mostly
        std::uint32_t index = 0;  ///< in the row matrix
    };
    /// The next one of the row index, ascending by id; nullopt at the end. Throws Error(BadData),
    /// also for a row that the matrix does not have.
    std::optional<RowId> next_row();
    void rewind();

    /// Pre: index < row_count(). Throws Error(BadData).
    TableRow row(std::uint32_t index) const;

    /// A value, inline or not. All three throw Error(BadData) when it is not where its HNID says.
    std::uint64_t size(const TableRow& row, const Column& column) const;
    base::Bytes bytes(const TableRow& row, const Column& column, std::uint64_t limit) const;
    base::SharedSource source(const TableRow& row, const Column& column) const;

  private:
    void read_info();
    void take_column(const TCOLDESC& record);
    void find_matrix(Hnid rows);

    NodeReader node_;
    std::vector<Column> columns_;
    std::size_t bits_start_ = 0;
    std::size_t row_size_ = 0;
    Hid row_index_;
    std::optional<BthReader> index_;
    HeapItem small_matrix_;
    std::optional<ndb::DataTreeView> large_matrix_;
    mutable ndb::Cache<std::size_t, base::Bytes> matrix_blocks_;
    std::uint64_t row_count_ = 0;
};

}  // namespace mbx::pst::ltp
