// What each 64-byte slot of a file is used for, section by section: for pictures of a file.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "pst/check/image.hpp"
#include "pst/check/index.hpp"

namespace mbx::pst::check {

enum class SpaceUse : std::uint8_t { Free, Map, Tree, Data, Internal, Unowned };

using SectionUse = std::array<SpaceUse, ndb::kSlotsPerSection>;

/// Calls `take` for each section, front to back. Unowned: the AMap says allocated, and nothing is
/// there.
void map_space(const Image& image, const Index& index,
               const std::function<void(std::uint64_t section, const SectionUse&)>& take);

}  // namespace mbx::pst::check
