// The recipient table of a message ([MS-PST] 2.4.5.3).
#pragma once

#include <vector>

#include "mapi/property_bag.hpp"
#include "pst/ltp/subnode_writer.hpp"
#include "pst/named_property_map.hpp"
#include "pst/row_versions.hpp"

namespace mbx::pst {

/// The recipient's own properties, and those that Outlook and SCANPST want of each recipient where
/// it lacks them: kind, object type, entry identifier and search key of its address, ...
mapi::PropertyBag complete_recipient(const mapi::PropertyBag& recipient);

/// Writes the table as subnode kNidRecipientTable: the columns of the template and those that the
/// recipients have besides. Pre: there are recipients. Throws Error(BadData) when they need more
/// columns than a table can have.
void write_recipient_table(ltp::SubnodeWriter& subnodes,
                           const std::vector<mapi::PropertyBag>& recipients,
                           NamedPropertyMap& names, RowVersions& versions);

}  // namespace mbx::pst
