// The folders of a mailbox on disk: which path of names lies where.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "mail/folder_name.hpp"
#include "store/directory.hpp"
#include "store/mail_store.hpp"

namespace mbx::store {

/// A folder and the file names that lead to it from the mailbox's root; none for the root itself.
struct DiskFolder {
    StoreFolder folder;
    std::vector<std::string> steps;
};

class FolderTable {
  public:
    /// Adds a folder with messages, and the parents it needs without. A path whose name is "Inbox"
    /// in any spelling at the top is INBOX. When the path is taken (two spellings of one name on
    /// disk), the last name gets " (2)", " (3)" ..., which is reported. Returns where it is.
    mail::FolderPath add(mail::FolderPath path, std::vector<std::string> steps, bool subscribed,
                         base::Diagnostics& diagnostics);

    /// Adds INBOX, without a place of its own, unless it is there: for a mailbox that is looked at
    /// before it is written, and gets its Inbox then.
    void expect_inbox(base::Diagnostics& diagnostics);

    /// nullptr when there is none.
    const DiskFolder* find(const mail::FolderPath& path) const;

    /// The tree of INBOX first, parents before children.
    std::vector<StoreFolder> list() const;

    /// The folder on disk that holds the messages of `path`, or lies `up` steps above. Throws
    /// Error(NoInput) when there is none.
    Directory open(const Directory& root, const mail::FolderPath& path, std::size_t up = 0) const;

    bool empty() const noexcept { return folders_.empty(); }

  private:
    void add_parents(const mail::FolderPath& path);

    std::map<mail::FolderPath, DiskFolder> folders_;
};

}  // namespace mbx::store
