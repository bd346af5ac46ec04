// One pass over the file from front to back: allocation pages, and every block against its place in
// them (A1 to A7, H4, B1, B5 to B7), references counted on the way (B2), compared at the end (B3,
// B4).
#pragma once

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "pst/check/finding.hpp"
#include "pst/check/image.hpp"
#include "pst/check/index.hpp"

namespace mbx::pst::check {

/// Marks blocks that are damaged as not usable. Throws Error(TryAgain) when stopped. Reads the file
/// once, a section at a time; memory: one section, and 6 bytes for a block.
void check_blocks(const Image& image, Index& index, Reporter& reporter, base::Progress& progress,
                  const base::StopFlag& stop);

}  // namespace mbx::pst::check
