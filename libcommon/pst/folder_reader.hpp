// The folder tree of a store ([MS-PST] 2.4.4).
#pragma once

#include <string>
#include <vector>

#include "mapi/property_bag.hpp"
#include "pst/node_survey.hpp"
#include "pst/reader.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {

/// As PstReader::folders(), without special folders marked. Throws Error(BadData) when there is no
/// root folder.
std::vector<PstFolder> read_folders(const StoreContext& context, const NodeSurvey& survey);

/// "Folder 0x80a2", for a folder whose name is lost.
std::string name_of_lost(ndb::Nid folder);

/// Properties of a node that is a property context. Where it is missing or cannot be read, that is
/// reported, and the bag is empty.
mapi::PropertyBag read_node_properties(const StoreContext& context, ndb::Nid nid,
                                       const std::string& place);

}  // namespace mbx::pst
