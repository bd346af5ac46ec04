#include "migration/verify.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

struct DigestHash {
    std::size_t operator()(const base::Sha256Digest& digest) const noexcept {
        std::size_t value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i) {
            value = value << 8 | std::to_integer<std::size_t>(digest[i]);
        }
        return value;
    }
};

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

bool is_marked_like(const Landed& sent, const mail::Message& there) {
    return has_same_flags(sent, there) && has_same_date(sent, there);
}

/// Messages that are expected, struck off one by one.
class Expected {
  public:
    void add(Landed message) {
        by_bytes_.emplace(message.key.bytes, messages_.size());
        if (message.key.header) {
            by_header_.emplace(*message.key.header, messages_.size());
        }
        messages_.push_back(std::move(message));
        struck_.push_back(false);
    }

    const Landed* strike_by_bytes(const ContentKey& key, const mail::Message& there) {
        return strike(by_bytes_, key.bytes, there);
    }
    const Landed* strike_by_header(const ContentKey& key, const mail::Message& there) {
        return key.header ? strike(by_header_, *key.header, there) : nullptr;
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
    // Of messages with the same content so many are looked at for the one with the same flags.
    static constexpr int kMostTwins = 32;

    template <typename Map, typename Key>
    const Landed* strike(Map& map, const Key& key, const mail::Message& there) {
        const auto [begin, end] = map.equal_range(key);
        auto best = end;
        int seen = 0;
        for (auto it = begin; it != end && seen < kMostTwins; ++seen) {
            if (struck_[it->second]) {
                it = map.erase(it);
                continue;
            }
            if (best == end || is_marked_like(messages_[it->second], there)) {
                best = it;
            }
            ++it;
        }
        if (best == end) {
            return nullptr;
        }
        const std::size_t index = best->second;
        map.erase(best);
        struck_[index] = true;
        return &messages_[index];
    }

    std::vector<Landed> messages_;
    std::vector<bool> struck_;
    std::unordered_multimap<base::Sha256Digest, std::size_t, DigestHash> by_bytes_;
    std::unordered_multimap<std::uint64_t, std::size_t> by_header_;
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
    return proof;
}

/// `rest`: messages at the destination that no expected one equals byte for byte; some may be
/// altered.
void match_by_header(FolderProof& proof, Expected& expected, const std::vector<StoredMessage>& rest,
                     Proof wanted) {
    for (const StoredMessage& there : rest) {
        const Landed* const sent = expected.strike_by_header(there.key, there.message);
        if (sent == nullptr) {
            ++proof.others;
        } else if (wanted == Proof::Header) {
            count_found(proof, *sent, there.message);
        } else {
            ++proof.altered;
            note_example(proof, *sent);
        }
    }
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

    std::vector<StoredMessage> rest;
    progress.start("prove " + mail::to_string(path), sent.landed + sent.before);
    try {
        while (auto there = opened->next()) {
            progress.advance(1, there->key.size);
            if (const Landed* const found = expected.strike_by_bytes(there->key, there->message)) {
                count_found(proof, *found, there->message);
            } else {
                rest.push_back(*std::move(there));
            }
        }
    } catch (const store::FolderError& error) {
        proof.unreadable = error.what();
    }
    progress.finish();
    match_by_header(proof, expected, rest, wanted);
    expected.for_each_left([&](const Landed& message) {
        ++proof.missing;
        note_example(proof, message);
    });
    return proof;
}

}  // namespace mbx::migration
