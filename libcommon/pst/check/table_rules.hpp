// Table contexts (L4, L8, L11, L12, L14), checked while they are opened.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mapi/property_tag.hpp"
#include "pst/check/heap_rules.hpp"
#include "pst/check/object.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::check {

struct Column {
    mapi::PropertyTag tag;
    std::size_t offset = 0;  ///< ibData
    std::size_t size = 0;    ///< cbData
    std::size_t bit = 0;     ///< iBit
};

class Table {
  public:
    /// nullopt when the object is no table or damaged; that has been reported. The object must
    /// outlive it.
    static std::optional<Table> open(Object& object, Reporter& reporter);

    const std::vector<Column>& columns() const noexcept { return columns_; }
    const Column* find(mapi::PropertyTag tag) const noexcept;
    std::size_t rows() const noexcept { return row_count_; }

    /// The bytes of a row; nullopt when its block cannot be read. Lives until the next call.
    std::optional<ByteView> row(std::size_t index);

    static bool is_present(ByteView row, const Table& table, const Column& column) noexcept;
    /// The value of a cell that is present; nullopt when its HNID leads nowhere.
    std::optional<Bytes> cell(ByteView row, const Column& column) const;
    /// The data of the subnode that a cell names; none for a heap item.
    Bid data_of(ByteView row, const Column& column) const;
    std::uint32_t row_id(ByteView row) const noexcept;
    std::uint32_t row_version(ByteView row) const noexcept;
    std::optional<std::int32_t> integer(ByteView row, mapi::PropertyTag tag) const;

  private:
    Table(Heap heap, Object& object) : heap_(std::move(heap)), object_(&object) {}
    bool read_info(Reporter& reporter);
    bool check_columns(Reporter& reporter) const;
    void check_ends(Reporter& reporter) const;
    bool find_rows(Reporter& reporter);
    void check_rows(Reporter& reporter);
    void check_row(std::size_t index, ByteView row, Reporter& reporter);
    void check_cell(const Column& column, ByteView bytes, const PlaceOf& place, Reporter& reporter);
    void expect_whole_rows(std::size_t size, Reporter& reporter) const;

    Heap heap_;
    Object* object_;
    std::vector<Column> columns_;
    ltp::TCINFO info_;
    std::size_t row_size_ = 0;
    std::size_t row_count_ = 0;
    std::size_t rows_per_block_ = 0;
    Heap::Item rows_in_heap_;
    DataBlocks row_blocks_;
    std::optional<std::size_t> loaded_;  ///< index in row_blocks_
    Bytes loaded_bytes_;
};

}  // namespace mbx::pst::check
