// Reads a heap-on-node ([MS-PST] 2.3.1).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "pst/ltp/records.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/cache.hpp"
#include "pst/ndb/data_tree_view.hpp"

namespace mbx::pst::ltp {

/// Bytes of one item, with the block that they lie in.
struct HeapItem {
    ndb::BlockFile::SharedBlock block;
    base::ByteView bytes;
};

/// Blocks are read when an item of theirs is asked for; the last few are kept. Not thread-safe.
class HeapReader {
  public:
    /// Reads the first block. Throws Error(BadData) when it is no heap.
    explicit HeapReader(ndb::DataTreeView data);

    HeapClient client() const noexcept { return static_cast<HeapClient>(header_.bClientSig); }
    Hid user_root() const noexcept { return {header_.hidUserRoot}; }

    /// Throws Error(BadData) when there is no such item or its place is wrong.
    HeapItem item(Hid hid) const;

  private:
    ndb::BlockFile::SharedBlock block(std::size_t index) const;

    ndb::DataTreeView data_;
    HNHDR header_;
    mutable ndb::Cache<std::size_t, base::Bytes> blocks_;
};

}  // namespace mbx::pst::ltp
