#include "migration/tail.hpp"

#include <vector>

#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

/// Recorded messages, struck off as they are met at the destination.
class Recorded {
  public:
    Recorded(const Journal& journal, pst::ndb::Nid folder) {
        journal.for_each(folder, [&](const Landed& message) {
            if (message.id.empty()) {
                without_id_.push_back(message.key);
            } else {
                by_id_.emplace(message.id, message.key);
            }
        });
    }

    bool strike(const std::string& id) { return by_id_.erase(id) != 0; }

    /// Contents of what was not met: stores without identifiers, and those (Maildir) where a flag
    /// is part of it and may have changed since.
    std::vector<ContentKey> left() const {
        std::vector<ContentKey> contents = without_id_;
        for (const auto& [id, content] : by_id_) {
            contents.push_back(content);
        }
        return contents;
    }

  private:
    std::map<std::string, ContentKey> by_id_;
    std::vector<ContentKey> without_id_;
};

}  // namespace

Tail::Tail(store::MailStore& store, const Journal& journal, pst::ndb::Nid folder,
           const base::StopFlag& stop) {
    const Journal::Folder& state = *journal.folder(folder);
    const std::uint64_t known = state.before + state.landed;
    if (store.message_count(state.path).value_or(0) <= known) {
        return;
    }
    Recorded recorded(journal, folder);
    std::uint64_t before = state.before;
    walk_messages(store, state.path, stop, [&](const mail::Message& message) {
        if (recorded.strike(message.id)) {
            return;
        }
        if (before > 0) {
            --before;  // stores give old messages first
            return;
        }
        add(content_key(*message.source), message.id);
    });
    for (const ContentKey& content : recorded.left()) {
        take(content);
    }
}

Tail::Tail(store::MailStore& store, const mail::FolderPath& path, const base::StopFlag& stop) {
    walk_messages(store, path, stop, [&](const mail::Message& message) {
        add(content_key(*message.source), message.id);
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
