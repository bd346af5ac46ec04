#include "store/imap/append_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "mail/crlf.hpp"
#include "store/imap/command_lines.hpp"
#include "store/imap/landed_search.hpp"
#include "store/imap/mailbox_names.hpp"
#include "store/imap/message_data.hpp"
#include "store/imap/settling.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::size_t kBatchMessages = 50;
constexpr std::uint64_t kBatchBytes = 4 * 1024 * 1024;
constexpr std::uint64_t kBytesInFlight = 16 * 1024 * 1024;  // 100 ms at 1 Gbit/s, and some more
constexpr std::size_t kBatchesInFlight = 32;
constexpr std::uint64_t kLiteralMinus = 4096;  // RFC 7888 5
constexpr int kAttempts = 5;
constexpr int kStrikes = 2;
constexpr unsigned kThrottles = 12;  // "not now" in a row
constexpr std::size_t kMostWithoutUid = 500;

/// One message on its way; lives in the order of append() until its result has been taken.
struct Slot {
    std::uint64_t ticket = 0;
    mail::Message message;  // its source is let go once there is a result
    std::string flags;
    mail::CrlfSize size;
    bool has_commands = false;  // lines that would be, should the server not read it as a literal
    int strikes = 0;
    bool was_refused = false;
    std::optional<AppendResult> result;
};

using SlotList = std::list<Slot>;
using SlotRef = SlotList::iterator;

struct Batch {
    std::string tag;
    std::vector<SlotRef> slots;
    std::uint64_t size = 0;
};

class AppendWriter final : public FolderWriter {
  public:
    AppendWriter(std::shared_ptr<SessionPool> pool, std::string mailbox,
                 base::Diagnostics& diagnostics)
        : pool_(std::move(pool)), mailbox_(std::move(mailbox)), diagnostics_(diagnostics) {
        try {
            open_session();
        } catch (const Error& error) {
            if (!pool_->is_worth_another(error)) {
                throw;
            }
            session_.reset();  // it had been idle for too long; the first append() connects
        }
    }

    ~AppendWriter() override {
        if (session_ && in_flight_.empty() && select_tag_.empty()) {
            pool_->give_back(std::move(session_));
        } else {
            abandon_session();
        }
    }
    AppendWriter(const AppendWriter&) = delete;
    AppendWriter& operator=(const AppendWriter&) = delete;

    void append(const mail::Message& message, std::uint64_t ticket) override {
        if (!session_ || !select_tag_.empty()) {
            recovering([] {});  // which flags it keeps is in the answer to SELECT
        }
        slots_.emplace_back();
        const auto slot = std::prev(slots_.end());
        slot->ticket = ticket;
        slot->message = message;
        look_through(*slot);
        std::vector<std::string> dropped;
        slot->flags = flag_list(message, allowed_, dropped);
        report_dropped(message, dropped);
        if (slot->size.has_nul && !binary_) {
            settle(*slot, {},
                   Error(ErrorCode::BadData,
                         "the message holds NUL bytes, and the server does not take them"));
            return;
        }
        if (slot->size.has_nul) {
            recovering([&] { send_open_batch(); });
        }
        open_.slots.push_back(slot);
        open_.size += slot->size.bytes;
        const std::size_t most = multiappend_ && !slot->size.has_nul ? kBatchMessages : 1;
        if (open_.slots.size() >= most || open_.size >= kBatchBytes) {
            recovering([&] { send_open_batch(); });
        }
    }

    void push() override {
        recovering([&] {
            send_open_batch();
            session_->connection().flush();
        });
    }

    std::vector<AppendResult> take_results() override {
        if (session_ && !in_flight_.empty()) {
            recovering([&] { read_what_is_there(); });
        }
        std::vector<AppendResult> results;
        while (!slots_.empty() && slots_.front().result) {
            results.push_back(*std::move(slots_.front().result));
            slots_.pop_front();
        }
        return results;
    }

    void flush() override {
        recovering([&] {
            send_open_batch();
            wait_for_all();
        });
    }

