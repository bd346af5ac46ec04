#include "pst/empty_table.hpp"

#include "pst/ltp/subnode_writer.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/table_templates.hpp"

namespace mbx::pst {

ndb::DataTree EmptyTable::share(ndb::NdbWriter& ndb) {
    if (tree_.bid.is_none() || owners_ == ndb::NdbWriter::kMostOwners) {
        const ltp::TableLayout layout = layout_of(template_);
        ltp::SubnodeWriter none(ndb);
        tree_ = ltp::TableWriter(none, layout, 0).finish();
        owners_ = 0;
    }
    ++owners_;
    return tree_;
}

EmptyTables::EmptyTables() {
    for (const TableTemplate& table : table_templates()) {
        tables_.emplace(table.nid, table.nid);
    }
}

}  // namespace mbx::pst
