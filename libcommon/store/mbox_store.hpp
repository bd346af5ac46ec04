// Mailboxes in mbox files: one file, which is INBOX, or a tree of them.
//
// In a tree a file is a folder; the folders below it lie in the folder "<name>.sbd" beside it
// (Thunderbird) or in a plain folder of the name (mutt and others). The ending ".mbox" is no part
// of a name. Thunderbird's ".msf" and other companions are passed over, and so are hidden files,
// unless they are mboxes; other files that are no mbox are reported, as an error when mail may be
// in them. An mbox with text before its first postmark is read from there on; the text is an error.
//
// Written are trees as Thunderbird has them, names in UTF-8, messages as mboxrd. A new mailbox is a
// single file when its path ends in ".mbox", else a tree.
#pragma once

#include <memory>

#include "base/diagnostics.hpp"
#include "base/stop.hpp"
#include "store/mail_store.hpp"

namespace mbx::store {

/// See open_store(). Throws Error(Usage) when it is to be written in another quoting than mboxrd.
std::unique_ptr<MailStore> open_mbox(const std::string& path, MboxQuoting quoting, OpenMode mode,
                                     base::Diagnostics& diagnostics, const base::StopFlag& stop);

}  // namespace mbx::store
