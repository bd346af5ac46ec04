#include "pst/ndb/subnode_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace mbx::pst::ndb {
namespace {

std::optional<SubnodeEntry> find_in(const std::vector<SubnodeEntry>& entries, Nid nid) {
    const auto found =
        std::lower_bound(entries.begin(), entries.end(), nid,
                         [](const SubnodeEntry& entry, Nid wanted) { return entry.nid < wanted; });
    return found != entries.end() && found->nid == nid ? std::optional(*found) : std::nullopt;
}

}  // namespace

SubnodeView::SubnodeView(SharedBlockFile file, Bid bid) : file_(std::move(file)) {
    if (!bid.is_none()) {
        top_ = read(bid, false);
    }
}

SlBlock SubnodeView::read(Bid bid, bool below) const {
    const BlockFile::SharedBlock data = file_->block(bid);
    try {
        if (!bid.is_internal()) {
            throw Error(ErrorCode::BadData, "is a data block, expected an SLBLOCK");
        }
        SlBlock block = decode_sl_block(*data, file_->header().width);
        if (below && block.level != 0) {
            throw Error(ErrorCode::BadData, "an SIBLOCK below an SIBLOCK");
        }
        return block;
    } catch (Error& error) {
        error.with_place("block " + to_string(bid));
        throw;
    }
}

std::optional<SubnodeEntry> SubnodeView::find(Nid nid) const {
    if (top_.level == 0) {
        return find_in(top_.subnodes, nid);
    }
    const auto after = std::upper_bound(
        top_.children.begin(), top_.children.end(), nid,
        [](Nid wanted, const SlBlockReference& child) { return wanted < child.first_nid; });
    return after == top_.children.begin() ? std::nullopt
                                          : find_in(read((after - 1)->bid, true).subnodes, nid);
}

std::vector<SubnodeEntry> SubnodeView::all() const {
    if (top_.level == 0) {
        return top_.subnodes;
    }
    std::vector<SubnodeEntry> result;
    for (const SlBlockReference& child : top_.children) {
        for (const SubnodeEntry& entry : read(child.bid, true).subnodes) {
            if (!result.empty() && entry.nid <= result.back().nid) {
                throw Error(ErrorCode::BadData,
                            fmt::format("subnode {} comes after {}", to_string(entry.nid),
                                        to_string(result.back().nid)))
                    .with_place("block " + to_string(child.bid));
            }
            result.push_back(entry);
        }
    }
    return result;
}

}  // namespace mbx::pst::ndb
