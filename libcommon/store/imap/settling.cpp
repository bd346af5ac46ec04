#include "store/imap/settling.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>

#include "base/text.hpp"

namespace mbx::store::imap {
namespace {

using std::chrono::steady_clock;

constexpr unsigned kStillLooks = 3;
constexpr unsigned kMostLooks = 60;
constexpr int kAnswersToWait = 8;

/// What STATUS says of all of them, word for word.
struct Look {
    std::vector<std::string> states;
    steady_clock::duration took{};
};

Look look_at(Session& session, const std::vector<std::string>& mailboxes) {
    Look look;
    const auto start = steady_clock::now();
    for (const std::string& mailbox : mailboxes) {
        session.send(fmt::format("STATUS {} (MESSAGES UIDNEXT)", session.quoted(mailbox)));
    }
    for (std::size_t answered = 0; answered < mailboxes.size();) {
        const Response response = session.read();
        if (response.name == "STATUS" && response.data.size() >= 2) {
            std::string& state = look.states.emplace_back();
            for (const Element& item : response.data[1].items) {
                state += item.text + " ";
            }
        }
        answered += !response.is_untagged() && !response.is_continuation() ? 1 : 0;
    }
    look.took = steady_clock::now() - start;
    return look;
}

void wait(SessionPool& pool, unsigned attempt, steady_clock::duration at_least) {
    const auto start = steady_clock::now();
    pool.pause({}, attempt);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(
        at_least - (steady_clock::now() - start));
    if (rest.count() > 0) {
        pool.pause({true, static_cast<unsigned>(rest.count())}, attempt);
    }
}

}  // namespace

void wait_until_still(Session& session, SessionPool& pool,
                      const std::vector<std::string>& mailboxes, base::Diagnostics& diagnostics) {
    Look last = look_at(session, mailboxes);
    unsigned still = 0;
    for (unsigned looks = 1; still < kStillLooks; ++looks) {
        if (looks == kMostLooks) {
            diagnostics.report({base::Severity::Warning, "mailbox-busy",
                                base::escape(mailboxes.front()),
                                "the mailbox keeps changing: somebody else writes to it"});
            return;
        }
        wait(pool, still + 1, last.took * kAnswersToWait);
        Look now = look_at(session, mailboxes);
        still = now.states == last.states ? still + 1 : 0;
        last = std::move(now);
    }
}

}  // namespace mbx::store::imap
