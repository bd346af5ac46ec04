// Message objects, their recipients and attachments (S11 to S15, R1, M4, M5, M7, M8).
#pragma once

#include <functional>

#include "pst/check/store.hpp"

namespace mbx::pst::check {

/// Checks a message node. `with_context` is called with its property context when that is sound, to
/// compare its row.
void check_message(Nid nid, Store& store,
                   const std::function<void(const PropertyContext&)>& with_context);

}  // namespace mbx::pst::check
