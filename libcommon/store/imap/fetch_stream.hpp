// The messages of one mailbox, fetched with several commands in flight; goes on behind a lost
// connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "store/imap/session.hpp"
#include "store/mail_store.hpp"

namespace mbx::store::imap {

/// Sessions for streams and writers: an idle one, else a new one (connect, log in). What is given
/// back is used again; a session that has failed is dropped by its user.
class SessionPool {
  public:
    virtual ~SessionPool() = default;
    virtual std::unique_ptr<Session> take() = 0;
    virtual void give_back(std::unique_ptr<Session> session) = 0;
};

/// `mailbox` as the server spells it. The stream has a connection of its own, so that the store can
/// be used meanwhile; it is made with the first next().
std::unique_ptr<MessageStream> fetch_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics);

}  // namespace mbx::store::imap
