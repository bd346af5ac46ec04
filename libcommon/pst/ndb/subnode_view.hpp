// The subnodes of a node ([MS-PST] 2.2.2.8.3.3).
#pragma once

#include <optional>
#include <vector>

#include "pst/ndb/block_file.hpp"
#include "pst/ndb/index_block.hpp"

namespace mbx::pst::ndb {

class SubnodeView {
  public:
    /// bid 0: no subnodes. Reads the topmost block. Throws Error(BadData).
    SubnodeView(SharedBlockFile file, Bid bid);

    /// Throws Error(BadData) when the part of the tree that would have it is damaged.
    std::optional<SubnodeEntry> find(Nid nid) const;
    /// All, ascending by NID. Throws Error(BadData).
    std::vector<SubnodeEntry> all() const;

  private:
    SlBlock read(Bid bid, bool below) const;

    SharedBlockFile file_;
    SlBlock top_;
};

}  // namespace mbx::pst::ndb
