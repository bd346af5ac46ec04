// The tables that each store has a template of ([MS-PST] 2.4.4.4 to 2.4.6.1, 2.7.1).
#pragma once

#include <cstdint>
#include <span>

#include "pst/ltp/table_layout.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst {

/// nidType of templates that [MS-PST] does not name; Outlook and SCANPST want them all the same.
inline constexpr ndb::Nid kNidChangeTableTemplate{0x6B6};
inline constexpr ndb::Nid kNidReplicaTableTemplate{0x6D7};
inline constexpr ndb::Nid kNidCreationTableTemplate{0x6F8};

struct TableTemplate {
    ndb::Nid nid;
    /// Tags in the order of their making, which decides where they lie in a row.
    std::span<const std::uint32_t> columns;
};

/// As Outlook 16 makes them; ascending by NID. The receive folder table (0x62B), which is no
/// template but a table, is among them.
std::span<const TableTemplate> table_templates();

/// Of a table with the columns of a template and, behind them, others. Pre: `nid` is one of
/// table_templates(). Throws Error(BadData) for too many columns.
ltp::TableLayout layout_of(ndb::Nid nid, std::span<const mapi::PropertyTag> others = {});

/// Of the tables that list a folder's messages, ordinary or associated ones.
const ltp::TableLayout& message_row_layout(bool associated);
const ltp::TableLayout& attachment_row_layout();

}  // namespace mbx::pst
