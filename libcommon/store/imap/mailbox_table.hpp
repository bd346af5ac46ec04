// The mailboxes that a server has listed: under which path each is shown, and how the server spells
// it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/imap/mailbox_names.hpp"
#include "store/mail_store.hpp"

namespace mbx::store::imap {

/// A mailbox of a LIST response.
struct ListedMailbox {
    std::string name;      ///< as the server spells it
    char separator = '/';  ///< '\0': none
    StoreFolder folder;    ///< all but its path
};

class MailboxTable {
  public:
    MailboxTable() = default;
    /// The path of a mailbox is that of path_of(). Of two that would have the same one (an encoding
    /// of the same name that is not the usual one, a name on either side of the prefix) the second
    /// gets " (2)" behind its name, which is reported: nothing is left out, nothing is merged.
    MailboxTable(std::vector<ListedMailbox> listed, const NameRules& rules,
                 base::Diagnostics& diagnostics);

    /// How the server spells the mailbox; nullptr for a path that it has not listed.
    const std::string* name_of(const mail::FolderPath& path) const;

    /// INBOX and all below it first, parents before children.
    std::vector<StoreFolder> folders() const;

    /// nullptr for a mailbox that is not in the table.
    StoreFolder* find(std::string_view name);

  private:
    void add(ListedMailbox mailbox, const NameRules& rules, base::Diagnostics& diagnostics);

    struct Entry {
        StoreFolder folder;
        std::string name;
    };
    std::map<mail::FolderPath, Entry> by_path_;
    std::map<std::string, mail::FolderPath, std::less<>> by_name_;
};

}  // namespace mbx::store::imap
