// How a store says which folder is its Inbox, its Calendar, ... ([MS-PST] 2.4.3, [MS-OXOSFLD]
// 2.2.2 to 2.2.4).
#pragma once

#include <map>
#include <vector>

#include "base/ids.hpp"
#include "mapi/folder.hpp"
#include "mapi/property_bag.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/special_folders.hpp"

namespace mbx::pst {

using SpecialFolders = std::map<mapi::SpecialFolder, ndb::Nid>;

/// EntryID of a folder of this store.
base::Bytes entry_id(const base::Guid& record_key, ndb::Nid nid);

/// Of the message store: entry identifiers of the folders that it names, and
/// PidTagValidFolderMask.
mapi::PropertyBag store_links(const SpecialFolders& special, const base::Guid& record_key);

/// Of the root folder and of the Inbox: entry identifiers of Calendar, Drafts, Junk E-mail, ...
mapi::PropertyBag folder_links(const SpecialFolders& special, const base::Guid& record_key);

/// Rows of the receive folder table: where messages of a class arrive.
std::vector<ReceiveFolder> receive_folders(const SpecialFolders& special);

}  // namespace mbx::pst
