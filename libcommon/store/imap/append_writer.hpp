// Appends messages to one mailbox without waiting for each answer (LITERAL+, RFC 7888; MULTIAPPEND,
// RFC 3502).
#pragma once

#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "store/imap/session_pool.hpp"
#include "store/mail_store.hpp"

namespace mbx::store::imap {

/// `mailbox` as the server spells it. After a lost connection the messages without an answer are
/// looked for at the server, so that none is there twice. A message that holds NUL bytes is sent
/// where the server takes them (BINARY, RFC 3516), and fails elsewhere.
std::unique_ptr<FolderWriter> append_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics);

}  // namespace mbx::store::imap
