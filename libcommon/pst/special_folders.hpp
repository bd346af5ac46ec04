// Which folder of a store is the Inbox, the Calendar, ...: told by EntryIDs, the receive folder
// table and container classes, never by names, which differ from language to language ([MS-OXOSFLD]
// 2.2, [MS-PST] 2.4.3, 2.4.8.4).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "mapi/property_bag.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

/// A row of the receive folder table (NID 0x62B).
struct ReceiveFolder {
    std::string message_class;  ///< "" is the default
    ndb::Nid folder;
};

struct SpecialFolderSources {
    mapi::PropertyBag store;             ///< of the message store
    mapi::PropertyBag root;              ///< of the root folder, NID 0x122
    std::vector<ReceiveFolder> receive;  ///< empty when there is no such table
    /// Properties of a folder (asked for the Inbox); an empty bag when it cannot be read.
    std::function<mapi::PropertyBag(ndb::Nid)> folder_properties;
};

/// The NID of an EntryID of this store ([MS-PST] 2.4.3.2); nullopt when it is none or belongs to
/// another store. `record_key`: PidTagRecordKey of the store, empty when not known.
std::optional<ndb::Nid> nid_of_entry_id(base::ByteView entry_id, base::ByteView record_key);

/// Sets `folder.special` and `below_ipm_subtree` of all folders. Pre: parents stand before their
/// children. False when the store does not tell its IPM subtree; everything that is neither root
/// nor search folder counts as below it then.
bool mark_special_folders(std::vector<PstFolder>& folders, const SpecialFolderSources& sources);

}  // namespace mbx::pst
