#include "store/imap/fetch_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/imap/message_data.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::size_t kUidsPerCommand = 200;
constexpr std::size_t kCommandsInFlight = 4;
constexpr int kAttempts = 5;  // connections in a row that bring no message
constexpr int kStrikes = 2;   // lost connections that one message may cost
constexpr std::size_t kLargestMailbox = 20'000'000;

struct Batch {
    std::string tag;
    std::vector<std::uint32_t> uids;  // ascending; those that have not come yet
};

bool may_reconnect(const Error& error) {
    return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::BadData;
}

class FetchStream final : public MessageStream {
  public:
    FetchStream(std::shared_ptr<SessionPool> pool, std::string mailbox,
                base::Diagnostics& diagnostics)
        : pool_(std::move(pool)), mailbox_(std::move(mailbox)), diagnostics_(diagnostics) {}

    std::optional<mail::Message> next() override {
        for (;;) {
            if (!failed_.empty()) {
                const std::uint32_t uid = failed_.front();
                failed_.pop_front();
                throw Error(ErrorCode::BadData, "the server cannot give this message")
                    .with_place(place(uid));
            }
            if (done()) {
                if (session_) {
                    pool_->give_back(std::move(session_));
                }
                return std::nullopt;
            }
            try {
                if (!session_) {
                    connect();
                    continue;
                }
                send_commands();
                if (auto message = take_response()) {
                    attempts_ = 0;
                    return message;
                }
            } catch (Error& error) {
                if (!may_reconnect(error)) {
                    throw;
                }
                connection_lost(error);
            }
        }
    }

  private:
    std::string place(std::uint32_t uid) const { return fmt::format("UID {}", uid); }
    bool done() const { return listed_ && waiting_.empty() && in_flight_.empty(); }

    void connect() {
        session_ = pool_->take();
        std::uint32_t uid_validity = 0;
        session_->require("EXAMINE " + quoted(mailbox_), [&](const Response& response) {
            if (response.code.name == "UIDVALIDITY" && !response.code.arguments.empty()) {
                uid_validity =
                    static_cast<std::uint32_t>(response.code.arguments[0].number().value_or(0));
            }
        });
        if (listed_ && uid_validity != uid_validity_) {
            throw Error(ErrorCode::TryAgain,
                        "the mailbox was made anew while it was read (UIDVALIDITY has changed)");
        }
        uid_validity_ = uid_validity;
        if (!listed_) {
            list_uids();
        }
    }

    void list_uids() {
        std::vector<std::uint32_t> uids;
        const bool extended = session_->has("ESEARCH");
        session_->require(extended ? "UID SEARCH RETURN (ALL) ALL" : "UID SEARCH ALL",
                          [&](const Response& response) {
                              if (response.name == "SEARCH") {
                                  for (const Element& element : response.data) {
                                      if (const auto uid = element.number()) {
                                          uids.push_back(static_cast<std::uint32_t>(*uid));
                                      }
                                  }
                              } else if (response.name == "ESEARCH") {
                                  take_esearch(response, uids);
                              }
                          });
        std::sort(uids.begin(), uids.end());
        uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
        waiting_.assign(uids.begin(), uids.end());
        listed_ = true;
    }

    static void take_esearch(const Response& response, std::vector<std::uint32_t>& uids) {
        for (std::size_t i = 0; i + 1 < response.data.size(); ++i) {
            if (response.data[i].is_atom("ALL")) {
                uids = parse_uid_set(response.data[i + 1].text, kLargestMailbox).value_or(uids);
            }
        }
    }

    void send_commands() {
        while (in_flight_.size() < kCommandsInFlight && !waiting_.empty()) {
            const std::size_t count =
                one_by_one_ > 0 ? 1 : std::min(kUidsPerCommand, waiting_.size());
            one_by_one_ -= one_by_one_ > 0 ? 1 : 0;
            Batch batch;
            batch.uids.assign(waiting_.begin(),
                              waiting_.begin() + static_cast<std::ptrdiff_t>(count));
            waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
            batch.tag = session_->send(
                fmt::format("UID FETCH {} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])",
                            uid_set(batch.uids)));
            in_flight_.push_back(std::move(batch));
        }
    }

