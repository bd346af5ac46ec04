// What the rules of the LTP and messaging layers have in hand: a node or subnode with its subnodes,
// which of them something has named, and where it is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pst/check/finding.hpp"
#include "pst/check/node_data.hpp"

namespace mbx::pst::check {

class Object {
  public:
    /// nullopt when its subnodes cannot be read (reported already, with their block).
    static std::optional<Object> open(const NodeReader& reader, Bid data, Bid sub, Place place);

    const NodeReader& reader() const noexcept { return *reader_; }
    Bid data() const noexcept { return data_; }
    Bid sub() const noexcept { return sub_; }
    const Place& place() const noexcept { return place_; }
    const std::vector<Subnode>& subnodes() const noexcept { return subnodes_; }

    /// The subnode, noted as named by something. Null when there is none.
    const Subnode* use(Nid nid);
    /// L10: subnodes that nothing has named.
    void report_unused(Reporter& reporter) const;

  private:
    const NodeReader* reader_ = nullptr;
    Bid data_;
    Bid sub_;
    Place place_;
    std::vector<Subnode> subnodes_;
    std::vector<bool> used_;
};

}  // namespace mbx::pst::check
