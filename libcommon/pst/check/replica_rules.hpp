// Nodes that Outlook keeps beside folders and messages to find them again: ID map and message index
// (S17). Not in the specification; known from Outlook's own files.
#pragma once

#include "pst/check/store.hpp"

namespace mbx::pst::check {

/// Reads 0xC01, the ID map, into the store, for the rows to be compared with. None: empty.
void load_id_map(Store& store);
/// 0xE01: which messages it lists.
void check_message_index(Store& store);
/// Pre: all rows have been compared.
void check_id_map_totals(Store& store);

}  // namespace mbx::pst::check
