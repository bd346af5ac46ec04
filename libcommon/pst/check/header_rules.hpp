// Rules of the header that need nothing else: H1, H2, H3, H5, H8, H10.
#pragma once

#include "pst/check/finding.hpp"
#include "pst/check/image.hpp"

namespace mbx::pst::check {

void check_header(const Image& image, Reporter& reporter);

}  // namespace mbx::pst::check
