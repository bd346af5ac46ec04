// The name-to-id map (S16).
#pragma once

#include "pst/check/store.hpp"

namespace mbx::pst::check {

/// Pre: all property contexts have been seen, so that the highest named property is known.
void check_name_map(Store& store);

}  // namespace mbx::pst::check
