// What the rules of the messaging layer share while a store is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/stop.hpp"
#include "pst/check/finding.hpp"
#include "pst/check/node_data.hpp"
#include "pst/check/object.hpp"
#include "pst/check/property_rules.hpp"
#include "pst/check/table_rules.hpp"

namespace mbx::pst::check {

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
    std::uint64_t folders = 0;
    std::uint64_t messages = 0;
    std::uint64_t embedded = 0;

    /// Files of Outlook before 2007 SP2 have no density list, and other sizes of messages.
    bool old_style = false;

    /// nullopt when there is no such node or its subnodes cannot be read.
    std::optional<Object> open(Nid nid) const;
    /// Notes the node as listed; false when there is none.
    bool list(Nid nid);
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
