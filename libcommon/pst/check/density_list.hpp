// The density list, which names sections with much free space (H10). [MS-PST] 2.2.2.7.4
#pragma once

#include <cstdint>
#include <span>

#include "pst/check/finding.hpp"
#include "pst/check/image.hpp"

namespace mbx::pst::check {

/// `free_slots`: of each section, by its AMap; 0 where that is damaged.
void check_density_list(const Image& image, std::span<const std::uint16_t> free_slots,
                        Reporter& reporter);

}  // namespace mbx::pst::check