    bool results_are_final() const override { return true; }

  private:
    static void look_through(Slot& slot) {
        mail::CrlfMeter meter;
        CommandLines lines;
        base::for_each_piece(*slot.message.source, [&](base::ByteView piece) {
            meter.look(piece);
            lines.look(piece);
        });
        slot.size = meter.size();
        slot.has_commands = lines.found();
        if (slot.size.bytes == 0) {  // an empty literal would cancel the command
            slot.message.source = base::memory_source(std::string("\r\n"));
            slot.size.bytes = 2;
        }
    }

    void report_dropped(const mail::Message& message, const std::vector<std::string>& dropped) {
        for (const std::string& flag : dropped) {
            diagnostics_.report(
                {base::Severity::Warning, "flag-dropped", message.id,
                 fmt::format("the server cannot keep the flag {}", base::escape(flag))});
        }
    }

    /// Does not wait for the answer to SELECT.
    void open_session() {
        session_ = attempts_ == 0 ? pool_->take() : pool_->take_new();
        if (!again_.empty() && !said_goodbye_) {
            wait_until_still(*session_, *pool_, {mailbox_}, diagnostics_);
        }
        literal_plus_ = session_->has("LITERAL+");
        literal_minus_ = session_->has("LITERAL-");
        multiappend_ = session_->has("MULTIAPPEND");
        binary_ = session_->has("BINARY");
        send_select();
    }

    void send_select() {
        select_tag_ = session_->send("SELECT " + session_->quoted(mailbox_));
        session_->connection().flush();
    }

    void read_selected() {
        PermanentFlags permanent;
        bool said = false;
        std::uint32_t uid_next = 0;
        std::uint32_t uid_validity = 0;
        const auto number = [](const Response& response) {
            return response.code.arguments.empty()
                       ? 0
                       : static_cast<std::uint32_t>(
                             response.code.arguments[0].number().value_or(0));
        };
        Response answer = session_->read();
        for (; answer.tag != select_tag_; answer = session_->read()) {
            if (answer.code.name == "PERMANENTFLAGS") {
                permanent = permanent_flags(answer.code.arguments);
                said = true;
            } else if (answer.code.name == "UIDNEXT") {
                uid_next = number(answer);
            } else if (answer.code.name == "UIDVALIDITY") {
                uid_validity = number(answer);
            } else if (answer.name == "FLAGS" && !said && !answer.data.empty()) {
                permanent = permanent_flags(answer.data);
                permanent.new_keywords = true;
            }
        }
        select_tag_.clear();
        if (answer.status != Status::Ok) {
            const Error failure = Session::failure(answer, "SELECT");
            if (failure.code() == ErrorCode::NoInput && !made_mailbox_) {
                make_mailbox();
                return;
            }
            is_hopeless_ = !backoff_of(answer).wanted;
            throw Error(failure).with_place(shown_name(mailbox_));
        }
        allowed_ = permanent;
        if (first_uid_ == 0) {
            first_uid_ = uid_next != 0 ? uid_next : next_uid(*session_);
            uid_validity_ = uid_validity;
        } else if (uid_validity != uid_validity_) {
            is_hopeless_ = true;
            throw Error(ErrorCode::TryAgain,
                        "the mailbox was made anew while it was written (UIDVALIDITY has changed)",
                        "run again: it finds what has landed")
                .with_place(shown_name(mailbox_));
        }
    }

    bool is_nonsynchronising(const Slot& slot) const {
        return !slot.has_commands && reads_literals_ &&
               (literal_plus_ || (literal_minus_ && slot.size.bytes <= kLiteralMinus));
    }

    void send_open_batch() {
        if (open_.slots.empty()) {
            return;
        }
        if (session_->wants_compression()) {
            wait_for_all();
            session_->compress();
        }
        send(std::exchange(open_, {}));
        while (in_flight_.size() >= kBatchesInFlight || bytes_in_flight_ > kBytesInFlight) {
            read_response();
        }
        read_what_is_there();
    }