    std::optional<mail::Message> take_response() {
        Response response = session_->read();
        if (response.is_untagged() && response.name == "FETCH" && !response.data.empty()) {
            return take_message(response.data.front());
        }
        if (!response.is_untagged() && !response.is_continuation()) {
            batch_ended(response);
        }
        return std::nullopt;
    }

    std::optional<mail::Message> take_message(const Element& list) {
        mail::Message message;
        std::uint32_t uid = 0;
        for (std::size_t i = 0; i + 1 < list.items.size(); i += 2) {
            const Element& value = list.items[i + 1];
            if (list.items[i].is_atom("UID")) {
                uid = static_cast<std::uint32_t>(value.number().value_or(0));
            } else if (list.items[i].is_atom("FLAGS")) {
                take_flags(value, message);
            } else if (list.items[i].is_atom("INTERNALDATE")) {
                message.internal_date = parse_internal_date(value.text);
            } else if (base::starts_with_ignore_case(list.items[i].text, "BODY[]")) {
                message.source = value.bytes();
            }
        }
        // A FETCH without text tells of flags that somebody has changed.
        if (message.source == nullptr || !take_out(uid)) {
            return std::nullopt;
        }
        message.id = fmt::format("{}", uid);
        return message;
    }

    bool take_out(std::uint32_t uid) {
        for (Batch& batch : in_flight_) {
            const auto it = std::lower_bound(batch.uids.begin(), batch.uids.end(), uid);
            if (it != batch.uids.end() && *it == uid) {
                batch.uids.erase(it);
                return true;
            }
        }
        return false;
    }

    void batch_ended(const Response& response) {
        const auto it = std::find_if(in_flight_.begin(), in_flight_.end(),
                                     [&](const Batch& batch) { return batch.tag == response.tag; });
        if (it == in_flight_.end()) {
            return;
        }
        std::vector<std::uint32_t> missing = std::move(it->uids);
        const bool alone = missing.size() == 1;
        in_flight_.erase(it);
        if (response.status != Status::Ok && suggested_backoff_ms(response) > 0) {
            ask_again(missing);
            throw Session::failure(response, "UID FETCH");
        }
        for (const std::uint32_t uid : missing) {
            if (alone && asked_again_.contains(uid)) {
                failed_or_gone(uid, response);
            } else {
                asked_again_.insert(uid);
                waiting_.push_front(uid);
                ++one_by_one_;
            }
        }
    }

    void ask_again(const std::vector<std::uint32_t>& uids) {
        waiting_.insert(waiting_.begin(), uids.begin(), uids.end());
    }

    void failed_or_gone(std::uint32_t uid, const Response& response) {
        if (response.status == Status::Ok) {
            diagnostics_.report({base::Severity::Warning, "message-gone", place(uid),
                                 "the message was removed from the mailbox while it was read"});
        } else {
            failed_.push_back(uid);
        }
    }

    void connection_lost(const Error& error) {
        session_.reset();
        if (++attempts_ > kAttempts) {
            throw Error(error);
        }
        diagnostics_.report({base::Severity::Warning, "reconnect", mailbox_, error.what()});
        std::vector<std::uint32_t> again;
        for (const Batch& batch : in_flight_) {
            again.insert(again.end(), batch.uids.begin(), batch.uids.end());
        }
        in_flight_.clear();
        // The first one that was still to come is the suspect.
        if (!again.empty() && ++strikes_[again.front()] >= kStrikes) {
            failed_.push_back(again.front());
            again.erase(again.begin());
            attempts_ = 0;
        }
        ask_again(again);
    }

    std::shared_ptr<SessionPool> pool_;
    std::string mailbox_;
    base::Diagnostics& diagnostics_;

    std::unique_ptr<Session> session_;
    bool listed_ = false;
    std::uint32_t uid_validity_ = 0;
    std::deque<std::uint32_t> waiting_;
    std::deque<Batch> in_flight_;
    std::deque<std::uint32_t> failed_;
    std::size_t one_by_one_ = 0;  // so many at the front of waiting_ are asked for alone
    std::set<std::uint32_t> asked_again_;
    std::map<std::uint32_t, int> strikes_;
    int attempts_ = 0;
};

}  // namespace

std::unique_ptr<MessageStream> fetch_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics) {
    return std::make_unique<FetchStream>(std::move(pool), std::move(mailbox), diagnostics);
}

}  // namespace mbx::store::imap
