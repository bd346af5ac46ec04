// Writes the nodes that every store has besides its folders ([MS-PST] 2.4.1, 2.7.1).
#pragma once

#include <string>

#include "base/ids.hpp"
#include "pst/empty_table.hpp"
#include "pst/named_property_map.hpp"
#include "pst/ndb/writer.hpp"
#include "pst/row_versions.hpp"
#include "pst/special_folder_links.hpp"

namespace mbx::pst {

struct StoreIdentity {
    std::string display_name;
    base::Guid record_key{};  ///< PidTagRecordKey, in each EntryID
    base::Guid replica{};     ///< in PidTagReplVersionHistory
};

/// The message store object, the name-to-id map, the receive folder table, all templates and the
/// queues. To be called when everything else has been written: the name-to-id map is complete then.
///
/// Three nodes of Outlook's own store are left out. 0xE01 is an index of messages by conversation:
/// SCANPST takes one that is not complete for a fault, and a file without it for sound. 0xEE1 and
/// 0xF01 are what the machine's content indexer remembers.
void write_store_nodes(ndb::NdbWriter& ndb, const StoreIdentity& identity,
                       const SpecialFolders& special, NamedPropertyMap& names,
                       EmptyTables& empty_tables, RowVersions& versions);

}  // namespace mbx::pst
