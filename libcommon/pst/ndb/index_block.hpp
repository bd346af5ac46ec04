// Internal blocks as plain values: XBLOCK and XXBLOCK, SLBLOCK and SIBLOCK ([MS-PST] 2.2.2.8.3.2,
// 2.2.2.8.3.3).
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "pst/ndb/header.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst::ndb {

struct XBlock {
    unsigned level = 1;       ///< 1: an XBLOCK, over data blocks; 2: an XXBLOCK, over XBLOCKs
    std::uint64_t total = 0;  ///< bytes of data below
    std::vector<Bid> children;
};

/// Throws Error(BadData) when type, level or count is wrong, there are no children, or a child is
/// not of the kind that the level wants.
XBlock decode_x_block(base::ByteView data, Width width);

/// An SIENTRY: where the SLBLOCK with this first NID is.
struct SlBlockReference {
    Nid first_nid;
    Bid bid;
};

/// One of the lists has the entries, ascending by NID.
struct SlBlock {
    unsigned level = 0;  ///< 0: an SLBLOCK; 1: an SIBLOCK, over SLBLOCKs
    std::vector<SubnodeEntry> subnodes;
    std::vector<SlBlockReference> children;
};

/// Throws Error(BadData) when type, level, count or order is wrong.
SlBlock decode_sl_block(base::ByteView data, Width width);

}  // namespace mbx::pst::ndb
