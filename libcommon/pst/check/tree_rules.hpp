// Walks both B-trees: T1, T2, T3, H6, N1, and fills the index.
#pragma once

#include "pst/check/finding.hpp"
#include "pst/check/image.hpp"
#include "pst/check/index.hpp"

namespace mbx::pst::check {

/// What can be reached, also past damaged pages.
Index walk_trees(const Image& image, Reporter& reporter);

}  // namespace mbx::pst::check
