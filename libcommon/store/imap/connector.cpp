#include "store/imap/connector.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

#include "base/command.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store::imap {
namespace {

constexpr int kConnectAttempts = 7;
constexpr std::size_t kMostIdle = 4;
constexpr unsigned kOverloaded = 20;  // times pause_ms, when the server asks to wait
constexpr unsigned kMostDoublings = 5;
constexpr std::chrono::milliseconds kPauseSlice{100};  // how long a stop request can go unnoticed

}  // namespace

Connector::Connector(MailboxUrl url, ConnectOptions options, base::Diagnostics& diagnostics,
                     const base::StopFlag& stop)
    : url_(std::move(url)), options_(std::move(options)), diagnostics_(diagnostics), stop_(stop) {}

std::unique_ptr<Session> Connector::take() {
    return connect(true);
}

std::unique_ptr<Session> Connector::take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
        return nullptr;
    }
    std::unique_ptr<Session> session = std::move(idle_.back());
    idle_.pop_back();
    return session;
}

std::unique_ptr<Session> Connector::take_new() {
    std::vector<std::unique_ptr<Session>> dropped;
    {
        const std::lock_guard lock(mutex_);
        dropped.swap(idle_);
    }
    dropped.clear();
    return connect();
}

void Connector::give_back(std::unique_ptr<Session> session) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) {
        idle_.push_back(std::move(session));
    }
}

void Connector::pause(Backoff backoff, unsigned attempt) {
    const unsigned doublings = std::min(attempt - 1, kMostDoublings);
    wait(std::chrono::milliseconds(backoff.wait_ms > 0
                                       ? backoff.wait_ms
                                       : (options_.pause_ms << doublings) *
                                             std::uint64_t{backoff.wanted ? kOverloaded : 1}));
}

std::unique_ptr<Session> Connector::log_in() {
    ConnectOptions options = options_;
    if (!options.token_command.empty()) {
        try {
            options.oauth_token = base::first_line_of_command(options.token_command);
        } catch (Error& error) {
            error.with_place("token command");
            throw;
        }
    }
    auto session = std::make_unique<Session>(url_, options, diagnostics_, stop_);
    succeeded_ = true;
    outage_told_ = false;
    return session;
}

void Connector::begin_reserve(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        coming_.push_back(std::async(std::launch::async, [this] { return log_in(); }));
    }
}

unsigned Connector::reserve(unsigned wanted) {
    std::size_t known = coming_.size();
    {
        const std::lock_guard lock(mutex_);
        known += idle_.size();
    }
    if (known < wanted) {
        begin_reserve(wanted - static_cast<unsigned>(known));
    }
    for (std::future<std::unique_ptr<Session>>& session : std::exchange(coming_, {})) {
        try {
            give_back(session.get());
        } catch (const Error&) {
            // One connection less; whoever needs the first one hears why.
        }
    }
    const std::lock_guard lock(mutex_);
    return static_cast<unsigned>(idle_.size());
}

std::unique_ptr<Session> Connector::connect(bool or_idle) {
    for (unsigned attempt = 1;; ++attempt) {
        // Where the server allows so many, one of them may be given back while this waits.
        if (auto session = or_idle ? take_idle() : nullptr) {
            return session;
        }
        try {
            return log_in();
        } catch (const Error& error) {
            const bool may_pass = error.code() == ErrorCode::TryAgain ||
                                  (error.code() == ErrorCode::Unavailable && succeeded_);
            if (!may_pass || attempt == kConnectAttempts || stop_.requested()) {
                if (succeeded_) {  // what the hint is about has worked before
                    throw Error(error.code(), error.text()).with_place(error.place());
                }
                throw;
            }
            if (!outage_told_.exchange(true)) {  // it may last for minutes
                diagnostics_.report({base::Severity::Warning, "reconnect", base::escape(url_.host),
                                     error.text() + "; trying again"});
            }
        }
        pause({}, attempt);
    }
}

void Connector::wait(std::chrono::milliseconds time) const {
    const auto until = std::chrono::steady_clock::now() + time;
    for (auto now = until - time; now < until; now = std::chrono::steady_clock::now()) {
        if (stop_.requested()) {
            throw Error(ErrorCode::TryAgain, "stopped while waiting for the server");
        }
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(kPauseSlice, until - now));
    }
}

}  // namespace mbx::store::imap
