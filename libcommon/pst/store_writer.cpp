#include "pst/store_writer.hpp"

#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/folder_tree.hpp"
#include "pst/ltp/bth_writer.hpp"
#include "pst/ltp/heap_writer.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/property_list.hpp"
#include "pst/table_templates.hpp"

namespace mbx::pst {
namespace {

// Not in [MS-PST]; as Outlook's own empty store has them.
constexpr ndb::Nid kNidIdMap{0xC01};
constexpr ndb::Nid kQueues[] = {ndb::kNidSearchManagementQueue, ndb::kNidSearchDomainObject,
                                ndb::Nid{0xE41}, ndb::Nid{0xEC1}, ndb::Nid{0xF21}};
constexpr std::int32_t kLatestPstEnsure = 0x000E0011;

void add_node(ndb::NdbWriter& ndb, ndb::Nid nid, const ltp::WrittenNode& node) {
    ndb.add_node(nid, node.data.bid, node.sub, ndb::kNidNone);
}

/// One version of one replica.
base::Bytes version_history(const base::Guid& replica) {
    base::Bytes history;
    base::append_le(history, std::uint32_t{1});
    base::append(history, replica);
    base::append_le(history, std::uint32_t{1});
    return history;
}

/// [MS-PST] 2.4.3.1.
void write_message_store(ndb::NdbWriter& ndb, const StoreIdentity& identity,
                         const SpecialFolders& special, NamedPropertyMap& names) {
    mapi::PropertyBag bag = store_links(special, identity.record_key);
    bag.set(mapi::PidTagReplVersionHistory, version_history(identity.replica));
    bag.set(mapi::PidTagReplFlags, std::int32_t{0});
    bag.set(mapi::PidTagRecordKey, base::to_bytes(base::ByteView(identity.record_key)));
    bag.set(mapi::PidTagDisplayName, identity.display_name);
    bag.set(mapi::PidTagPstSearchFlag, true);
    bag.set(mapi::PidTagLatestPstEnsure, kLatestPstEnsure);
    bag.set(mapi::PidTagPstPassword, std::int32_t{0});
    add_node(ndb, ndb::kNidMessageStore,
             ltp::write_property_context(ndb, store_properties(bag, names)));
}

/// Row identifiers 1, 2, ...; the class of the first row is empty, and there.
void write_receive_folders(ndb::NdbWriter& ndb, const SpecialFolders& special,
                           NamedPropertyMap& names, RowVersions& versions) {
    const std::vector<ReceiveFolder> folders = receive_folders(special);
    const ltp::TableLayout layout = layout_of(ndb::kNidReceiveFolderTable);
    ltp::SubnodeWriter values(ndb);
    ltp::TableWriter table(values, layout, folders.size());
    std::uint32_t id = 0;
    for (const ReceiveFolder& folder : folders) {
        mapi::PropertyBag row;
        row.set(mapi::PidTagMessageClass, folder.message_class);
        row.set(mapi::PidTagReceiveFolderNid, static_cast<std::int32_t>(folder.folder.value));
        table.add_row(++id, versions.next(), store_properties(row, names));
    }
    const ndb::DataTree data = table.finish();
    ndb.add_node(ndb::kNidReceiveFolderTable, data.bid, values.finish(), ndb::kNidNone);
}

/// Replica identifiers of folders and messages by NID: no row of ours has one.
void write_empty_id_map(ndb::NdbWriter& ndb) {
    ltp::HeapWriter heap(ltp::HeapClient::IdMap);
    const ltp::HeapWriter::Item root = heap.reserve(sizeof(ltp::Hid));
    ltp::BthWriter records(heap, sizeof(base::Guid), sizeof(ndb::Nid));
    records.finish();
    heap.write(root, 0, base::record_bytes(base::le32(records.header().value)));
    heap.set_user_root(root.hid);
    ndb.add_node(kNidIdMap, ndb.add_data(*heap.finish()).bid, {}, ndb::kNidNone);
}

void write_search_activity_list(ndb::NdbWriter& ndb) {
    const base::le32 folder = kNidSpamSearchFolder.value;
    ndb.add_node(ndb::kNidSearchActivityList, ndb.add_data(base::record_bytes(folder)).bid, {},
                 ndb::kNidNone);
}

}  // namespace

void write_store_nodes(ndb::NdbWriter& ndb, const StoreIdentity& identity,
                       const SpecialFolders& special, NamedPropertyMap& names,
                       EmptyTables& empty_tables, RowVersions& versions) {
    write_message_store(ndb, identity, special, names);
    write_receive_folders(ndb, special, names, versions);
    write_empty_id_map(ndb);
    write_search_activity_list(ndb);
    for (const ndb::Nid queue : kQueues) {
        ndb.add_node(queue, {}, {}, ndb::kNidNone);
    }
    for (const TableTemplate& table : table_templates()) {
        if (table.nid != ndb::kNidReceiveFolderTable) {
            ndb.add_node(table.nid, empty_tables.of(table.nid).share(ndb).bid, {}, ndb::kNidNone);
        }
    }
    add_node(ndb, ndb::kNidNameToIdMap, ltp::write_property_context(ndb, names.stored()));
}

}  // namespace mbx::pst
