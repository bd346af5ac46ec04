// All blocks and nodes of a file, as its two B-trees list them; what the later rules look things up
// in. 16 bytes for a block, 24 for a node.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "pst/check/image.hpp"

namespace mbx::pst::check {

enum class BlockKind : std::uint16_t {
    Data,
    DataTree,     ///< XBLOCK, XXBLOCK
    SubnodeTree,  ///< SLBLOCK, SIBLOCK
};

/// A file of some GB has millions of them, hence the bits.
struct BlockInfo {
    std::uint64_t bid = 0;   ///< bit 0 cleared
    std::uint32_t slot = 0;  ///< offset in the file / 64
    std::uint16_t cRef = 0;  ///< as the BBT says
    std::uint16_t cb : 13 = 0;
    /// False: its place or its content is damaged, said already.
    bool usable : 1 = true;
    BlockKind kind : 2 = BlockKind::Data;  ///< known when the block has been read

    std::uint64_t offset() const noexcept { return std::uint64_t{slot} * ndb::kBlockAlignment; }
};
static_assert(sizeof(BlockInfo) == 16);

struct NodeInfo {
    Nid nid;
    Nid parent;
    Bid data;
    Bid sub;
};

class Index {
  public:
    std::vector<BlockInfo> blocks;     ///< ascending by BID, after sort()
    std::vector<NodeInfo> nodes;       ///< ascending by NID, after sort()
    std::vector<std::uint32_t> pages;  ///< B-tree pages: offset / 512
    /// False when a page of a tree, an internal block or the place of a block is damaged: what
    /// seems to be missing or unused may belong to it.
    bool complete = true;
    /// False when a page of that tree is damaged: what seems to be missing may stand there.
    bool all_blocks = true;
    bool all_nodes = true;
    /// Highest index of each type of NID, over nodes and subnodes at every depth.
    std::array<std::uint32_t, 32> highest_index{};

    void note(Nid nid) noexcept {
        std::uint32_t& highest = highest_index[static_cast<std::size_t>(nid.type())];
        highest = std::max(highest, nid.index());
    }

    void sort();

    /// Null when there is none. Bit 0 of the BID is ignored.
    BlockInfo* find(Bid bid) noexcept;
    const BlockInfo* find(Bid bid) const noexcept;
    const NodeInfo* find(Nid nid) const noexcept;
    /// There is no such node, nor a damaged page that could hold it.
    bool lacks(Nid nid) const noexcept { return all_nodes && find(nid) == nullptr; }
};

}  // namespace mbx::pst::check
