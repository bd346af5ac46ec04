// Nodes, the message store and the objects beside it (N2, H7, H9, L13, S1 to S5, S17 to S19).
#pragma once

#include "pst/check/store.hpp"

namespace mbx::pst::check {

/// What needs no other node than those it names.
void check_store(Store& store);

/// What is known when all folders have been checked.
void check_store_totals(Store& store);

}  // namespace mbx::pst::check
