// Which folders a Maildir has, where they lie, and which names it can hold.
//
// The top folder (cur, new, tmp right in it) is INBOX. Below it lie folders in either of two
// layouts; reading takes both, also mixed:
// - Maildir++: ".Work.2024" beside cur is {"Work", "2024"}, the name that an IMAP server without a
//   namespace prefix shows (Dovecot's default); children of INBOX are ".INBOX.Work".
// - nested (Dovecot's LAYOUT=fs): "Work/2024/cur". Here the top may lack cur, and "INBOX/cur" is
//   INBOX.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/directory.hpp"
#include "store/disk_names.hpp"
#include "store/folder_table.hpp"

namespace mbx::store {

/// How folder names become file names.
struct MaildirNaming {
    bool nested = false;  ///< folders in folders; else Maildir++
    bool utf8 = false;    ///< names in UTF-8; else modified UTF-7

    /// From the root to the folder; none for INBOX.
    std::vector<std::string> steps_of(const mail::FolderPath& path) const;
    /// Names in UTF-8, as they are written in file names.
    DiskNaming on_disk() const;
    /// As the file "subscriptions" has it.
    std::string subscription_of(const mail::FolderPath& path) const;
    char separator() const noexcept { return nested ? '/' : '.'; }

  private:
    std::vector<std::string> steps(const mail::FolderPath& names) const;
    std::string write_name(const std::string& name, bool is_top, OwnEscapes own) const;
};

struct MaildirTree {
    FolderTable folders;
    MaildirNaming naming;
};

/// See FolderWalk for links. A folder that cannot be read is there, and opening it fails. An empty
/// table means: no Maildir.
MaildirTree scan_maildir(const Directory& root, base::Diagnostics& diagnostics);

/// In the folder's own place; see NameFile.
inline constexpr const char* kMaildirNameFile = "mbx-folder-name";

/// Adds a folder to the file "subscriptions" unless it is there.
void subscribe(const Directory& root, const MaildirNaming& naming, const mail::FolderPath& path);

inline constexpr const char* kSubscriptions = "subscriptions";

}  // namespace mbx::store
