// The folders of an import at the destination, under names that it takes.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/diagnostics.hpp"
#include "migration/folder_map.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

/// Makes the folders of the plan; where the destination refuses a name, another one near it.
class FolderMaker {
  public:
    /// The first two outlive it. No folder gets the path that another of the plan wants.
    FolderMaker(store::MailStore& store, base::Diagnostics& diagnostics,
                const std::vector<MailTarget>& plan);

    /// The path that the folder has got; another than target.path is reported as
    /// "folder-renamed". Throws the store's first refusal when it takes none of the names, and all
    /// else that the store throws.
    mail::FolderPath make(const MailTarget& target);

    /// An earlier run has given that folder another path.
    void remember(const mail::FolderPath& wanted, const mail::FolderPath& path);

  private:
    mail::FolderPath below_renamed(const mail::FolderPath& path) const;
    /// The path itself; its name without the signs that one server or another refuses; a shorter
    /// one; one in ASCII; another for what is reserved there; and, for servers that want no folders
    /// below this one, a place at the top. None of them is another folder's.
    std::vector<mail::FolderPath> candidates(const mail::FolderPath& path) const;
    void add_candidate(std::vector<mail::FolderPath>& candidates, mail::FolderPath path) const;

    store::MailStore& store_;
    base::Diagnostics& diagnostics_;
    std::set<mail::FolderPath> taken_;
    std::map<mail::FolderPath, mail::FolderPath> renamed_;  // wanted → got
};

}  // namespace mbx::migration
