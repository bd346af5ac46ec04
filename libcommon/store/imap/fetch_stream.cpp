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
#include "base/spool.hpp"
#include "base/text.hpp"
#include "store/imap/mailbox_names.hpp"
#include "store/imap/message_data.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::size_t kUidsPerCommand = 200;
constexpr std::size_t kCommandsInFlight = 4;
constexpr int kAttempts = 5;         // connections in a row that bring no message
constexpr int kStrikes = 2;          // lost connections that one message may cost
constexpr unsigned kThrottles = 12;  // "not now" in a row
constexpr std::uint64_t kPiece = 256 * 1024;

struct Batch {
    std::string tag;
    std::vector<std::uint32_t> uids;  // ascending; those that have not come yet
    bool second_time = false;         // one message that a larger batch has not brought
};

/// One FETCH response.
struct Fetched {
    std::uint32_t uid = 0;
    std::optional<std::uint64_t> size;  // RFC822.SIZE
    mail::Message message;              // without source: there was no text
};

Fetched fetched_from(const Element& list) {
    Fetched result;
    for (std::size_t i = 0; i + 1 < list.items.size(); i += 2) {
        const Element& name = list.items[i];
        const Element& value = list.items[i + 1];
        if (name.is_atom("UID")) {
            result.uid = static_cast<std::uint32_t>(value.number().value_or(0));
        } else if (name.is_atom("FLAGS")) {
            take_flags(value, result.message);
        } else if (name.is_atom("INTERNALDATE")) {
            result.message.internal_date = parse_internal_date(value.text);
        } else if (name.is_atom("RFC822.SIZE")) {
            result.size = value.number();
        } else if (base::starts_with_ignore_case(name.text, "BODY[]")) {
            result.message.source = value.bytes();
        }
    }
    result.message.id = fmt::format("{}", result.uid);
    return result;
}

std::optional<Fetched> fetched_from(const Response& response) {
    if (!response.is_untagged() || response.name != "FETCH" || response.data.empty()) {
        return std::nullopt;
    }
    return fetched_from(response.data.front());
}

class FetchStream final : public MessageStream {
  public:
    FetchStream(std::shared_ptr<SessionPool> pool, std::string mailbox,
                base::Diagnostics& diagnostics)
        : pool_(std::move(pool)), mailbox_(std::move(mailbox)), diagnostics_(diagnostics) {}

    std::optional<mail::Message> next() override {
        salvaged_ = {};
        for (;;) {
            try {
                if (is_done()) {
                    if (session_) {
                        pool_->give_back(std::move(session_));
                    }
                    return std::nullopt;
                }
                if (!session_) {
                    connect();
                    continue;
                }
                if (!suspects_.empty() && in_flight_.empty()) {
                    if (auto message = ask_in_pieces()) {
                        return message;
                    }
                    continue;
                }
                send_commands();
                if (auto message = take_response()) {
                    attempts_ = 0;
                    throttles_ = 0;
                    return message;
                }
            } catch (const BadMessage& bad) {
                throw bad.error;
            } catch (Error& error) {
                if (is_hopeless_ || !pool_->is_worth_another(error)) {
                    throw;
                }
                connection_lost(error);
            }
        }
    }

    Salvaged salvaged() override { return salvaged_; }

  private:
    /// An Error for the caller, about one message: it passes the handler of lost connections.
    struct BadMessage {
        Error error;
    };

    bool is_done() const {
        return is_refused_ || (listed_ && waiting_.empty() && again_.empty() && alone_.empty() &&
                               in_flight_.empty() && suspects_.empty());
    }

    void connect() {
        session_ = attempts_ == 0 ? pool_->take() : pool_->take_new();
        session_->send("EXAMINE " + session_->quoted(mailbox_));
        const bool extended = session_->has("ESEARCH");
        if (!listed_) {
            // Does not wait for the first answer: each costs as much as the link is long.
            session_->send(extended ? "UID SEARCH RETURN (ALL) ALL" : "UID SEARCH ALL");
        }
        read_examined();
        if (!listed_) {
            read_uids();
        }
    }

    Response read_answer(const std::function<void(const Response&)>& untagged) {
        for (;;) {
            Response response = session_->read();
            if (!response.is_untagged() && !response.is_continuation()) {
                return response;
            }
            untagged(response);
        }
    }

    void read_examined() {
        std::uint32_t uid_validity = 0;
        const Response answer = read_answer([&](const Response& response) {
            if (response.code.name == "UIDVALIDITY" && !response.code.arguments.empty()) {
                uid_validity =
                    static_cast<std::uint32_t>(response.code.arguments[0].number().value_or(0));
            } else if (response.name == "EXISTS") {
                exists_ = response.number.value_or(0);
            }
        });
        if (answer.status != Status::Ok) {
            throw_refused(answer);
        }
        if (listed_ && uid_validity != uid_validity_) {
            is_hopeless_ = true;
            throw Error(ErrorCode::TryAgain,
                        "the mailbox was made anew while it was read (UIDVALIDITY has changed)",
                        "begin again: what was read belongs to the old one")
                .with_place(shown_name(mailbox_));
        }
        uid_validity_ = uid_validity;
    }

