// The folders of a store while it is written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "mapi/folder.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/row_spool.hpp"
#include "pst/special_folder_links.hpp"

namespace mbx::pst {

/// The search folder that Outlook makes in every store.
inline constexpr ndb::Nid kNidSpamSearchFolder{0x2223};

struct StoreFolder {
    ndb::Nid parent;  ///< of the root folder: itself
    std::string name;
    std::string container_class;  ///< empty: none
    std::optional<std::string> comment;
    RowSpool::Table messages;
    RowSpool::Table associated;
    std::uint32_t unread = 0;
};

class FolderTree {
  public:
    /// The folders of Outlook's own empty store ([MS-PST] 2.7.3.4), with these names.
    FolderTree(const std::string& ipm_subtree, const std::string& deleted_items);

    /// Pre: `nid` is new. Throws Error(Internal) for an unknown parent, a folder without a name and
    /// a special folder that is there.
    void add(ndb::Nid nid, ndb::Nid parent, const mapi::Folder& folder);
    /// Names the folder that deleted items go to, once.
    void set_deleted_items(const mapi::Folder& folder);

    /// Throws Error(Internal) for an unknown folder.
    StoreFolder& at(ndb::Nid nid);

    /// Ascending by NID.
    const std::map<ndb::Nid, StoreFolder>& all() const noexcept { return folders_; }
    /// Those made by add() and set_deleted_items().
    const SpecialFolders& special() const noexcept { return special_; }

  private:
    void claim(mapi::SpecialFolder kind, ndb::Nid nid);

    std::map<ndb::Nid, StoreFolder> folders_;
    SpecialFolders special_;
};

}  // namespace mbx::pst
