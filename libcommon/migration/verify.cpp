#include "migration/verify.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

std::vector<std::string> comparable(const std::vector<std::string>& keywords) {
    std::vector<std::string> result;
    std::transform(keywords.begin(), keywords.end(), std::back_inserter(result),
                   [](const std::string& keyword) { return base::ascii_lower(keyword); });
    std::sort(result.begin(), result.end());
    return result;
}

bool has_same_flags(const Landed& sent, const mail::Message& there) {
    return sent.flags == there.flags && comparable(sent.keywords) == comparable(there.keywords);
}

bool has_same_date(const Landed& sent, const mail::Message& there) {
    return !sent.internal_date || sent.internal_date == there.internal_date;
}

/// What two messages must have in common to be taken for one.
struct Likeness {
    bool by_header;  ///< instead of by bytes
    bool flags;
    bool date;
};

/// From the most alike to the least: of equal messages with different flags or dates each finds its
/// own.
constexpr Likeness kLikenesses[] = {
    {false, true, true}, {false, true, false}, {false, false, true}, {false, false, false},
    {true, true, true},  {true, true, false},  {true, false, true},  {true, false, false},
};

/// Equal for messages that are alike; nullopt for a message like none. Holds for Landed and for
/// mail::Message.
template <typename Message>
std::optional<std::string> key_of(const ContentKey& content, const Message& message,
                                  const Likeness& likeness) {
    std::string key;
    if (!likeness.by_header) {
        key = base::as_text(content.bytes);
    } else if (content.header) {
        key = std::to_string(*content.header);
    } else {
        return std::nullopt;
    }
    if (likeness.date && message.internal_date) {
        key += ' ' + std::to_string(message.internal_date->seconds);
    }
    if (likeness.flags) {
        const mail::Flags& flags = message.flags;
        for (const bool flag :
             {flags.seen, flags.answered, flags.flagged, flags.draft, flags.deleted}) {
            key += flag ? '1' : '0';
        }
        for (const std::string& keyword : comparable(message.keywords)) {
            key += ' ' + keyword;
        }
    }
    return key;
}

/// Messages that are expected, struck off one by one.
class Expected {
  public:
    void add(Landed message) { messages_.push_back(std::move(message)); }

    /// What strike() goes by from now on.
    void compare_by(const Likeness& likeness) {
        likeness_ = likeness;
        struck_.resize(messages_.size());
        by_key_.clear();
        for (std::size_t i = 0; i < messages_.size(); ++i) {
            if (const auto key =
                    struck_[i] ? std::nullopt : key_of(messages_[i].key, messages_[i], likeness)) {
                by_key_.emplace(*key, i);
            }
        }
    }

    /// The expected message that this one is; null when none is like it.
    const Landed* strike(const StoredMessage& there) {
        const auto key = key_of(there.key, there.message, likeness_);
        const auto it = key ? by_key_.find(*key) : by_key_.end();
        if (it == by_key_.end()) {
            return nullptr;
        }
        const std::size_t index = it->second;
        by_key_.erase(it);
        struck_[index] = true;
        return &messages_[index];
    }

    std::uint64_t count() const { return messages_.size(); }

    template <typename Visit>
    void for_each_left(Visit&& visit) const {
        for (std::size_t i = 0; i < messages_.size(); ++i) {
            if (!struck_[i]) {
                visit(messages_[i]);
            }
        }
    }

  private:
    std::vector<Landed> messages_;
    std::vector<bool> struck_;
    Likeness likeness_{};
    std::unordered_multimap<std::string, std::size_t> by_key_;
};

void count_found(FolderProof& proof, const Landed& sent, const mail::Message& there) {
    ++proof.found;
    proof.flags_differ += has_same_flags(sent, there) ? 0 : 1;
    proof.dates_differ += has_same_date(sent, there) ? 0 : 1;
}

void note_example(FolderProof& proof, const Landed& message) {
    if (proof.examples.size() < FolderProof::kMostExamples) {
        proof.examples.push_back(message.nid);
    }
}

FolderProof prove_counts(store::MailStore& store, const mail::FolderPath& path,
                         const Journal::Folder& sent) {
    FolderProof proof;
    proof.path = path;
    proof.expected = sent.landed;
    const std::uint64_t there = store.message_count(path).value_or(0);
    proof.others = std::min(there, sent.before);
    proof.found = std::min(proof.expected, there - proof.others);
    proof.missing = proof.expected - proof.found;
    proof.newcomers = there - proof.others - proof.found;
    proof.others += proof.newcomers;
    return proof;
}

/// Strikes off what is like a message of `rest`, and takes that out of there.
void match(FolderProof& proof, Expected& expected, std::vector<StoredMessage>& rest,
           const Likeness& likeness, Proof wanted) {
    expected.compare_by(likeness);
    std::erase_if(rest, [&](const StoredMessage& there) {
        const Landed* const sent = expected.strike(there);
        if (sent == nullptr) {
            return false;
        }
        if (likeness.by_header && wanted == Proof::Full) {
            ++proof.altered;
            note_example(proof, *sent);
        } else {
            count_found(proof, *sent, there.message);
        }
        return true;
    });
}

}  // namespace

Proof parse_proof(std::string_view text) {
    if (text == "none") {
        return Proof::None;
    }
    if (text == "counts") {
        return Proof::Counts;
    }
    if (text == "header") {
        return Proof::Header;
    }
    if (text == "full") {
        return Proof::Full;
    }
    throw Error(ErrorCode::Usage, "unknown proof '" + base::escape(text) + "'",
                "known are full, header, counts and none");
}

bool is_read_for_proof(const Journal& journal, pst::ndb::Nid folder, Proof proof) {
    return proof != Proof::Counts && proof != Proof::None && journal.folder(folder)->landed > 0;
}

FolderProof prove_folder(store::MailStore& store, const mail::FolderPath& path,
                         const Journal& journal, pst::ndb::Nid folder, Proof wanted,
                         base::Progress& progress, const base::StopFlag& stop,
                         std::unique_ptr<StoredMessages> opened) {
    const Journal::Folder& sent = *journal.folder(folder);
    if (!is_read_for_proof(journal, folder, wanted)) {
        return prove_counts(store, path, sent);
    }
    if (!opened) {
        opened = std::make_unique<StoredMessages>(store, path, stop);
    }
    FolderProof proof;
    proof.path = path;
    Expected expected;
    journal.for_each(folder, [&](const Landed& message) { expected.add(message); });
    proof.expected = expected.count();

    expected.compare_by(kLikenesses[0]);
    std::vector<StoredMessage> rest;
    progress.start("prove " + mail::to_string(path), sent.landed + sent.before);
    try {
        while (auto there = opened->next()) {
            progress.advance(1, there->key.size);
            if (const Landed* const found = expected.strike(*there)) {
                count_found(proof, *found, there->message);
            } else {
                rest.push_back(*std::move(there));
            }
        }
    } catch (const store::FolderError& error) {
        proof.unreadable = error.what();
    }
    progress.finish();
    for (const Likeness& likeness : kLikenesses) {
        if (!rest.empty()) {
            match(proof, expected, rest, likeness, wanted);
        }
    }
    proof.others = rest.size();
    proof.newcomers = proof.others - std::min(proof.others, sent.before);
    expected.for_each_left([&](const Landed& message) {
        ++proof.missing;
        note_example(proof, message);
    });
    return proof;
}

}  // namespace mbx::migration
