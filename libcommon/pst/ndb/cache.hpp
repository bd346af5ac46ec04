// Keeps what was used last.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

namespace mbx::pst::ndb {

/// At most `capacity` values; the one that was not asked for longest goes first. Not thread-safe.
template <typename Key, typename Value>
class Cache {
  public:
    using Shared = std::shared_ptr<const Value>;

    explicit Cache(std::size_t capacity) : capacity_(capacity) {}

    /// Null when it is not here.
    Shared find(Key key) {
        const auto found = places_.find(key);
        if (found == places_.end()) {
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->second;
    }
    void put(Key key, Shared value) {
        if (const auto found = places_.find(key); found != places_.end()) {
            found->second->second = std::move(value);
            return;
        }
        entries_.emplace_front(key, std::move(value));
        places_[key] = entries_.begin();
        if (entries_.size() > capacity_) {
            places_.erase(entries_.back().first);
            entries_.pop_back();
        }
    }

  private:
    using Entries = std::list<std::pair<Key, Shared>>;

    std::size_t capacity_;
    Entries entries_;  // latest first
    std::unordered_map<Key, typename Entries::iterator> places_;
};

}  // namespace mbx::pst::ndb
