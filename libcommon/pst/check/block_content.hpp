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
        : image_(image), index_(index), reporter_(reporter) {}

    /// `data`: the block's bytes, without padding and trailer. False when it cannot be used.
    bool check_internal(const BlockInfo& block, ByteView data, const Place& place);

    /// Pre: every internal block has been given. Counts the references of the nodes as well, and
    /// compares.
    void finish();

  private:
    bool check_x_block(ByteView data, const Place& place);
    bool check_sl_block(ByteView data, const Place& place);
    void check_xx_blocks();
    void reference(Bid bid, const Place& place);

    const Image& image_;
    Index& index_;
    Reporter& reporter_;
    /// XXBLOCKs: what is below them may lie further on.
    std::vector<std::uint64_t> xx_blocks_;
};

}  // namespace mbx::pst::check
