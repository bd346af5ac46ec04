// Makes the sessions of a store, with pauses in between when the server cannot take one now.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/stop.hpp"
#include "store/imap/session.hpp"
#include "store/imap/session_pool.hpp"
#include "store/mail_store.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::store::imap {

class Connector final : public SessionPool {
  public:
    Connector(MailboxUrl url, ConnectOptions options, base::Diagnostics& diagnostics,
              const base::StopFlag& stop);

    std::unique_ptr<Session> take() override;
    std::unique_ptr<Session> take_new() override;
    void give_back(std::unique_ptr<Session> session) override;
    void pause(Backoff backoff, unsigned attempt) override;
    bool is_stopping() const override { return stop_.requested(); }

    /// Makes sessions, all at the same time, until `wanted` are idle or the server refuses one;
    /// tries each only once. Returns how many are idle then.
    unsigned reserve(unsigned wanted);
    /// Begins to make so many sessions for reserve(), and does not wait for them.
    void begin_reserve(unsigned count);

    /// A new session. The first one of all fails at once: a wrong name or port does not get better
    /// by waiting.
    std::unique_ptr<Session> connect() { return connect(false); }

  private:
    std::unique_ptr<Session> log_in();
    std::unique_ptr<Session> take_idle();
    std::unique_ptr<Session> connect(bool or_idle);
    void wait(std::chrono::milliseconds time) const;

    MailboxUrl url_;
    ConnectOptions options_;
    base::Diagnostics& diagnostics_;
    const base::StopFlag& stop_;
    std::atomic<bool> succeeded_{false};
    std::atomic<bool> outage_told_{false};
    std::mutex mutex_;
    std::vector<std::unique_ptr<Session>> idle_;                 // under mutex_
    std::vector<std::future<std::unique_ptr<Session>>> coming_;  // last: they use all the others
};

}  // namespace mbx::store::imap