    [[noreturn]] void throw_refused(const Response& answer) {
        session_.reset();
        const std::string text = Session::failure(answer, "to open the folder").text();
        if (backoff_of(answer).wanted) {
            throw Error(ErrorCode::TryAgain, text).with_place(shown_name(mailbox_));
        }
        is_hopeless_ = true;
        is_refused_ = true;
        throw FolderError(
            Error(ErrorCode::Unavailable, text,
                  "look at the folder on the server: its rights, and whether it is damaged")
                .with_place(shown_name(mailbox_)));
    }

    void read_uids() {
        std::optional<UidRanges> uids;
        const Response answer = read_answer([&](const Response& response) {
            if (response.name == "SEARCH") {
                uids = UidRanges::from_numbers(response.text);
            } else if (response.name == "ESEARCH") {
                uids = uids_of_esearch(response);
            } else if (response.name == "EXISTS") {
                exists_ = response.number.value_or(0);
            } else if (response.name == "EXPUNGE" && exists_ > 0) {
                --exists_;
            }
        });
        if (answer.status != Status::Ok || !uids || uids->count() != exists_) {
            // It says one thing and lists another: ask each message for its number.
            uids.emplace();
            session_->require("UID FETCH 1:* (UID)", [&](const Response& response) {
                if (const auto fetched = fetched_from(response); fetched && fetched->uid != 0) {
                    uids->add(fetched->uid);
                }
            });
        }
        waiting_ = *std::move(uids);
        listed_ = true;
    }

    static std::optional<UidRanges> uids_of_esearch(const Response& response) {
        for (std::size_t i = 0; i + 1 < response.data.size(); ++i) {
            if (response.data[i].is_atom("ALL")) {
                return UidRanges::from_set(response.data[i + 1].text);
            }
        }
        return UidRanges();
    }

    void send_commands() {
        while (in_flight_.size() < kCommandsInFlight && suspects_.empty()) {
            if (session_->wants_compression()) {
                if (!in_flight_.empty()) {
                    return;
                }
                session_->compress();
            }
            Batch batch = next_batch();
            if (batch.uids.empty()) {
                return;
            }
            batch.tag = session_->send(
                fmt::format("UID FETCH {} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])",
                            uid_set(batch.uids)));
            in_flight_.push_back(std::move(batch));
        }
    }

    Batch next_batch() {
        Batch batch;
        if (!again_.empty()) {
            batch = std::move(again_.front());
            again_.pop_front();
        } else if (!alone_.empty()) {
            batch.uids = {alone_.front()};
            batch.second_time = true;
            alone_.pop_front();
        } else {
            batch.uids = waiting_.take(kUidsPerCommand);
        }
        return batch;
    }

    std::optional<mail::Message> take_response() {
        const Response response = session_->read();
        if (auto fetched = fetched_from(response)) {
            return take_message(*std::move(fetched));
        }
        if (!response.is_untagged() && !response.is_continuation()) {
            batch_ended(response);
        }
        return std::nullopt;
    }

    std::optional<mail::Message> take_message(Fetched fetched) {
        if (fetched.message.source == nullptr) {
            // Somebody has changed its flags; or the server does not give the text.
            if (is_awaited(fetched.uid)) {
                without_text_.insert(fetched.uid);
            }
            return std::nullopt;
        }
        if (!take_out(fetched.uid)) {
            return std::nullopt;
        }
        if (fetched.size && *fetched.size != fetched.message.source->size()) {
            diagnostics_.report(
                {base::Severity::Info, "size-differs", place(fetched.uid),
                 fmt::format("the server says {} bytes and gives {}; these are kept", *fetched.size,
                             fetched.message.source->size())});
        }
        return std::move(fetched.message);
    }

    bool is_awaited(std::uint32_t uid) const {
        return std::any_of(in_flight_.begin(), in_flight_.end(), [uid](const Batch& batch) {
            return std::binary_search(batch.uids.begin(), batch.uids.end(), uid);
        });
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
        Batch batch = std::move(*it);
        in_flight_.erase(it);
        if (response.status != Status::Ok && backoff_of(response).wanted) {
            wait_as_asked(response, std::move(batch));
        } else if (!batch.second_time) {
            alone_.insert(alone_.end(), batch.uids.begin(), batch.uids.end());
        } else if (!batch.uids.empty()) {
            not_given(batch.uids.front(), response);
        }
    }

    void wait_as_asked(const Response& response, Batch batch) {
        if (++throttles_ > kThrottles) {
            is_hopeless_ = true;
            throw Session::failure(response, "UID FETCH");
        }
        diagnostics_.report({base::Severity::Info, "throttled", shown_name(mailbox_),
                             "the server asks to wait: " + base::escape(response.text)});
        if (!batch.uids.empty()) {
            again_.push_back(std::move(batch));
        }
        pool_->pause(backoff_of(response), throttles_);
    }

    void not_given(std::uint32_t uid, const Response& response) {
        if (response.status == Status::Ok && without_text_.erase(uid) == 0) {
            report_gone(uid);
            return;
        }
        suspects_.emplace(uid, response.status == Status::Ok
                                   ? "the server does not give the text of this message"
                                   : Session::failure(response, "the message").text());
    }

