// Folders, their tables, and what is in them (N3, N4, S3, S6 to S10, M6).
#pragma once

#include "base/progress.hpp"
#include "pst/check/store.hpp"

namespace mbx::pst::check {

/// All folders with their messages; then nodes that no table lists. Throws Error(TryAgain) when
/// stopped.
void check_folders(Store& store, base::Progress& progress);

}  // namespace mbx::pst::check
