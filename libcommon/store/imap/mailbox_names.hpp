// Folder paths and the names that an IMAP server gives mailboxes: separator, namespace prefix,
// modified UTF-7.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mail/folder_name.hpp"

namespace mbx::store::imap {

/// The personal namespace (RFC 2342): "" and "/", or "INBOX." and ".".
struct NameRules {
    std::string prefix;
    char separator = '/';  ///< '\0': the server knows no hierarchy
    bool utf8 = false;  ///< UTF8=ACCEPT is on: names are UTF-8 (RFC 6855), else modified UTF-7 (RFC
                        ///< 3501 5.1.3)
    bool strict_names = false;  ///< a server that refuses some signs in names (Cyrus)
};

/// "INBOX.Sent" under the prefix "INBOX." is {"Sent"}; "INBOX" in any case is {"INBOX"}; below a
/// prefix of "", "INBOX/Work" is {"INBOX", "Work"}. Empty parts ("a//b", "a/") are left out;
/// nullopt when nothing is left, as for the root of a namespace.
std::optional<mail::FolderPath> path_of(std::string_view mailbox, const NameRules& rules);

/// For people to read: decoded from modified UTF-7 where it is that, control characters escaped.
std::string shown_name(std::string_view mailbox);

/// The way back. What a name cannot have (the separator, control characters, and on strict servers
/// more) is written =XX, which path_of() undoes. Pre: the path is one that possible_path() gives.
std::string mailbox_of(const mail::FolderPath& path, const NameRules& rules);

/// The nearest path that the server can hold. "inbox" in any case at the top is {"INBOX"}, since
/// servers have no other. On a server whose prefix is "INBOX.", {"INBOX", "Work"} is {"Work"}: they
/// have one place for both; and one without hierarchy has one level. The caller keeps such paths
/// apart.
mail::FolderPath possible_path(const mail::FolderPath& path, const NameRules& rules);

}  // namespace mbx::store::imap
