// What internal blocks say (B5, B6, B7), and who refers to what (B2, B3, B4).
#pragma once

#include <cstdint>
#include <vector>

#include "pst/check/finding.hpp"
#include "pst/check/image.hpp"
#include "pst/check/index.hpp"

namespace mbx::pst::check {

class BlockContent {
  public:
    BlockContent(const Image& image, Index& index, Reporter& reporter)
        : image_(image), index_(index), reporter_(reporter), counted_(index.blocks.size()) {}

    /// `data`: the block's bytes, without padding and trailer. Notes its kind. False when it cannot
    /// be used.
    bool check_internal(BlockInfo& block, ByteView data, const Place& place);

    /// Pre: every internal block has been given. Counts the references of the nodes as well, and
    /// compares.
    void finish();

  private:
    bool check_x_block(ByteView data, const Place& place);
    bool check_sl_block(ByteView data, const Place& place);
    void reference(Bid bid, const Place& place);

    // When all kinds are known: what is named is of the kind that is asked for.
    void check_below(const BlockInfo& block);
    void check_below_xx_block(ByteView data, const Place& place);
    void check_below_si_block(ByteView data, const Place& place);
    void check_below_sl_block(ByteView data, const Place& place);
    void expect_data(Bid bid, const Place& place);
    void expect_subnodes(Bid bid, const Place& place);
    void check_node(const NodeInfo& node);
    void compare_counts();
    void unused_bits();

    const Image& image_;
    Index& index_;
    Reporter& reporter_;
    /// References to each block of the index; stay at the maximum.
    std::vector<std::uint16_t> counted_;
    // What readers ignore.
    std::uint64_t marked_references_ = 0;  ///< with bit 0 of the BID set
    Place first_marked_;
    std::uint64_t wide_nids_ = 0;  ///< entries of subnodes with more than 32 bits
    Place first_wide_;
};

}  // namespace mbx::pst::check
