// The data and subnodes of nodes, for the rules of the layers above. What cannot be read has been
// reported already (as a block, or a reference to none), so failures here are silent.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pst/check/image.hpp"
#include "pst/check/index.hpp"

namespace mbx::pst::check {

/// The data blocks of a node, in order.
struct DataBlocks {
    std::vector<const BlockInfo*> blocks;
    std::uint64_t size = 0;  ///< bytes
};

struct Subnode {
    Nid nid;
    Bid data;
    Bid sub;
};

class NodeReader {
  public:
    NodeReader(const Image& image, const Index& index) : image_(image), index_(index) {}

    const Image& image() const noexcept { return image_; }
    const Index& index() const noexcept { return index_; }

    /// nullopt when a block is missing or damaged. No BID: no blocks.
    std::optional<DataBlocks> blocks(Bid data) const;
    /// Decoded. nullopt when it cannot be read.
    std::optional<Bytes> read(const BlockInfo& block) const;
    /// All of it. nullopt also when it is longer than `limit`.
    std::optional<Bytes> read_all(Bid data, std::uint64_t limit) const;
    /// Bytes without reading the blocks.
    std::optional<std::uint64_t> size(Bid data) const;

    /// Ascending by NID. nullopt when a block is missing or damaged. No BID: none.
    std::optional<std::vector<Subnode>> subnodes(Bid sub) const;
    /// Data of all subnodes below, at every depth: what PidTagMessageSize counts beside the node's
    /// own data. nullopt when something cannot be read.
    std::optional<std::uint64_t> size_of_subnodes(Bid sub) const;

  private:
    const BlockInfo* usable(Bid bid) const;
    Bytes raw(const BlockInfo& block) const;
    bool add_blocks(Bid bid, int depth, DataBlocks& result) const;
    std::optional<std::uint64_t> size_below(Bid sub, int depth, std::uint64_t& budget) const;
    bool add_subnodes(Bid bid, int depth, std::vector<Subnode>& result) const;

    const Image& image_;
    const Index& index_;
};

/// Null when there is none. Pre: ascending.
const Subnode* find(std::span<const Subnode> subnodes, Nid nid) noexcept;

}  // namespace mbx::pst::check
