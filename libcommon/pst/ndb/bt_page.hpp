// Pages of the two B-trees as plain values ([MS-PST] 2.2.2.7.7).
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "pst/ndb/header.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {

/// A BTENTRY: where the page with this first key is.
struct PageReference {
    std::uint64_t first_key = 0;
    Bref at;
};

/// A BBTENTRY: where the block is, and how many bytes of data it has.
struct BlockReference {
    Bid bid;
    Ib ib;
    std::uint16_t size = 0;        ///< cb
    std::uint16_t references = 0;  ///< cRef
};

/// An NBTENTRY.
struct Node {
    Nid nid;
    Bid data;
    Bid sub;
    Nid parent;
};

/// One of the three lists has the entries, ascending by key; the other two are empty.
struct BtPage {
    unsigned level = 0;  ///< cLevel; leaves are 0
    std::vector<PageReference> children;
    std::vector<BlockReference> blocks;
    std::vector<Node> nodes;
};

/// What a BBT is ordered by: the BID without its reserved bit.
constexpr std::uint64_t key_of(Bid bid) noexcept {
    return bid.value & ~std::uint64_t{1};
}

/// type: Nbt or Bbt. Throws Error(BadData) when the trailer (type, BID, signature, CRC), the counts
/// or the order of the entries is wrong. Pre: page.size() == kPageSize.
BtPage decode_bt_page(base::ByteView page, Width width, PageType type, Bref at);

}  // namespace mbx::pst::ndb
