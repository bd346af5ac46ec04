// Rows of the folders' tables, kept outside memory until the tables are written.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.hpp"
#include "base/spool.hpp"
#include "pst/property_list.hpp"

namespace mbx::pst {

/// Estimates what a table takes, so that one which would outgrow its heap or its subnodes is
/// noticed while the message that is too much can still be refused.
class TableMeter {
  public:
    void add(const PropertyList& row) noexcept;
    bool is_full() const noexcept;

  private:
    std::size_t full_blocks_ = 0;  // of the heap
    std::size_t block_used_ = 0;   // bytes
    std::size_t subnodes_ = 0;
};

/// One spool for all tables: a folder costs no file and no buffer of its own.
class RowSpool {
  public:
    /// The rows of one table.
    class Table {
      public:
        std::uint32_t rows() const noexcept { return rows_; }

      private:
        friend class RowSpool;
        struct Extent {
            std::uint64_t offset = 0;
            std::uint64_t size = 0;
        };
        std::vector<Extent> extents_;
        std::uint32_t rows_ = 0;
        TableMeter meter_;
    };

    /// Throws Error(BadData) when the table cannot hold another row with these cells.
    static void check_room(const Table& table, const PropertyList& cells);

    /// Cells are bytes or data trees, never sources. Pre: check_room() did not throw. After another
    /// error the spool cannot be used any more.
    void append(Table& table, std::uint32_t id, const PropertyList& cells);

    /// In the order in which they were appended.
    using Sink = std::function<void(std::uint32_t id, const PropertyList& cells)>;
    void for_each(const Table& table, const Sink& sink) const;

  private:
    base::Spool spool_;
};

}  // namespace mbx::pst