    void read_what_is_there() {
        while (!in_flight_.empty() && session_->connection().has_input()) {
            read_response();
        }
    }

    void send(Batch batch) {
        batch.tag = session_->begin("APPEND " + session_->quoted(mailbox_));
        bytes_in_flight_ += batch.size;
        in_flight_.push_back(std::move(batch));
        // Answers to earlier commands may be read below, and move in_flight_; this tag stays ours.
        const std::string tag = in_flight_.back().tag;
        const std::vector<SlotRef> slots = in_flight_.back().slots;
        for (const auto slot : slots) {
            if (!send_message(*slot, tag)) {
                return;
            }
        }
        session_->connection().write("\r\n");
    }

    /// False when the server has refused the command already.
    bool send_message(const Slot& slot, const std::string& tag) {
        Connection& connection = session_->connection();
        std::string head = " " + slot.flags;
        if (slot.message.internal_date) {
            head += " " + internal_date(*slot.message.internal_date);
        }
        const bool nonsynchronising = is_nonsynchronising(slot);
        connection.write(fmt::format("{} {}{{{}{}}}\r\n", head, slot.size.has_nul ? "~" : "",
                                     slot.size.bytes, nonsynchronising ? "+" : ""));
        if (!nonsynchronising && !wait_for_continuation(tag)) {
            return false;
        }
        mail::CrlfConverter converter;
        base::Bytes buffer;
        std::uint64_t sent = 0;
        base::for_each_piece(*slot.message.source, [&](base::ByteView piece) {
            buffer.clear();
            converter.convert(piece, buffer);
            sent += buffer.size();
            connection.write(buffer);
        });
        if (sent != slot.size.bytes) {
            throw Error(ErrorCode::Io, "the message changed while it was sent")
                .with_place(slot.message.id);
        }
        return true;
    }

    bool wait_for_continuation(const std::string& tag) {
        for (;;) {
            const Response response = read_response();
            if (response.is_continuation()) {
                return true;
            }
            if (response.tag == tag) {
                return false;
            }
        }
    }

    /// What it says of a batch is done when it returns.
    Response read_response() {
        Response response = session_->read();
        const auto batch =
            std::find_if(in_flight_.begin(), in_flight_.end(),
                         [&](const Batch& sent) { return sent.tag == response.tag; });
        if (batch != in_flight_.end()) {
            batch_ended(batch, response);
        } else if (!response.is_continuation() &&
                   (!response.is_untagged() || response.status == Status::Bad)) {
            reads_literals_ = false;
            throw Error(ErrorCode::Unavailable,
                        "the server has taken lines of a message that it refused for commands");
        }
        return response;
    }

    void wait_for_all() {
        while (!in_flight_.empty()) {
            read_response();
        }
    }

    void batch_ended(const std::deque<Batch>::iterator& at, const Response& response) {
        const Batch batch = std::move(*at);
        in_flight_.erase(at);
        bytes_in_flight_ -= batch.size;
        attempts_ = 0;
        if (response.status == Status::Ok) {
            throttles_ = 0;
            landed(batch, response);
        } else if (backoff_of(response).wanted) {
            wait_as_asked(batch, response);
        } else if (response.code.name == "TRYCREATE" && !made_mailbox_) {
            must_make_mailbox_ = true;
            again_.insert(again_.end(), batch.slots.begin(), batch.slots.end());
        } else if (batch.slots.size() == 1) {
            refused(batch.slots.front(), response);
        } else {
            // One of them is refused, and RFC 3502 says that then none is there: find out which.
            again_.insert(again_.end(), batch.slots.begin(), batch.slots.end());
        }
    }

    /// Trouble of the server's own may be over at a second try; otherwise it lies in the message.
    void refused(SlotRef slot, const Response& response) {
        std::optional<base::UnixTime>& date = slot->message.internal_date;
        if (date && date->seconds < 0) {  // more than Cyrus and Courier can count
            date.reset();
            diagnostics_.report({base::Severity::Warning, "date-dropped", slot->message.id,
                                 "the server may not keep a date before 1970"});
            again_.push_back(slot);
            return;
        }
        Error failure = refusal(*slot, response);
        if (failure.code() == ErrorCode::Unavailable && !std::exchange(slot->was_refused, true)) {
            again_.push_back(slot);
            return;
        }
        settle(*slot, {}, std::move(failure));
    }

