// Mailboxes in Maildir folders (maildir_tree.hpp), as qmail, Courier and Dovecot keep them.
//
// Reading changes nothing: messages in new/ stay there, unread. The internal date is the file's
// modification time, as with Dovecot and Courier; where a careless copy has lost that
// (plausible_change_time), it is the time that the file's name starts with. Messages come in the
// order of their names, which is that of delivery.
//
// Written are Maildir++ folders, unless the mailbox has nested ones; the messages lie in cur/ and
// carry S= and W= in their names, keywords in Dovecot's way. $Forwarded is the flag P and, for
// Dovecot, also a keyword.
#pragma once

#include <memory>

#include "base/diagnostics.hpp"
#include "store/mail_store.hpp"

namespace mbx::store {

/// See open_store().
std::unique_ptr<MailStore> open_maildir(const std::string& path, OpenMode mode,
                                        base::Diagnostics& diagnostics);

}  // namespace mbx::store
