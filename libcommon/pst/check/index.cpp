#include "pst/check/index.hpp"

#include <algorithm>

namespace mbx::pst::check {

void Index::sort() {
    // A stable sort takes half as much memory again, and the trees of a sound file are sorted.
    if (!std::ranges::is_sorted(blocks, {}, &BlockInfo::bid)) {
        std::ranges::stable_sort(blocks, {}, &BlockInfo::bid);
    }
    if (!std::ranges::is_sorted(nodes, {}, &NodeInfo::nid)) {
        std::ranges::stable_sort(nodes, {}, &NodeInfo::nid);
    }
    std::ranges::sort(pages);
}

const BlockInfo* Index::find(Bid bid) const noexcept {
    const std::uint64_t wanted = bid.value & ~std::uint64_t{1};
    const auto found = std::ranges::lower_bound(blocks, wanted, {}, &BlockInfo::bid);
    return found != blocks.end() && found->bid == wanted ? &*found : nullptr;
}

BlockInfo* Index::find(Bid bid) noexcept {
    return const_cast<BlockInfo*>(std::as_const(*this).find(bid));
}

const NodeInfo* Index::find(Nid nid) const noexcept {
    const auto found = std::ranges::lower_bound(nodes, nid, {}, &NodeInfo::nid);
    return found != nodes.end() && found->nid == nid ? &*found : nullptr;
}

}  // namespace mbx::pst::check
