// All that a mailbox holds, as a value that can be compared; and copying one store into another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/sha256.hpp"
#include "base/stop.hpp"
#include "store/mail_store.hpp"

namespace mbx::test {

struct MessageSnapshot {
    std::string bytes;  ///< the text itself when short, else "size:sha256"
    mail::Flags flags;
    std::vector<std::string> keywords;  ///< sorted
    std::int64_t date = -1;

    bool operator==(const MessageSnapshot&) const = default;
};

inline void PrintTo(const MessageSnapshot& message, std::ostream* out) {
    *out << "{" << message.bytes << " flags SAFXT=" << message.flags.seen << message.flags.answered
         << message.flags.flagged << message.flags.draft << message.flags.deleted
         << " date=" << message.date;
    for (const std::string& keyword : message.keywords) {
        *out << " " << keyword;
    }
    *out << "}";
}

inline MessageSnapshot snapshot_of(const mail::Message& message) {
    MessageSnapshot result;
    const std::uint64_t size = message.source->size();
    if (size <= 200) {
        result.bytes = base::read_all_text(*message.source, size);
    } else {
        result.bytes = std::to_string(size) + ":" + base::to_hex(base::sha256(*message.source));
    }
    result.flags = message.flags;
    result.keywords = message.keywords;
    std::sort(result.keywords.begin(), result.keywords.end());
    result.date = message.internal_date ? message.internal_date->seconds : -1;
    return result;
}

inline std::vector<mail::FolderPath> paths_of(store::MailStore& store) {
    std::vector<mail::FolderPath> paths;
    for (const store::StoreFolder& folder : store.folders()) {
        paths.push_back(folder.path);
    }
    return paths;
}

using MailboxSnapshot = std::map<mail::FolderPath, std::vector<MessageSnapshot>>;

/// Messages that cannot be read are left out, and counted in `errors`.
inline MailboxSnapshot snapshot_of(store::MailStore& store, std::size_t* errors = nullptr) {
    MailboxSnapshot result;
    for (const store::StoreFolder& folder : store.folders()) {
        if (!folder.selectable) {
            continue;
        }
        std::vector<MessageSnapshot>& messages = result[folder.path];
        const auto stream = store.messages(folder.path);
        for (;;) {
            try {
                const auto message = stream->next();
                if (!message) {
                    break;
                }
                messages.push_back(snapshot_of(*message));
            } catch (const Error&) {
                if (errors == nullptr) {
                    throw;
                }
                ++*errors;
            }
        }
    }
    return result;
}

/// Copies all that can be read. Returns the number of messages that have landed.
inline std::size_t copy_mailbox(store::MailStore& from, store::MailStore& to) {
    std::size_t landed = 0;
    for (const store::StoreFolder& folder : from.folders()) {
        if (!folder.selectable) {
            continue;
        }
        const mail::FolderPath path = to.possible_name(folder.path);
        to.create_folder(path, folder.special_use);
        const auto writer = to.writer(path);
        const auto stream = from.messages(folder.path);
        std::uint64_t ticket = 0;
        for (bool more = true; more;) {
            try {
                const auto message = stream->next();
                more = message.has_value();
                if (more) {
                    writer->append(*message, ++ticket);
                }
            } catch (const Error& error) {
                if (error.code() != ErrorCode::BadData) {
                    throw;
                }
            }
        }
        writer->flush();
        for (const store::AppendResult& result : writer->take_results()) {
            landed += result.failure ? 0 : 1;
        }
    }
    return landed;
}

/// A store with all that it needs beside it.
class OpenedStore {
  public:
    OpenedStore(const std::string& url, store::OpenMode mode)
        : store_(store::open_store(store::MailboxUrl::parse(url), mode, {}, diagnostics_, stop_)) {}

    store::MailStore& operator*() { return *store_; }
    store::MailStore* operator->() { return store_.get(); }
    const std::vector<base::Diagnostic>& diagnostics() const { return diagnostics_.items; }
    std::vector<std::string> diagnostic_ids() const {
        std::vector<std::string> ids;
        for (const base::Diagnostic& item : diagnostics_.items) {
            ids.push_back(item.id);
        }
        return ids;
    }

  private:
    base::DiagnosticList diagnostics_;
    base::StopFlag stop_;
    std::unique_ptr<store::MailStore> store_;
};

}  // namespace mbx::test
