// Writes the nodes of all folders: properties and tables ([MS-PST] 2.4.4).
#pragma once

#include <map>
#include <vector>

#include "base/ids.hpp"
#include "pst/empty_table.hpp"
#include "pst/folder_tree.hpp"
#include "pst/ltp/table_layout.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/named_property_map.hpp"
#include "pst/property_list.hpp"
#include "pst/row_spool.hpp"
#include "pst/row_versions.hpp"

namespace mbx::pst {

class FolderWriter {
  public:
    /// All outlive the writer.
    FolderWriter(ndb::NdbWriter& ndb, NamedPropertyMap& names, RowVersions& versions,
                 EmptyTables& empty_tables, const RowSpool& rows);

    void write(const FolderTree& tree, const base::Guid& record_key);

  private:
    /// Properties of every folder, as its own node and its parent's table tell them.
    void collect(const FolderTree& tree, const base::Guid& record_key);
    void write_folder(ndb::Nid nid, const StoreFolder& folder);
    void write_search_objects(ndb::Nid folder);
    void write_hierarchy(ndb::Nid folder);
    void write_messages(ndb::Nid table, const RowSpool::Table& rows, bool associated);
    void write_empty(ndb::Nid table, ndb::Nid template_nid);

    ndb::NdbWriter& ndb_;
    NamedPropertyMap& names_;
    RowVersions& versions_;
    EmptyTables& empty_tables_;
    const RowSpool& rows_;
    std::map<ndb::Nid, PropertyList> properties_;
    std::map<ndb::Nid, std::vector<ndb::Nid>> children_;  // ascending
};

}  // namespace mbx::pst
