#include "pst/ndb/nid_counters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace mbx::pst::ndb {
namespace {

std::size_t place(NidType type) {
    return static_cast<std::size_t>(type);
}

// SCANPST recomputes rgnid from the nodes and subnodes of these types only. The others have fixed
// NIDs, or follow the search folder they belong to.
bool is_counted(NidType type) {
    switch (type) {
        case NidType::NormalFolder:
        case NidType::SearchFolder:
        case NidType::NormalMessage:
        case NidType::Attachment:
        case NidType::AssociatedMessage:
        case NidType::HierarchyTable:
        case NidType::ContentsTable:
        case NidType::AssociatedContentsTable:
        case NidType::Ltp:
            return true;
        default:
            return false;
    }
}

}  // namespace

NidCounters::NidCounters() noexcept {
    values_.fill(0x400);
    values_[place(NidType::SearchFolder)] = 0x4000;
    values_[place(NidType::NormalMessage)] = 0x10000;
    values_[place(NidType::AssociatedMessage)] = 0x8000;
}

Nid NidCounters::allocate(NidType type) {
    const std::uint32_t index = values_[place(type)] + 1;
    if (index > kLargestIndex) {
        throw Error(ErrorCode::BadData,
                    fmt::format("no NID of type 0x{:x} is left", static_cast<unsigned>(type)));
    }
    values_[place(type)] = index;
    const Nid nid = Nid::make(type, index);
    reserve(nid);
    return nid;
}

void NidCounters::reserve(Nid nid) noexcept {
    if (!is_counted(nid.type())) {
        return;
    }
    raise(nid.type(), nid.index());
    if (nid.type() == NidType::SearchFolder && nid.index() >= 0x4000) {
        raise(NidType::SearchUpdateQueue, nid.index());
        raise(NidType::SearchCriteriaObject, nid.index());
        raise(NidType::SearchContentsTable, nid.index());
    }
}

void NidCounters::raise(NidType type, std::uint32_t index) noexcept {
    values_[place(type)] = std::max(values_[place(type)], index);
}

}  // namespace mbx::pst::ndb
