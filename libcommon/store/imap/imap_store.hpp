// A mailbox on an IMAP server as a MailStore.
#pragma once

#include <memory>

#include "base/diagnostics.hpp"
#include "base/stop.hpp"
#include "store/mail_store.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::store::imap {

/// Connects and logs in; see open_store().
std::unique_ptr<MailStore> open_imap_store(const MailboxUrl& url, const ConnectOptions& options,
                                           base::Diagnostics& diagnostics,
                                           const base::StopFlag& stop);

}  // namespace mbx::store::imap