    static Error refusal(const Slot& slot, const Response& response) {
        const Error failure = Session::failure(
            response, slot.size.has_nul ? "the message, which holds NUL bytes" : "the message");
        // Not that the mailbox is full, which is what CannotCreate says of a message.
        return response.code.name == "CANNOT" ? Error(ErrorCode::BadData, failure.text()) : failure;
    }

    void wait_as_asked(const Batch& batch, const Response& response) {
        if (++throttles_ > kThrottles) {
            is_hopeless_ = true;
            throw Session::failure(response, "the message").with_place(shown_name(mailbox_));
        }
        diagnostics_.report({base::Severity::Info, "throttled", shown_name(mailbox_),
                             "the server asks to wait: " + base::escape(response.text)});
        again_.insert(again_.end(), batch.slots.begin(), batch.slots.end());
        pool_->pause(backoff_of(response), throttles_);
    }

    void landed(const Batch& batch, const Response& response) {
        std::vector<std::uint32_t> uids;
        if (response.code.name == "APPENDUID" && response.code.arguments.size() >= 2) {
            uids = parse_uid_set(response.code.arguments[1].text, kBatchMessages)
                       .value_or(std::vector<std::uint32_t>());
        }
        const bool known = uids.size() == batch.slots.size();
        for (std::size_t i = 0; i < batch.slots.size(); ++i) {
            if (!known) {
                without_uid_.push_back(digests_of(*batch.slots[i]->message.source));
            }
            settle(*batch.slots[i], known ? fmt::format("{}", uids[i]) : std::string(),
                   std::nullopt);
        }
        if (known) {
            // Answers come in the order of commands: what has none yet lies behind these.
            first_uid_ = std::max(first_uid_, uids.back() + 1);
            without_uid_.clear();
        }
    }

    void settle(Slot& slot, std::string id, std::optional<Error> failure) const {
        std::optional<std::uint32_t> uid_validity;
        if (!id.empty() && uid_validity_ != 0) {
            uid_validity = uid_validity_;
        }
        slot.result = AppendResult{slot.ticket, std::move(id), uid_validity, std::move(failure)};
        slot.message.source.reset();
    }

    /// Runs `step`, then what must be sent again one by one; connects anew when the connection is
    /// lost meanwhile.
    template <typename Step>
    void recovering(Step step) {
        for (;;) {
            try {
                if (!session_) {
                    open_session();
                }
                if (!select_tag_.empty()) {
                    read_selected();
                    settle_landed();
                }
                send_again();
                step();
                send_again();
                forget_old();
                return;
            } catch (Error& error) {
                if (is_hopeless_ || !pool_->is_worth_another(error)) {
                    throw;
                }
                connection_lost(error);
            }
        }
    }

    void send_again() {
        while (!again_.empty()) {
            if (must_make_mailbox_) {
                make_mailbox();
            }
            const auto slot = again_.front();
            again_.pop_front();
            send(Batch{{}, {slot}, slot->size.bytes});
            // After a loss one at a time: a second loss shows which message it is.
            while (!in_flight_.empty() &&
                   (one_by_one_ || again_.empty() || in_flight_.size() >= kBatchesInFlight ||
                    bytes_in_flight_ > kBytesInFlight)) {
                read_response();
            }
        }
        one_by_one_ = false;
    }

    /// Somebody has removed it, or its creation did not last.
    void make_mailbox() {
        wait_for_all();
        must_make_mailbox_ = false;
        made_mailbox_ = true;
        const Response answer = session_->run("CREATE " + session_->quoted(mailbox_));
        if (answer.status != Status::Ok) {
            is_hopeless_ = true;
            throw Session::failure(answer, "to make the folder").with_place(shown_name(mailbox_));
        }
        session_->run("SUBSCRIBE " + session_->quoted(mailbox_));
        first_uid_ = 0;
        send_select();
        read_selected();
    }

