// Builds a table context ([MS-PST] 2.3.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "base/bytes.hpp"
#include "base/spool.hpp"
#include "pst/ltp/bth_writer.hpp"
#include "pst/ltp/heap_writer.hpp"
#include "pst/ltp/property_context_writer.hpp"
#include "pst/ltp/subnode_writer.hpp"
#include "pst/ltp/table_layout.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst::ltp {

/// Rows go in one by one and are not held: values to the heap, the row matrix to a spool when it is
/// too large for the heap.
class TableWriter {
  public:
    /// rows: how many will be added. layout and subnodes outlive the writer.
    TableWriter(SubnodeWriter& subnodes, const TableLayout& layout, std::size_t rows);
    TableWriter(const TableWriter&) = delete;
    TableWriter& operator=(const TableWriter&) = delete;

    /// Pre: row identifiers ascend from 1. Of `cells` those that have a column are taken; the row
    /// has no others but its identifier and version.
    void add_row(std::uint32_t id, std::uint32_t version, std::span<const StoredProperty> cells);

    ndb::DataTree finish();

  private:
    void set_cell(const TCOLDESC& column, base::ByteView bytes);
    void set_value(const TCOLDESC& column, const StoredValue& value);
    void store_row();
    Hnid finish_matrix();
    void store_info();

    SubnodeWriter& subnodes_;
    const TableLayout& layout_;
    std::size_t rows_;
    HeapWriter heap_;
    BthWriter index_;
    HeapWriter::Item info_;
    HeapWriter::Item matrix_;  // size 0: in a subnode
    base::Spool large_matrix_;
    base::Bytes row_;
    std::uint32_t added_ = 0;
    std::uint32_t last_id_ = 0;
};

}  // namespace mbx::pst::ltp
