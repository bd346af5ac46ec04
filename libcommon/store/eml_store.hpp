// Mailboxes as folders of .eml files, as people drag them out of mail programs.
//
// A folder on disk is a folder; those right in the root are top-level folders, and "INBOX" among
// them (in any case) is the Inbox. Messages right in the root are INBOX, too. Files come in natural
// order of their names; the internal date is the modification time.
//
// Written are "INBOX/000001.eml" and so on, with that modification time. What a file cannot carry
// stands in the file ".flags.tsv" of the folder: a line a message with its name, flags (letters as
// in Maildir), keywords (parted by blanks, with %XX), and internal date (ISO 8601, or "-"). Reading
// takes it from there again.
#pragma once

#include <memory>

#include "base/diagnostics.hpp"
#include "store/mail_store.hpp"

namespace mbx::store {

/// See open_store().
std::unique_ptr<MailStore> open_eml(const std::string& path, OpenMode mode,
                                    base::Diagnostics& diagnostics);

}  // namespace mbx::store
