// A data tree read block by block ([MS-PST] 2.2.2.8.3.1, .2).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/byte_source.hpp"
#include "pst/ndb/block_file.hpp"

namespace mbx::pst::ndb {

/// The data of a node: one block, or the blocks below an XBLOCK or XXBLOCK. Keeps the list of the
/// blocks below XBLOCKs once it is needed, 8 bytes each. Not thread-safe.
class DataTreeView {
  public:
    /// bid 0: no data. Reads the topmost block. Throws Error(BadData).
    DataTreeView(SharedBlockFile file, Bid bid);

    /// Bytes of all blocks, as the topmost one states it.
    std::uint64_t size() const noexcept { return size_; }

    /// Throws Error(BadData) for a damaged tree, as all below.
    std::size_t block_count() const { return leaves().size(); }
    /// Pre: index < block_count().
    BlockFile::SharedBlock block(std::size_t index) const;
    /// Bytes of data in a block, without reading it. Pre: index < block_count().
    std::size_t block_size(std::size_t index) const;

    const BlockFile& file() const noexcept { return *file_; }

  private:
    const std::vector<Bid>& leaves() const;

    SharedBlockFile file_;
    Bid root_;
    std::uint64_t size_ = 0;
    BlockFile::SharedBlock only_;  // of a tree of one block
    mutable std::vector<Bid> leaves_;
};

/// The bytes of a data tree, read from the file as they are needed. Throws Error(BadData) as
/// DataTreeView; its readers do when a block is damaged, or the blocks together are not as long as
/// the tree states; their errors have the path as place. May be used by several threads at a time.
base::SharedSource data_source(SharedBlockFile file, Bid bid);

}  // namespace mbx::pst::ndb
