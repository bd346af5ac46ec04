// An empty table that many nodes share ([MS-PST] 2.2.2.7.7.3).
#pragma once

#include <cstdint>
#include <map>

#include "pst/ndb/ids.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst {

/// Outlook's own empty folder tables all point at the block of their template; so do ours, and so
/// do the recipient tables of messages that have none. Copyable: the copy from before a change that
/// was undone in the file can be put back.
class EmptyTable {
  public:
    /// Pre: one of table_templates().
    explicit EmptyTable(ndb::Nid template_nid) : template_(template_nid) {}

    /// The table's data, to be given to one more owner. It is written the first time, and again
    /// when a block has all the owners that it can count.
    ndb::DataTree share(ndb::NdbWriter& ndb);

  private:
    ndb::Nid template_;
    ndb::DataTree tree_;
    std::uint32_t owners_ = 0;
};

/// One of each template.
class EmptyTables {
  public:
    EmptyTables();

    /// Pre: one of table_templates().
    EmptyTable& of(ndb::Nid template_nid) { return tables_.at(template_nid); }

  private:
    std::map<ndb::Nid, EmptyTable> tables_;
};

}  // namespace mbx::pst
