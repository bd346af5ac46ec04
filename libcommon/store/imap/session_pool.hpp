// Sessions for streams and writers, and how long to wait when the server has no time.
#pragma once

#include <chrono>
#include <memory>

#include "base/error.hpp"
#include "store/imap/session.hpp"

namespace mbx::store::imap {

/// An idle session, else a new one (connect, log in). What is given back is used again; a session
/// that has failed is dropped by its user. Safe to use from several threads.
class SessionPool {
  public:
    virtual ~SessionPool() = default;
    virtual std::unique_ptr<Session> take() = 0;
    /// A new session, for one who has lost his connection: those that are idle may be lost as well,
    /// and are dropped.
    virtual std::unique_ptr<Session> take_new() { return take(); }
    virtual void give_back(std::unique_ptr<Session> session) = 0;

    /// Waits before attempt `attempt` (from 1) at what the server had no time for: as long as it
    /// asks, else longer each time. Throws Error(TryAgain) when a stop is requested meanwhile.
    virtual void pause(Backoff backoff, unsigned attempt) = 0;
    virtual bool is_stopping() const = 0;

    /// Whether a new connection may help against that failure of the last one.
    bool is_worth_another(const Error& error) const {
        return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::BadData ||
               (error.code() == ErrorCode::TryAgain && !is_stopping());
    }
};

}  // namespace mbx::store::imap
