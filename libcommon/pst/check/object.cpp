#include "pst/check/object.hpp"

#include <fmt/format.h>

#include <utility>

namespace mbx::pst::check {

std::optional<Object> Object::open(const NodeReader& reader, Bid data, Bid sub, Place place) {
    auto subnodes = reader.subnodes(sub);
    if (!subnodes) {
        return std::nullopt;
    }
    Object result;
    result.reader_ = &reader;
    result.data_ = data;
    result.sub_ = sub;
    result.place_ = std::move(place);
    result.used_.resize(subnodes->size());
    result.subnodes_ = std::move(*subnodes);
    return result;
}

const Subnode* Object::use(Nid nid) {
    const Subnode* found = find(subnodes_, nid);
    if (found != nullptr) {
        used_[static_cast<std::size_t>(found - subnodes_.data())] = true;
    }
    return found;
}

void Object::report_unused(Reporter& reporter) const {
    // Tables of property changes in stores that were replicated; nothing names them.
    constexpr Nid kChangeTable{0x6B6};
    for (std::size_t i = 0; i < subnodes_.size(); ++i) {
        if (!used_[i] && subnodes_[i].nid != kChangeTable) {
            reporter.report("L10", place_.below(subnodes_[i].nid), "nothing names this subnode");
        }
    }
}

}  // namespace mbx::pst::check
