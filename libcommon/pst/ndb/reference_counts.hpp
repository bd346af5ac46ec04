// How many owners each block of a new file has ([MS-PST] 2.2.2.7.7.3).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "pst/ndb/ids.hpp"

namespace mbx::pst::ndb {

/// Nearly every block has one owner in the end, so only the others are held: those that wait for
/// theirs, and those with more than one.
class ReferenceCounts {
  public:
    /// A block has been written; nobody owns it yet.
    void add_block(Bid bid) { unowned_.insert(bid.value); }
    /// One more owner. Throws Error(Internal) above `most` owners.
    void add_owner(Bid bid, std::uint32_t most);

    /// Lets roll_back() return to here.
    void checkpoint();
    void roll_back();

    /// A block without owner; nullopt when there is none.
    std::optional<Bid> any_unowned() const;

    /// Owners beyond the first, ascending by BID.
    const std::map<std::uint64_t, std::uint32_t>& more_owners() const noexcept {
        return more_owners_;
    }

  private:
    std::set<std::uint64_t> unowned_;
    std::map<std::uint64_t, std::uint32_t> more_owners_;

    bool has_checkpoint_ = false;
    std::set<std::uint64_t> unowned_at_checkpoint_;
    std::vector<Bid> counted_since_checkpoint_;  // each raised more_owners_ by one
};

}  // namespace mbx::pst::ndb