    void connection_lost(const Error& error) {
        session_.reset();
        if (++attempts_ > kAttempts) {
            throw error.code() == ErrorCode::BadData
                ? Error(ErrorCode::Unavailable, error.text()).with_place(error.place())
                : Error(error);
        }
        diagnostics_.report(
            {base::Severity::Warning, "reconnect", shown_name(mailbox_), error.what()});
        if (attempts_ > 1) {
            pool_->pause({}, static_cast<unsigned>(attempts_));
        }
        std::deque<Batch> lost;
        for (Batch& batch : std::exchange(in_flight_, {})) {
            if (!batch.uids.empty()) {
                lost.push_back(std::move(batch));
            }
        }
        // The first message that was still to come is the suspect.
        if (!lost.empty() && ++strikes_[lost.front().uids.front()] >= kStrikes) {
            std::vector<std::uint32_t>& uids = lost.front().uids;
            suspects_.emplace(uids.front(), "the server ends the connection on this message");
            uids.erase(uids.begin());
            attempts_ = 0;
            if (uids.empty()) {
                lost.pop_front();
            }
        }
        again_.insert(again_.begin(), std::make_move_iterator(lost.begin()),
                      std::make_move_iterator(lost.end()));
    }

    void report_gone(std::uint32_t uid) {
        diagnostics_.report({base::Severity::Warning, "message-gone", place(uid),
                             "the message was removed from the mailbox while it was read"});
    }

    /// The message piece by piece: a server that fails over the whole may give parts of it. nullopt
    /// when it is gone.
    std::optional<mail::Message> ask_in_pieces() {
        const auto [uid, reason] = *suspects_.begin();
        suspects_.erase(suspects_.begin());
        without_text_.erase(uid);
        base::Spool spool;
        mail::Message message;
        Pieces came = Pieces::Some;
        try {
            came = read_pieces(uid, spool, message);
        } catch (const Error& error) {
            if (!pool_->is_worth_another(error)) {
                throw;
            }
            session_.reset();
        }
        if (came == Pieces::None) {
            report_gone(uid);
            return std::nullopt;
        }
        message.id = fmt::format("{}", uid);
        message.source = spool.take();
        if (came == Pieces::Some) {
            salvaged_ = {message.id, message.source->size() > 0 ? message.source : nullptr};
            throw BadMessage{Error(ErrorCode::BadData, reason).with_place(place(uid))};
        }
        diagnostics_.report({base::Severity::Info, "read-in-pieces", place(uid), reason});
        return message;
    }

    enum class Pieces { All, Some, None };

    Pieces read_pieces(std::uint32_t uid, base::Spool& spool, mail::Message& message) {
        bool is_there = false;
        for (;;) {
            const std::uint64_t start = spool.size();
            base::SharedSource piece;
            std::uint64_t size = 0;
            const Response answer = session_->run(
                fmt::format("UID FETCH {} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<{}.{}>)",
                            uid, start, kPiece),
                [&](const Response& response) {
                    auto fetched = fetched_from(response);
                    if (fetched && fetched->uid == uid) {
                        is_there = true;
                        size = fetched->size.value_or(size);
                        piece = std::exchange(fetched->message.source, nullptr);
                        message = std::move(fetched->message);
                    }
                });
            if (answer.status == Status::Ok && !is_there) {
                return Pieces::None;
            }
            const std::uint64_t length = piece ? piece->size() : 0;
            if (answer.status != Status::Ok || length > kPiece) {
                return Pieces::Some;
            }
            if (piece) {
                base::for_each_piece(*piece, [&](base::ByteView bytes) { spool.write(bytes); });
            }
            if (length < kPiece) {
                return spool.size() > 0 && spool.size() >= size ? Pieces::All : Pieces::Some;
            }
        }
    }

    std::string place(std::uint32_t uid) const {
        return fmt::format("{} UID {}", shown_name(mailbox_), uid);
    }

    std::shared_ptr<SessionPool> pool_;
    std::string mailbox_;
    base::Diagnostics& diagnostics_;

    std::unique_ptr<Session> session_;
    bool listed_ = false;
    bool is_hopeless_ = false;  // no other connection can help
    bool is_refused_ = false;   // the server does not open the folder
    std::uint32_t uid_validity_ = 0;
    std::uint64_t exists_ = 0;
    UidRanges waiting_;                // not asked for yet
    std::deque<Batch> again_;          // asked for, and the connection was lost
    std::deque<std::uint32_t> alone_;  // not in the answer: to be asked for one by one
    std::deque<Batch> in_flight_;
    std::map<std::uint32_t, std::string> suspects_;  // with the reason
    std::set<std::uint32_t> without_text_;
    std::map<std::uint32_t, int> strikes_;
    Salvaged salvaged_;
    int attempts_ = 0;
    unsigned throttles_ = 0;
};

}  // namespace

std::unique_ptr<MessageStream> fetch_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics) {
    return std::make_unique<FetchStream>(std::move(pool), std::move(mailbox), diagnostics);
}

}  // namespace mbx::store::imap
