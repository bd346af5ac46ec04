// Records of one kind in a spool, where the latest can be taken back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/little_endian.hpp"
#include "base/spool.hpp"

namespace mbx::pst::ndb {

/// Records go to the spool at once, or, from the first checkpoint() on, with the next one.
template <typename Record>
class RecordSpool {
  public:
    void add(const Record& record) {
        if (holding_) {
            held_.push_back(record);
        } else {
            spool_.write(base::record_bytes(record));
        }
    }
    void checkpoint() {
        spool_.write(std::as_bytes(std::span(held_)));
        held_.clear();
        holding_ = true;
    }
    /// Forgets what was added since the last checkpoint().
    void roll_back() { held_.clear(); }
    /// Added since the last checkpoint().
    const std::vector<Record>& held() const noexcept { return held_; }
    std::uint64_t count() const noexcept { return spool_.size() / sizeof(Record) + held_.size(); }

    /// Calls sink(record) for all, in the order in which they were added; none are left.
    template <typename Sink>
    void drain(Sink&& sink) {
        checkpoint();
        const base::SharedSource source = spool_.take();
        const auto reader = source->open();
        std::vector<Record> batch(4096);
        while (const std::size_t n = reader->read(std::as_writable_bytes(std::span(batch)))) {
            for (const Record& record : std::span(batch).first(n / sizeof(Record))) {
                sink(record);
            }
        }
    }

  private:
    base::Spool spool_;
    std::vector<Record> held_;
    bool holding_ = false;
};

}  // namespace mbx::pst::ndb