    /// Servers that tell no UIDs: what is there by now need not be looked at after a loss.
    void forget_old() {
        if (without_uid_.size() >= kMostWithoutUid) {
            wait_for_all();
            first_uid_ = std::max(first_uid_, next_uid(*session_));
            without_uid_.clear();
        }
    }

    void abandon_session() noexcept {
        select_tag_.clear();
        if (session_) {
            session_->abandon();
            session_.reset();
        }
    }

    void connection_lost(const Error& error) {
        said_goodbye_ = session_ && session_->said_goodbye();
        abandon_session();
        if (++attempts_ > kAttempts) {
            throw Error(error);
        }
        diagnostics_.report(
            {base::Severity::Warning, "reconnect", shown_name(mailbox_), error.what()});
        if (attempts_ > 1) {
            pool_->pause({}, static_cast<unsigned>(attempts_));
        }
        // In the order of append(): what was on its way, then what waited to be sent again.
        std::deque<SlotRef> unknown;
        for (const Batch& batch : in_flight_) {
            unknown.insert(unknown.end(), batch.slots.begin(), batch.slots.end());
        }
        unknown.insert(unknown.end(), again_.begin(), again_.end());
        again_ = std::move(unknown);
        in_flight_.clear();
        bytes_in_flight_ = 0;
        one_by_one_ = true;
        if (!again_.empty()) {
            ++again_.front()->strikes;
        }
    }

    /// After a loss: which of the messages without an answer are there all the same?
    void settle_landed() {
        if (again_.empty()) {
            return;
        }
        std::vector<ContentDigests> wanted;
        for (const auto slot : again_) {
            wanted.push_back(digests_of(*slot->message.source));
        }
        const auto uids = find_landed(*session_, first_uid_, without_uid_, wanted);
        std::deque<SlotRef> missing;
        for (std::size_t i = 0; i < again_.size(); ++i) {
            Slot& slot = *again_[i];
            if (uids[i]) {
                settle(slot, fmt::format("{}", *uids[i]), std::nullopt);
                without_uid_.push_back(wanted[i]);
            } else if (slot.strikes >= kStrikes) {
                settle(slot, {},
                       Error(ErrorCode::BadData,
                             "the server ends the connection on this message, twice"));
                attempts_ = 0;
            } else {
                missing.push_back(again_[i]);
            }
        }
        again_ = std::move(missing);
    }

    std::shared_ptr<SessionPool> pool_;
    std::string mailbox_;
    base::Diagnostics& diagnostics_;

    std::unique_ptr<Session> session_;
    std::string select_tag_;  // of a SELECT whose answer has not been read
    PermanentFlags allowed_;
    bool literal_plus_ = false;
    bool literal_minus_ = false;
    bool multiappend_ = false;
    bool binary_ = false;
    bool reads_literals_ = true;  // also those of a command that the server refuses

    SlotList slots_;
    Batch open_;                   // gathered, not sent yet
    std::deque<Batch> in_flight_;  // sent, in order
    std::deque<SlotRef> again_;    // to be sent one by one
    std::uint64_t bytes_in_flight_ = 0;
    std::uint32_t uid_validity_ = 0;
    std::uint32_t first_uid_ = 0;              // messages without an answer have this UID or more
    std::vector<ContentDigests> without_uid_;  // landed since, with UIDs that we do not know
    bool one_by_one_ = false;
    bool said_goodbye_ = false;  // the server ended the last session: it carries out nothing more
    bool must_make_mailbox_ = false;
    bool made_mailbox_ = false;
    bool is_hopeless_ = false;  // no other connection can help
    int attempts_ = 0;
    unsigned throttles_ = 0;
};

}  // namespace

std::unique_ptr<FolderWriter> append_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics) {
    return std::make_unique<AppendWriter>(std::move(pool), std::move(mailbox), diagnostics);
}

}  // namespace mbx::store::imap
