#include "store/imap/landed_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "mail/crlf.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::uint64_t kLongestHeader = 256 * 1024;

struct Candidate {
    std::uint32_t uid = 0;
    ContentDigests digests;
    bool taken = false;
};

/// Hashes what is fed, but the line ends at the end of it.
class TrimmedHash {
  public:
    void update(base::ByteView bytes) {
        const auto is_line_end = [](std::byte b) {
            return b == std::byte{'\r'} || b == std::byte{'\n'};
        };
        const auto last = std::find_if_not(bytes.rbegin(), bytes.rend(), is_line_end);
        const auto solid = static_cast<std::size_t>(bytes.rend() - last);
        if (solid > 0) {
            hash_.update(held_back_);
            held_back_.clear();
            hash_.update(bytes.first(solid));
        }
        base::append(held_back_, bytes.subspan(solid));
    }
    base::Sha256Digest finish() { return hash_.finish(); }

  private:
    base::Sha256 hash_;
    base::Bytes held_back_;
};

bool is_same(const ContentDigests& a, const ContentDigests& b, int pass) {
    switch (pass) {
        case 0:
            return a.whole == b.whole;
        case 1:
            return a.without_line_ends == b.without_line_ends;
        default:
            return a.header && a.header == b.header;
    }
}

constexpr int kPasses = 3;

std::vector<Candidate> read_candidates(Session& session, std::uint32_t first_uid) {
    std::vector<Candidate> candidates;
    session.require(
        fmt::format("UID FETCH {}:* (UID BODY.PEEK[])", first_uid), [&](const Response& response) {
            if (response.name != "FETCH" || response.data.empty()) {
                return;
            }
            Candidate candidate;
            base::SharedSource text;
            const std::vector<Element>& items = response.data.front().items;
            for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
                if (items[i].is_atom("UID")) {
                    candidate.uid = static_cast<std::uint32_t>(items[i + 1].number().value_or(0));
                } else if (base::starts_with_ignore_case(items[i].text, "BODY[]")) {
                    text = items[i + 1].bytes();
                }
            }
            // "n:*" names the last message even when its UID is below n.
            if (text && candidate.uid >= first_uid) {
                candidate.digests = digests_of(*text);
                candidates.push_back(candidate);
            }
        });
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.uid < b.uid; });
    return candidates;
}

}  // namespace

ContentDigests digests_of(const base::ByteSource& source) {
    base::Sha256 whole;
    TrimmedHash trimmed;
    std::string head;
    mail::CrlfConverter converter;
    base::Bytes buffer;
    base::for_each_piece(source, [&](base::ByteView piece) {
        buffer.clear();
        converter.convert(piece, buffer);
        whole.update(buffer);
        trimmed.update(buffer);
        if (head.size() < kLongestHeader) {
            head += base::as_text(buffer).substr(0, kLongestHeader - head.size());
        }
    });
    ContentDigests result{whole.finish(), trimmed.finish(), std::nullopt};
    if (const std::size_t end = head.find("\r\n\r\n"); end != std::string::npos && end > 0) {
        result.header = base::sha256(base::as_bytes(std::string_view(head).substr(0, end)));
    }
    return result;
}

std::vector<std::optional<std::uint32_t>> find_landed(Session& session, std::uint32_t first_uid,
                                                      const std::vector<ContentDigests>& others,
                                                      const std::vector<ContentDigests>& wanted) {
    std::vector<Candidate> candidates = read_candidates(session, first_uid);
    const auto take = [&](const ContentDigests& digests, int pass) -> Candidate* {
        const auto it = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& c) {
            return !c.taken && is_same(c.digests, digests, pass);
        });
        if (it == candidates.end()) {
            return nullptr;
        }
        it->taken = true;
        return &*it;
    };
    std::vector<bool> is_struck(others.size());
    std::vector<std::optional<std::uint32_t>> found(wanted.size());
    for (int pass = 0; pass < kPasses; ++pass) {
        for (std::size_t i = 0; i < others.size(); ++i) {
            is_struck[i] = is_struck[i] || take(others[i], pass) != nullptr;
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (!found[i]) {
                if (const Candidate* const candidate = take(wanted[i], pass)) {
                    found[i] = candidate->uid;
                }
            }
        }
    }
    return found;
}

std::uint32_t next_uid(Session& session) {
    std::uint64_t last = 0;
    // BAD in an empty mailbox, on some servers.
    session.run("UID FETCH * (UID)", [&](const Response& response) {
        if (response.name == "FETCH" && !response.data.empty()) {
            const std::vector<Element>& items = response.data.front().items;
            for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
                if (items[i].is_atom("UID")) {
                    last = std::max(last, items[i + 1].number().value_or(0));
                }
            }
        }
    });
    return static_cast<std::uint32_t>(last + 1);
}

}  // namespace mbx::store::imap
