// The messages of one mailbox, fetched with several commands in flight; goes on behind a lost
// connection.
#pragma once

#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "store/imap/session_pool.hpp"
#include "store/mail_store.hpp"

namespace mbx::store::imap {

/// `mailbox` as the server spells it. The stream has a connection of its own, so that the store can
/// be used meanwhile; it is made with the first next(). The mailbox is only read (EXAMINE, PEEK).
///
/// A message that has cost two connections, or that the server will not give, is asked for in
/// pieces; where that fails too, next() throws Error(BadData) for it, and salvaged() has what came.
std::unique_ptr<MessageStream> fetch_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics);

}  // namespace mbx::store::imap
