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

    const Landed* strike_by_bytes(const ContentKey& key) { return strike(by_bytes_, key.bytes); }
    const Landed* strike_by_header(const ContentKey& key) {
        return key.header ? strike(by_header_, *key.header) : nullptr;
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
    template <typename Map, typename Key>
    const Landed* strike(Map& map, const Key& key) {
        auto [it, end] = map.equal_range(key);
        while (it != end) {
            const std::size_t index = it->second;
            it = map.erase(it);
            if (!struck_[index]) {
                struck_[index] = true;
                return &messages_[index];
            }
        }
        return nullptr;
    }

    std::vector<Landed> messages_;
    std::vector<bool> struck_;
    std::unordered_multimap<base::Sha256Digest, std::size_t, DigestHash> by_bytes_;
    std::unordered_multimap<std::uint64_t, std::size_t> by_header_;
};

void count_found(FolderProof& proof, const Landed& sent, const mail::Message& there) {
    ++proof.found;
    if (sent.flags != there.flags || comparable(sent.keywords) != comparable(there.keywords)) {
        ++proof.flags_differ;
    }
    if (sent.internal_date && sent.internal_date != there.internal_date) {
        ++proof.dates_differ;
    }
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

/// A message at the destination that no expected one equals byte for byte; perhaps one was altered.
struct Unmatched {
    ContentKey key;
    mail::Message message;  // without its source
};

void match_by_header(FolderProof& proof, Expected& expected, const std::vector<Unmatched>& rest,
                     Proof wanted) {
    for (const Unmatched& there : rest) {
        const Landed* const sent = expected.strike_by_header(there.key);
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

FolderProof prove_folder(store::MailStore& store, const mail::FolderPath& path,
                         const Journal& journal, pst::ndb::Nid folder, Proof wanted,
                         base::Progress& progress, const base::StopFlag& stop) {
    const Journal::Folder& sent = *journal.folder(folder);
    if (wanted == Proof::Counts || wanted == Proof::None || sent.landed == 0) {
        return prove_counts(store, path, sent);
    }
    FolderProof proof;
    proof.path = path;
    Expected expected;
    journal.for_each(folder, [&](const Landed& message) { expected.add(message); });
    proof.expected = expected.count();

    std::vector<Unmatched> rest;
    progress.start("prove " + mail::to_string(path), sent.landed + sent.before);
    walk_messages(store, path, stop, [&](mail::Message message) {
        const ContentKey key = content_key(*message.source);
        progress.advance(1, key.size);
        if (const Landed* const found = expected.strike_by_bytes(key)) {
            count_found(proof, *found, message);
            return;
        }
        message.source = nullptr;
        rest.push_back({key, std::move(message)});
    });
    progress.finish();
    match_by_header(proof, expected, rest, wanted);
    expected.for_each_left([&](const Landed& message) {
        ++proof.missing;
        note_example(proof, message);
    });
    return proof;
}

}  // namespace mbx::migration
