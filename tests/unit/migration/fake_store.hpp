// A mail store in memory that can be made to fail where a test wants it.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/mail_store.hpp"

namespace mbx::test {

inline mail::Message make_mail(const std::string& text, std::string id = {}) {
    mail::Message message;
    message.source = base::memory_source(text);
    message.id = std::move(id);
    return message;
}

inline mail::Message numbered_mail(int n) {
    mail::Message message = make_mail(
        "Message-ID: <" + std::to_string(n) +
        "@example.org>\nDate: Mon, 23 Nov 2026 06:00:00 +0000\n\nBody " + std::to_string(n) + "\n");
    message.internal_date = base::UnixTime{1'700'000'000 + n};
    message.flags.seen = n % 2 == 0;
    return message;
}

/// A source that cannot be read.
class BrokenSource final : public base::ByteSource {
  public:
    explicit BrokenSource(ErrorCode code = ErrorCode::Io) : code_(code) {}

    std::uint64_t size() const override { return 100; }
    std::unique_ptr<base::ByteReader> open() const override { throw Error(code_, "broken disk"); }

  private:
    ErrorCode code_;
};

class FakeStore : public store::MailStore {
  public:
    struct Folder {
        store::StoreFolder info;
        std::vector<mail::Message> messages;
    };

    void add(const mail::FolderPath& path, std::vector<mail::Message> messages,
             mail::SpecialUse use = mail::SpecialUse::None) {
        Folder& folder = make(path);
        folder.info.special_use = use;
        for (mail::Message& message : messages) {
            put(folder, std::move(message));
        }
    }

    Folder* find(const mail::FolderPath& path) {
        const auto it = std::find_if(all.begin(), all.end(),
                                     [&](const Folder& f) { return f.info.path == path; });
        return it != all.end() ? &*it : nullptr;
    }

    std::vector<std::string> texts(const mail::FolderPath& path) {
        std::vector<std::string> result;
        if (const Folder* folder = find(path)) {
            for (const mail::Message& message : folder->messages) {
                result.push_back(base::read_all_text(*message.source, 1 << 20));
            }
        }
        return result;
    }

    std::vector<store::StoreFolder> folders() override {
        std::vector<store::StoreFolder> result;
        for (const Folder& folder : all) {
            result.push_back(folder.info);
        }
        return result;
    }

    std::unique_ptr<store::MessageStream> messages(const mail::FolderPath& path) override;

    std::optional<std::uint64_t> message_count(const mail::FolderPath& path) override {
        const Folder* folder = find(path);
        return folder != nullptr ? std::optional<std::uint64_t>(folder->messages.size())
                                 : std::nullopt;
    }

    void create_folder(const mail::FolderPath& path, mail::SpecialUse use) override {
        if (std::find(refused_names.begin(), refused_names.end(), path.back()) !=
            refused_names.end()) {
            throw Error(ErrorCode::CannotCreate, "name refused");
        }
        if (no_children_of_inbox && path.size() > 1 && path.front() == "INBOX") {
            throw Error(ErrorCode::NotAllowed, "permission denied");
        }
        if (find(path) == nullptr) {
            refuse_other_spelling(path);
            make(path).info.special_use = use;
        }
    }

    std::unique_ptr<store::FolderWriter> writer(const mail::FolderPath& path) override;

    mail::FolderPath possible_name(const mail::FolderPath& path) const override {
        mail::FolderPath result = path;
        for (std::string& name : result) {
            std::replace(name.begin(), name.end(), '.', '_');
        }
        return result;
    }

    store::StoreLimits limits() const override { return store_limits; }

    std::optional<unsigned> connections(unsigned wanted) override {
        return has_connections ? std::optional(wanted) : std::nullopt;
    }

    void put(Folder& folder, mail::Message message) {
        if (message.id.empty()) {
            message.id = std::to_string(next_uid++);
        }
        folder.messages.push_back(std::move(message));
    }

    std::vector<Folder> all;
    std::vector<std::string> refused_names;
    bool no_children_of_inbox = false;
    /// "Sent" and "SENT" are one folder.
    bool folds_case = false;
    store::StoreLimits store_limits;
    bool gives_ids = true;
    /// Appends from here on (counted over all folders, from 1) end the session.
    std::optional<int> gone_at_append;
    /// Whether the append that ends the session has put its message there all the same.
    bool gone_after_landing = false;
    std::optional<int> refused_append;
    std::optional<int> full_at_append;
    bool refuses_all = false;
    bool has_connections = false;
    /// Answers come without flush() when they have been asked for so often.
    std::optional<int> answers_at_look;
    int appends = 0;
    int streams_opened = 0;
    int next_uid = 1;

  private:
    void refuse_other_spelling(const mail::FolderPath& path) const {
        const auto folded = [](const mail::FolderPath& one) {
            return base::fold_case(mail::to_string(one));
        };
        if (folds_case && std::any_of(all.begin(), all.end(), [&](const Folder& f) {
                return folded(f.info.path) == folded(path);
            })) {
            throw Error(ErrorCode::CannotCreate, "it is there in another spelling");
        }
    }

    Folder& make(const mail::FolderPath& path) {
        if (Folder* there = find(path)) {
            return *there;
        }
        store::StoreFolder info;
        info.path = path;
        all.push_back({info, {}});
        return all.back();
    }
};

class FakeStream final : public store::MessageStream {
  public:
    explicit FakeStream(std::vector<mail::Message> messages) : messages_(std::move(messages)) {}
    std::optional<mail::Message> next() override {
        if (at_ == messages_.size()) {
            return std::nullopt;
        }
        mail::Message message = messages_[at_++];
        if (message.id == "unreadable") {
            salvaged_ = {message.id, message.source};
            throw Error(ErrorCode::BadData, "cannot be read", "read it elsewhere");
        }
        if (message.id == "folder refused") {
            at_ = messages_.size();
            throw store::FolderError(
                Error(ErrorCode::Unavailable, "folder refused", "look there").with_place("Closed"));
        }
        if (message.id == "store gone") {
            throw Error(ErrorCode::Unavailable, "connection lost");
        }
        return message;
    }
    store::Salvaged salvaged() override { return std::move(salvaged_); }

  private:
    std::vector<mail::Message> messages_;
    std::size_t at_ = 0;
    store::Salvaged salvaged_;
};

/// Messages land at once; results are given by flush(), as by a server far away.
class FakeWriter final : public store::FolderWriter {
  public:
    FakeWriter(FakeStore& store, mail::FolderPath path) : store_(store), path_(std::move(path)) {}

    void append(const mail::Message& message, std::uint64_t ticket) override {
        ++store_.appends;
        const bool gone = store_.gone_at_append && store_.appends >= *store_.gone_at_append;
        store::AppendResult result;
        result.ticket = ticket;
        if (store_.full_at_append && store_.appends >= *store_.full_at_append) {
            result.failure = Error(ErrorCode::CannotCreate, "quota exceeded");
        } else if (store_.refuses_all || store_.refused_append == store_.appends) {
            result.failure = Error(ErrorCode::BadData, "NO message refused");
        } else if (!gone || store_.gone_after_landing) {
            mail::Message copy = message;
            copy.id.clear();
            FakeStore::Folder& folder = *store_.find(path_);
            store_.put(folder, std::move(copy));
            if (store_.gives_ids) {
                result.id = folder.messages.back().id;
                result.uid_validity = 7;
            }
        }
        if (gone) {
            throw Error(ErrorCode::Unavailable, "connection lost");
        }
        waiting_.push_back(std::move(result));
    }

    std::vector<store::AppendResult> take_results() override {
        if (++looks_ == store_.answers_at_look) {
            flush();
        }
        return std::exchange(known_, {});
    }

    void flush() override {
        std::move(waiting_.begin(), waiting_.end(), std::back_inserter(known_));
        waiting_.clear();
    }

  private:
    FakeStore& store_;
    mail::FolderPath path_;
    std::vector<store::AppendResult> waiting_;
    std::vector<store::AppendResult> known_;
    int looks_ = 0;
};

inline std::unique_ptr<store::MessageStream> FakeStore::messages(const mail::FolderPath& path) {
    ++streams_opened;
    const Folder* folder = find(path);
    if (folder == nullptr) {
        throw Error(ErrorCode::NoInput, "no such folder");
    }
    return std::make_unique<FakeStream>(folder->messages);
}

inline std::unique_ptr<store::FolderWriter> FakeStore::writer(const mail::FolderPath& path) {
    return std::make_unique<FakeWriter>(*this, path);
}

}  // namespace mbx::test
