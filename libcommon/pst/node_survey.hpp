// What the nodes of a file say of its folders and messages, whatever the tables say: how folders
// and messages are found when a table, or the folder itself, is damaged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pst/ndb/block_file.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {

/// The messages of one folder, or its associated ones.
struct FolderContents {
    std::uint64_t listed = 0;  ///< rows of the contents table, as far as it can be read
    bool damaged = false;      ///< it cannot be read to its end
    /// Nodes that have the folder as their parent and are in no contents table at all. Ascending.
    std::vector<ndb::Nid> unlisted;

    std::uint64_t count() const noexcept { return listed + unlisted.size(); }
};

struct NodeSurvey {
    std::map<ndb::Nid, ndb::Node> folders;           ///< normal and search folders
    std::map<ndb::Nid, FolderContents> by_contents;  ///< by the NID of the contents table
    std::string damage;  ///< why not all nodes could be looked at; empty when they could

    /// table: ContentsTable or AssociatedContentsTable.
    const FolderContents& contents(ndb::Nid folder, ndb::NidType table) const;
};

/// "folder 0x00008082, contents table", the place of errors in a contents table.
std::string place_of_contents(ndb::Nid table);

/// Reads the NBT and the row index of each contents table; in a sound file nothing is `unlisted`.
/// Reports damaged tables, and messages that no table lists.
NodeSurvey survey_nodes(const StoreContext& context);

}  // namespace mbx::pst
