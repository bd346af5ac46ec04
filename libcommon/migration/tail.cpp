#include "migration/tail.hpp"

#include <set>

#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

/// Recorded messages, struck off as they are met at the destination.
struct Recorded {
    std::set<std::string> ids;
    std::multiset<base::Sha256Digest> without_id;
};

Recorded read_records(const Journal& journal, pst::ndb::Nid folder) {
    Recorded recorded;
    journal.for_each(folder, [&](const Landed& message) {
        if (message.id.empty()) {
            recorded.without_id.insert(message.key.bytes);
        } else {
            recorded.ids.insert(message.id);
        }
    });
    return recorded;
}

}  // namespace

Tail::Tail(store::MailStore& store, const Journal& journal, pst::ndb::Nid folder,
           const base::StopFlag& stop) {
    const Journal::Folder& state = *journal.folder(folder);
    const std::uint64_t known = state.before + state.landed;
    if (store.message_count(state.path).value_or(0) <= known) {
        return;
    }
    Recorded recorded = read_records(journal, folder);
    std::uint64_t before = state.before;
    walk_messages(store, state.path, stop, [&](const mail::Message& message) {
        if (recorded.ids.erase(message.id) != 0) {
            return;
        }
        if (before > 0) {
            --before;  // stores give old messages first
            return;
        }
        const ContentKey key = content_key(*message.source);
        if (const auto it = recorded.without_id.find(key.bytes); it != recorded.without_id.end()) {
            recorded.without_id.erase(it);
            return;
        }
        add(key, message.id);
    });
}

void Tail::add(const ContentKey& key, const std::string& id) {
    by_bytes_.emplace(key.bytes, id);
    if (key.header) {
        by_header_.emplace(*key.header, key.bytes);
    }
}

std::optional<std::string> Tail::take(const ContentKey& key) {
    auto found = by_bytes_.find(key.bytes);
    if (found == by_bytes_.end() && key.header) {
        // Entries of messages that were taken by their bytes are left over here, and passed.
        auto [it, end] = by_header_.equal_range(*key.header);
        for (; it != end && found == by_bytes_.end(); it = by_header_.erase(it)) {
            found = by_bytes_.find(it->second);
        }
    }
    if (found == by_bytes_.end()) {
        return std::nullopt;
    }
    std::string id = std::move(found->second);
    by_bytes_.erase(found);
    return id;
}

}  // namespace mbx::migration
