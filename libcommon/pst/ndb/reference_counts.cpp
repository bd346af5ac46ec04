#include "pst/ndb/reference_counts.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace mbx::pst::ndb {

void ReferenceCounts::add_owner(Bid bid, std::uint32_t most) {
    if (unowned_.erase(bid.value) != 0) {
        return;
    }
    std::uint32_t& more = more_owners_[bid.value];
    if (more + 1 >= most) {
        throw Error(ErrorCode::Internal,
                    fmt::format("block {} has more than {} owners", to_string(bid), most));
    }
    ++more;
    if (has_checkpoint_) {
        counted_since_checkpoint_.push_back(bid);
    }
}

void ReferenceCounts::checkpoint() {
    has_checkpoint_ = true;
    unowned_at_checkpoint_ = unowned_;
    counted_since_checkpoint_.clear();
}

void ReferenceCounts::roll_back() {
    unowned_ = unowned_at_checkpoint_;
    for (const Bid bid : counted_since_checkpoint_) {
        const auto entry = more_owners_.find(bid.value);
        if (--entry->second == 0) {
            more_owners_.erase(entry);
        }
    }
    counted_since_checkpoint_.clear();
}

std::optional<Bid> ReferenceCounts::any_unowned() const {
    return unowned_.empty() ? std::nullopt : std::optional(Bid{*unowned_.begin()});
}

}  // namespace mbx::pst::ndb
