// Folder paths, and what a folder is for (RFC 6154 SPECIAL-USE).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::mail {

/// Names from the top down, UTF-8, without any separator. {"INBOX"} is the Inbox, written so in
/// every store;
/// {"INBOX", "Work"} lies below it. Never empty; elements are never empty.
using FolderPath = std::vector<std::string>;

inline const FolderPath kInboxPath{"INBOX"};

enum class SpecialUse { None, Inbox, Sent, Drafts, Trash, Junk, Archive, All, Flagged, Important };

/// "\\Sent" and so on, RFC 6154 2, RFC 8457; without regard to case. None when unknown.
SpecialUse special_use_from_attribute(std::string_view attribute);
/// Empty for None and Inbox.
std::string_view attribute_of(SpecialUse use);

/// The use that a top-level folder's name suggests, in some forty languages ("Gesendete Elemente",
/// "Sent"); None when it suggests nothing. A hint, to be used only when the store says nothing
/// itself.
SpecialUse special_use_from_name(std::string_view name);

/// "INBOX/Work/a%2Fb" for logs and options: "/" between names; "/", "%" and control characters in a
/// name as %XX.
std::string to_string(const FolderPath& path);
/// The way back. Throws Error(Usage) on an empty name or a broken %XX.
FolderPath parse_folder_path(std::string_view text);

}  // namespace mbx::mail
