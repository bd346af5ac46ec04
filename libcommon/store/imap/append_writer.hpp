// Appends messages to one mailbox without waiting for each answer (LITERAL+, RFC 7888; MULTIAPPEND,
// RFC 3502).
#pragma once

#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "store/imap/fetch_stream.hpp"
#include "store/imap/session.hpp"
#include "store/mail_store.hpp"

namespace mbx::store::imap {

std::unique_ptr<FolderWriter> append_messages(std::shared_ptr<SessionPool> pool,
                                              std::string mailbox, base::Diagnostics& diagnostics);

}  // namespace mbx::store::imap
