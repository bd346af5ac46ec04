// What the checker finds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pst/check/rules.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst::check {

/// Where in the file; what is known of it.
struct Place {
    std::optional<std::uint64_t> offset;  ///< in the file, bytes
    std::optional<ndb::Nid> node;
    std::optional<ndb::Nid> subnode;  ///< below `node`
    std::optional<ndb::Bid> block;
    std::string detail;  ///< "row 3", "PidTagSubject"; may be empty

    Place with(std::string more) const {
        Place result = *this;
        result.detail += (result.detail.empty() ? "" : ", ") + std::move(more);
        return result;
    }
    Place below(ndb::Nid nid) const {
        Place result = *this;
        if (result.subnode) {
            result.detail +=
                (result.detail.empty() ? "below " : ", below ") + to_string(*result.subnode);
        }
        result.subnode = nid;
        return result;
    }
};

/// Makes a place when it is needed: its text takes longer than most checks. Given as std::cref of a
/// lambda it takes no memory.
using PlaceOf = std::function<Place()>;

Place at_offset(std::uint64_t offset);
Place at_node(ndb::Nid nid);
Place at_block(ndb::Bid bid, std::uint64_t offset);

/// "block 0x...0c at 0x4a00", "node 0x00200024, subnode 0x00000692, row 3".
std::string to_string(const Place& place);

/// `text` alone, or "text is found, expected expected".
struct Finding {
    const Rule* rule = nullptr;
    Severity severity = Severity::Error;  ///< the rule's, or lower where it is known to be harmless
    Place place;
    std::string text;
    std::string found;
    std::string expected;
};

/// "text is found, expected expected" in one line.
std::string message_of(const Finding& finding);

using FindingSink = std::function<void(const Finding&)>;

/// What the parts of the checker report to.
class Reporter {
  public:
    explicit Reporter(FindingSink sink) : sink_(std::move(sink)) {}

    void report(std::string_view rule_id, Place place, std::string text);
    /// "field is found, expected expected".
    void report(std::string_view rule_id, Place place, std::string field, std::string found,
                std::string expected);
    /// With a severity of its own.
    void report(const Finding& finding);

    std::uint64_t count(Severity severity) const noexcept {
        return counts_[static_cast<std::size_t>(severity)];
    }

  private:
    FindingSink sink_;
    std::array<std::uint64_t, 3> counts_{};
};

/// "0x%x".
std::string hex(std::uint64_t value);
/// "0x%08x".
std::string hex32(std::uint32_t value);

}  // namespace mbx::pst::check
