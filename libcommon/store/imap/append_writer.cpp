#include "store/imap/append_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "store/imap/crlf.hpp"
#include "store/imap/message_data.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::size_t kBatchMessages = 50;
constexpr std::uint64_t kBatchBytes = 4 * 1024 * 1024;
constexpr std::uint64_t kBytesInFlight = 32 * 1024 * 1024;
constexpr std::size_t kBatchesInFlight = 8;
constexpr std::uint64_t kLiteralMinus = 4096;  // RFC 7888 5
constexpr int kAttempts = 5;
constexpr int kStrikes = 2;
constexpr unsigned kMostThrottles = 20;

/// One message on its way; lives in the order of append() until its result has been taken.
struct Slot {
    std::uint64_t ticket = 0;
    mail::Message message;  // its source is let go once there is a result
    std::string flags;
    std::uint64_t size = 0;  // with CRLF
    int strikes = 0;
    unsigned throttles = 0;
    std::optional<AppendResult> result;
};

using SlotList = std::list<Slot>;
using SlotRef = SlotList::iterator;

struct Batch {
    std::string tag;
    std::vector<SlotRef> slots;
    std::uint64_t size = 0;
};

base::Sha256Digest digest_with_crlf(const base::ByteSource& source) {
    base::Sha256 hash;
    CrlfConverter converter;
    base::Bytes buffer;
    base::for_each_piece(source, [&](base::ByteView piece) {
        buffer.clear();
        converter.convert(piece, buffer);
        hash.update(buffer);
    });
    return hash.finish();
}

class AppendWriter final : public FolderWriter {
  public:
    AppendWriter(std::shared_ptr<SessionPool> pool, std::string mailbox,
                 base::Diagnostics& diagnostics)
        : pool_(std::move(pool)), mailbox_(std::move(mailbox)), diagnostics_(diagnostics) {
        connect();
    }

    ~AppendWriter() override {
        if (session_ && in_flight_.empty()) {
            pool_->give_back(std::move(session_));
        }
    }
    AppendWriter(const AppendWriter&) = delete;
    AppendWriter& operator=(const AppendWriter&) = delete;

    void append(const mail::Message& message, std::uint64_t ticket) override {
        slots_.push_back(Slot{ticket, message, {}, crlf_size(*message.source), 0, 0, std::nullopt});
        if (slots_.back().size == 0) {  // an empty literal would cancel the command
            slots_.back().message.source = base::memory_source(std::string("\r\n"));
            slots_.back().size = 2;
        }
        const SlotRef slot = std::prev(slots_.end());
        std::vector<std::string> dropped;
        slot->flags = flag_list(message, allowed_, dropped);
        report_dropped(message, dropped);
        open_.slots.push_back(slot);
        open_.size += slot->size;
        const std::size_t most = multiappend_ && !one_by_one_ ? kBatchMessages : 1;
        if (open_.slots.size() >= most || open_.size >= kBatchBytes) {
            recovering([&] { send_open_batch(); });
        }
    }

