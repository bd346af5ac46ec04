// What the rules of the messaging layer share while a store is checked.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/stop.hpp"
#include "pst/check/finding.hpp"
#include "pst/check/node_data.hpp"
#include "pst/check/object.hpp"
#include "pst/check/property_rules.hpp"
#include "pst/check/table_rules.hpp"

namespace mbx::pst::check {

constexpr bool is_folder(Nid nid) noexcept {
    return nid.type() == ndb::NidType::NormalFolder || nid.type() == ndb::NidType::SearchFolder;
}

/// 0xC01, which leads from PidTagReplItemid to a node, in stores that were replicated. Either no
/// row has that cell, or all rows of folders and messages have it.
struct IdMap {
    std::map<Bytes, Nid> nodes;
    std::uint64_t rows_with = 0;
    std::uint64_t rows_without = 0;
    Place first_without;
};

struct Store {
    const Image& image;
    const Index& index;
    NodeReader reader;
    Reporter& reporter;
    const base::StopFlag& stop;

    std::vector<bool> listed{};                 ///< parallel to index.nodes: in its parent's table
    std::set<Nid> unreadable{};                 ///< tables of folders: what they list is not known
    std::vector<std::uint32_t> row_versions{};  ///< of all hierarchy and contents tables
    std::uint16_t highest_named = 0;            ///< highest identifier of a named property in use
    Bytes record_key{};                         ///< of the message store; what EntryIDs name
    IdMap id_map{};
    std::uint64_t folders = 0;
    std::uint64_t messages = 0;
    std::uint64_t embedded = 0;

    /// Files of Outlook before 2007 SP2 have other sizes of messages and fewer columns.
    bool old_style = false;

    /// nullopt when there is no such node or its subnodes cannot be read.
    std::optional<Object> open(Nid nid) const;
    /// Notes the node as listed; false when there is none.
    bool list(Nid nid);
    enum class Target : std::uint8_t { Folder, Message };
    /// What is wrong with the EntryID of a folder or message of this store; nullopt when nothing
    /// is.
    std::optional<std::string> entry_id_problem(ByteView entry_id,
                                                Target target = Target::Folder) const;
    /// S17: a row of a folder or message against the ID map.
    void check_replica_id(const Table& table, ByteView row, const Place& place);
    /// Notes the highest named property of a context.
    void note_names(const PropertyContext& context);
};

/// S3: the columns that a table must have at least, by kind of table (its NID type, or the NID of a
/// fixed one).
std::span<const std::uint32_t> required_columns(Nid template_nid);
void check_required_columns(const Table& table, Nid template_nid, const Place& place, Store& store);

/// For each column of the table: the cell is there when the property is, with the same value.
/// Columns that exist in rows only are passed over. `rule_id` is what a difference breaks.
void compare_row(const Table& table, ByteView row, const PropertyContext& context,
                 std::string_view rule_id, const Place& place, Store& store);

}  // namespace mbx::pst::check
