#include "pst/folder_writer.hpp"

#include "mapi/tags.hpp"
#include "pst/special_folder_links.hpp"
#include "pst/table_templates.hpp"

namespace mbx::pst {
namespace {

using ndb::NidType;

/// [MS-PST] 2.4.4.1.1; counts are of messages that people see.
mapi::PropertyBag properties_of(const StoreFolder& folder, bool has_children) {
    mapi::PropertyBag bag;
    bag.set(mapi::PidTagDisplayName, folder.name);
    bag.set(mapi::PidTagContentCount, static_cast<std::int32_t>(folder.messages.rows()));
    bag.set(mapi::PidTagContentUnreadCount, static_cast<std::int32_t>(folder.unread));
    bag.set(mapi::PidTagSubfolders, has_children);
    if (!folder.container_class.empty()) {
        bag.set(mapi::PidTagContainerClass, folder.container_class);
    }
    if (folder.comment) {
        bag.set(mapi::PidTagComment, *folder.comment);
    }
    return bag;
}

void write_node(ndb::NdbWriter& ndb, ndb::Nid nid, const PropertyList& properties,
                ndb::Nid parent) {
    const ltp::WrittenNode node = ltp::write_property_context(ndb, properties);
    ndb.add_node(nid, node.data.bid, node.sub, parent);
}

bool has_links(ndb::Nid folder, const SpecialFolders& special) {
    const auto inbox = special.find(mapi::SpecialFolder::Inbox);
    return folder == ndb::kNidRootFolder || (inbox != special.end() && folder == inbox->second);
}

}  // namespace

FolderWriter::FolderWriter(ndb::NdbWriter& ndb, NamedPropertyMap& names, RowVersions& versions,
                           EmptyTables& empty_tables, const RowSpool& rows)
    : ndb_(ndb), names_(names), versions_(versions), empty_tables_(empty_tables), rows_(rows) {}

void FolderWriter::write(const FolderTree& tree, const base::Guid& record_key) {
    collect(tree, record_key);
    for (const auto& [nid, folder] : tree.all()) {
        write_folder(nid, folder);
    }
}

void FolderWriter::collect(const FolderTree& tree, const base::Guid& record_key) {
    for (const auto& [nid, folder] : tree.all()) {
        if (nid != folder.parent) {
            children_[folder.parent].push_back(nid);
        }
    }
    const mapi::PropertyBag links = folder_links(tree.special(), record_key);
    const auto all = [](mapi::PropertyTag /*tag*/, const mapi::Value& /*value*/) { return true; };
    for (const auto& [nid, folder] : tree.all()) {
        const mapi::PropertyBag own = properties_of(folder, children_.contains(nid));
        const bool linked = has_links(nid, tree.special());
        properties_[nid] = store_properties(own, linked ? links : mapi::PropertyBag{}, all, names_);
    }
}

void FolderWriter::write_folder(ndb::Nid nid, const StoreFolder& folder) {
    write_node(ndb_, nid, properties_.at(nid), folder.parent);
    if (nid.type() == NidType::SearchFolder) {
        write_search_objects(nid);
        return;
    }
    write_hierarchy(nid);
    write_messages(nid.with_type(NidType::ContentsTable), folder.messages, false);
    write_messages(nid.with_type(NidType::AssociatedContentsTable), folder.associated, true);
}

// A search folder has a queue, criteria and a table of its own, and none of the usual tables.
void FolderWriter::write_search_objects(ndb::Nid folder) {
    mapi::PropertyBag criteria;
    criteria.set(mapi::PidTagSearchFlags, std::int32_t{0});
    ndb_.add_node(folder.with_type(NidType::SearchUpdateQueue), {}, {}, ndb::kNidNone);
    write_node(ndb_, folder.with_type(NidType::SearchCriteriaObject),
               store_properties(criteria, names_), ndb::kNidNone);
    write_empty(folder.with_type(NidType::SearchContentsTable),
                ndb::kNidSearchContentsTableTemplate);
}

// Table nodes have no parent in Outlook's own files, whatever 2.4.4.7 draws.
void FolderWriter::write_empty(ndb::Nid table, ndb::Nid template_nid) {
    ndb_.add_node(table, empty_tables_.of(template_nid).share(ndb_).bid, {}, ndb::kNidNone);
}

void FolderWriter::write_hierarchy(ndb::Nid folder) {
    const ndb::Nid nid = folder.with_type(NidType::HierarchyTable);
    const auto children = children_.find(folder);
    if (children == children_.end()) {
        write_empty(nid, ndb::kNidHierarchyTableTemplate);
        return;
    }
    const ltp::TableLayout layout = layout_of(ndb::kNidHierarchyTableTemplate);
    ltp::SubnodeWriter values(ndb_);
    ltp::TableWriter table(values, layout, children->second.size());
    for (const ndb::Nid child : children->second) {
        table.add_row(child.value, versions_.next(), properties_.at(child));
    }
    const ndb::DataTree data = table.finish();
    ndb_.add_node(nid, data.bid, values.finish(), ndb::kNidNone);
}

void FolderWriter::write_messages(ndb::Nid nid, const RowSpool::Table& rows, bool associated) {
    if (rows.rows() == 0) {
        write_empty(nid, associated ? ndb::kNidAssociatedContentsTableTemplate
                                    : ndb::kNidContentsTableTemplate);
        return;
    }
    ltp::SubnodeWriter values(ndb_);
    ltp::TableWriter table(values, message_row_layout(associated), rows.rows());
    rows_.for_each(rows, [&](std::uint32_t id, const PropertyList& cells) {
        table.add_row(id, versions_.next(), cells);
    });
    const ndb::DataTree data = table.finish();
    ndb_.add_node(nid, data.bid, values.finish(), ndb::kNidNone);
}

}  // namespace mbx::pst