    std::vector<AppendResult> take_results() override {
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
            while (!in_flight_.empty()) {
                read_response();
            }
        });
    }

  private:
    void report_dropped(const mail::Message& message, const std::vector<std::string>& dropped) {
        for (const std::string& flag : dropped) {
            diagnostics_.report(
                {base::Severity::Warning, "flag-dropped", message.id,
                 fmt::format("the server cannot keep the flag {}", base::escape(flag))});
        }
    }

    void connect() {
        session_ = pool_->take();
        PermanentFlags permanent;
        bool said = false;
        std::uint32_t uid_next = 0;
        session_->require("SELECT " + quoted(mailbox_), [&](const Response& response) {
            if (response.code.name == "PERMANENTFLAGS") {
                permanent = permanent_flags(response.code.arguments);
                said = true;
            } else if (response.code.name == "UIDNEXT" && !response.code.arguments.empty()) {
                uid_next =
                    static_cast<std::uint32_t>(response.code.arguments[0].number().value_or(0));
            } else if (response.name == "FLAGS" && !said && !response.data.empty()) {
                permanent = permanent_flags(response.data);
                permanent.new_keywords = true;
            }
        });
        allowed_ = permanent;
        literal_plus_ = session_->has("LITERAL+");
        literal_minus_ = session_->has("LITERAL-");
        multiappend_ = session_->has("MULTIAPPEND");
        if (first_uid_ == 0) {
            first_uid_ = uid_next;
        }
    }

    bool is_nonsynchronising(std::uint64_t size) const {
        return literal_plus_ || (literal_minus_ && size <= kLiteralMinus);
    }

    void send_open_batch() {
        if (open_.slots.empty()) {
            return;
        }
        Batch batch = std::exchange(open_, {});
        send(std::move(batch));
        while (in_flight_.size() >= (one_by_one_ ? 1 : kBatchesInFlight) ||
               bytes_in_flight_ > kBytesInFlight) {
            read_response();
        }
        while (!in_flight_.empty() && session_->connection().has_input()) {
            read_response();
        }
    }

    void send(Batch batch) {
        batch.tag = session_->begin("APPEND " + quoted(mailbox_));
        bytes_in_flight_ += batch.size;
        in_flight_.push_back(std::move(batch));
        // Answers to earlier commands may be read below, and move in_flight_; this tag stays ours.
        const std::string tag = in_flight_.back().tag;
        const std::vector<SlotRef> slots = in_flight_.back().slots;
        for (const SlotRef slot : slots) {
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
        const bool nonsynchronising = is_nonsynchronising(slot.size);
        connection.write(
            fmt::format("{} {{{}{}}}\r\n", head, slot.size, nonsynchronising ? "+" : ""));
        if (!nonsynchronising && !wait_for_continuation(tag)) {
            return false;
        }
        CrlfConverter converter;
        base::Bytes buffer;
        std::uint64_t sent = 0;
        base::for_each_piece(*slot.message.source, [&](base::ByteView piece) {
            buffer.clear();
            converter.convert(piece, buffer);
            sent += buffer.size();
            connection.write(buffer);
        });
        if (sent != slot.size) {
            throw Error(ErrorCode::Io, "the message changed while it was sent")
                .with_place(slot.message.id);
        }
        return true;
    }

    bool wait_for_continuation(const std::string& tag) {
        for (;;) {
            const Response response = session_->read();
            if (response.is_continuation()) {
                return true;
            }
            if (!response.is_untagged()) {
                batch_ended(response);
                if (response.tag == tag) {
                    return false;
                }
            }
        }
    }

    void read_response() {
        const Response response = session_->read();
        if (!response.is_untagged() && !response.is_continuation()) {
            batch_ended(response);
        }
    }

    void batch_ended(const Response& response) {
        const auto it = std::find_if(in_flight_.begin(), in_flight_.end(),
                                     [&](const Batch& batch) { return batch.tag == response.tag; });
        if (it == in_flight_.end()) {
            return;
        }
        const Batch batch = std::move(*it);
        in_flight_.erase(it);
        bytes_in_flight_ -= batch.size;
        attempts_ = 0;
        if (response.status == Status::Ok) {
            landed(batch, response);
        } else if (const unsigned backoff_ms = suggested_backoff_ms(response);
                   backoff_ms > 0 && ++batch.slots.front()->throttles < kMostThrottles) {
            diagnostics_.report({base::Severity::Info, "throttled", mailbox_,
                                 fmt::format("the server asks to wait {} ms", backoff_ms)});
            std::this_thread::sleep_for(std::chrono::milliseconds(backoff_ms));
            again_.insert(again_.end(), batch.slots.begin(), batch.slots.end());
        } else if (batch.slots.size() == 1) {
            settle(*batch.slots.front(), {}, std::nullopt,
                   Session::failure(response, "the message"));
        } else {
            // One of them is refused, and RFC 3502 says that then none is there: find out which.
            again_.insert(again_.end(), batch.slots.begin(), batch.slots.end());
        }
    }

    void landed(const Batch& batch, const Response& response) {
        confirmed_ += batch.slots.size();
        std::optional<std::uint32_t> uid_validity;
        std::vector<std::uint32_t> uids;
        if (response.code.name == "APPENDUID" && response.code.arguments.size() >= 2) {
            if (const auto number = response.code.arguments[0].number()) {
                uid_validity = static_cast<std::uint32_t>(*number);
            }
            uids = parse_uid_set(response.code.arguments[1].text, kBatchMessages)
                       .value_or(std::vector<std::uint32_t>());
        }
        for (std::size_t i = 0; i < batch.slots.size(); ++i) {
            const bool known = uids.size() == batch.slots.size();
            settle(*batch.slots[i], known ? fmt::format("{}", uids[i]) : std::string(),
                   uid_validity, std::nullopt);
        }
    }

    static void settle(Slot& slot, std::string id, std::optional<std::uint32_t> uid_validity,
                       std::optional<Error> failure) {
        slot.result = AppendResult{slot.ticket, std::move(id), uid_validity, std::move(failure)};
        slot.message.source.reset();
    }

    /// Runs `step`, then what must be sent again one by one; connects anew when the connection is
    /// lost meanwhile.
    template <typename Step>
    void recovering(Step step) {
        for (bool first = true;; first = false) {
            try {
                if (!session_) {
                    connect();
                    find_landed();
                }
                if (first || !open_.slots.empty()) {
                    step();
                }
                while (!again_.empty()) {
                    send_again();
                }
                if (!one_by_one_ || in_flight_.empty()) {
                    one_by_one_ = false;
                    return;
                }
            } catch (Error& error) {
                if (error.code() != ErrorCode::Unavailable && error.code() != ErrorCode::BadData) {
                    throw;
                }
                connection_lost(error);
            }
        }
    }

    void send_again() {
        const SlotRef slot = again_.front();
        again_.pop_front();
        send(Batch{{}, {slot}, slot->size});
        while (!in_flight_.empty()) {
            read_response();
        }
    }

    void connection_lost(const Error& error) {
        session_.reset();
        if (++attempts_ > kAttempts) {
            throw Error(error);
        }
        diagnostics_.report({base::Severity::Warning, "reconnect", mailbox_, error.what()});
        // In the order of append(): what was on its way, then what waited to be sent again.
        std::deque<SlotRef> unknown;
        for (const Batch& batch : in_flight_) {
            unknown.insert(unknown.end(), batch.slots.begin(), batch.slots.end());
        }
        unknown.insert(unknown.end(), again_.begin(), again_.end());
        again_ = std::move(unknown);
        in_flight_.clear();
        bytes_in_flight_ = 0;
        // Sent one by one from now on, a second loss shows which message it is.
        one_by_one_ = true;
        if (!again_.empty() && ++again_.front()->strikes >= kStrikes) {
            suspect_ = again_.front();
        }
    }

    /// After a loss: which of the messages without an answer are there all the same?
    void find_landed() {
        std::vector<std::pair<std::uint32_t, std::uint64_t>> there;  // UID, size
        session_->require(fmt::format("UID FETCH {}:* (UID RFC822.SIZE)", std::max(first_uid_, 1U)),
                          [&](const Response& response) { take_size(response, there); });
        std::sort(there.begin(), there.end());
        const std::size_t known = std::min<std::size_t>(confirmed_, there.size());
        there.erase(there.begin(), there.begin() + static_cast<std::ptrdiff_t>(known));
        std::deque<SlotRef> missing;
        auto candidate = there.begin();
        for (const SlotRef slot : again_) {
            if (candidate != there.end() && is_same(*slot, candidate->first)) {
                ++confirmed_;
                settle(*slot, fmt::format("{}", candidate->first), std::nullopt, std::nullopt);
                ++candidate;
            } else if (suspect_ && *suspect_ == slot) {
                settle(*slot, {}, std::nullopt,
                       Error(ErrorCode::BadData,
                             "the server ends the connection on this message, twice"));
            } else {
                missing.push_back(slot);
            }
        }
        suspect_.reset();
        again_ = std::move(missing);
    }

    void take_size(const Response& response,
                   std::vector<std::pair<std::uint32_t, std::uint64_t>>& there) const {
        if (response.name != "FETCH" || response.data.empty()) {
            return;
        }
        std::uint64_t uid = 0;
        std::uint64_t size = 0;
        const std::vector<Element>& items = response.data.front().items;
        for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
            (items[i].is_atom("UID") ? uid : size) = items[i + 1].number().value_or(0);
        }
        // "n:*" names the last message even when its UID is below n.
        if (uid >= first_uid_) {
            there.emplace_back(static_cast<std::uint32_t>(uid), size);
        }
    }

    bool is_same(const Slot& slot, std::uint32_t uid) {
        base::SharedSource there;
        session_->require(fmt::format("UID FETCH {} (UID BODY.PEEK[])", uid),
                          [&](const Response& response) {
                              if (response.name != "FETCH" || response.data.empty()) {
                                  return;
                              }
                              const std::vector<Element>& items = response.data.front().items;
                              for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
                                  if (base::starts_with_ignore_case(items[i].text, "BODY[]")) {
                                      there = items[i + 1].bytes();
                                  }
                              }
                          });
        return there != nullptr &&
               digest_with_crlf(*there) == digest_with_crlf(*slot.message.source);
    }

    std::shared_ptr<SessionPool> pool_;
    std::string mailbox_;
    base::Diagnostics& diagnostics_;

    std::unique_ptr<Session> session_;
    PermanentFlags allowed_;
    bool literal_plus_ = false;
    bool literal_minus_ = false;
    bool multiappend_ = false;

    SlotList slots_;
    Batch open_;                   // gathered, not sent yet
    std::deque<Batch> in_flight_;  // sent, in order
    std::deque<SlotRef> again_;    // to be sent one by one
    std::optional<SlotRef> suspect_;
    std::uint64_t bytes_in_flight_ = 0;
    std::uint32_t first_uid_ = 0;  // UIDNEXT when this writer began
    std::uint64_t confirmed_ =
        0;  // messages that have landed since, all of them with UIDs from first_uid_ on
    bool one_by_one_ = false;
    int attempts_ = 0;
};

}  // namespace

std::unique_ptr<FolderWriter> append_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics) {
    return std::make_unique<AppendWriter>(std::move(pool), std::move(mailbox), diagnostics);
}

}  // namespace mbx::store::imap
