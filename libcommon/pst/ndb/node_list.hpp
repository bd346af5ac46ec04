// The nodes of a new file on their way into the NBT.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "pst/ndb/ids.hpp"
#include "pst/ndb/record_spool.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {

/// Nodes may come in any order. Messages, which come in the order of their NIDs, are spooled; the
/// others are few, and held.
class NodeList {
  public:
    void add(const NbtEntryUnicode& node) {
        const auto nid = static_cast<std::uint32_t>(node.nid);
        if (Nid{nid}.type() == NidType::NormalMessage && nid > last_message_) {
            last_message_ = nid;
            messages_.add(node);
        } else {
            others_.push_back(node);
        }
    }
    void checkpoint() {
        messages_.checkpoint();
        others_at_checkpoint_ = others_.size();
        last_message_at_checkpoint_ = last_message_;
    }
    void roll_back() {
        messages_.roll_back();
        others_.resize(others_at_checkpoint_);
        last_message_ = last_message_at_checkpoint_;
    }
    std::uint64_t count() const noexcept { return messages_.count() + others_.size(); }

    /// Calls sink(node) for all, ascending by NID; none are left.
    template <typename Sink>
    void drain(Sink&& sink) {
        std::sort(others_.begin(), others_.end(), by_nid);
        auto other = others_.begin();
        messages_.drain([&](const NbtEntryUnicode& message) {
            for (; other != others_.end() && by_nid(*other, message); ++other) {
                sink(*other);
            }
            sink(message);
        });
        for (; other != others_.end(); ++other) {
            sink(*other);
        }
        others_.clear();
    }

  private:
    static bool by_nid(const NbtEntryUnicode& a, const NbtEntryUnicode& b) noexcept {
        return a.nid < b.nid;
    }

    RecordSpool<NbtEntryUnicode> messages_;
    std::uint32_t last_message_ = 0;
    std::vector<NbtEntryUnicode> others_;

    std::size_t others_at_checkpoint_ = 0;
    std::uint32_t last_message_at_checkpoint_ = 0;
};

}  // namespace mbx::pst::ndb
