#include "pst/check/space_map.hpp"

#include <algorithm>
#include <vector>

namespace mbx::pst::check {
namespace {

constexpr std::size_t kSlotsPerPage = ndb::kPageSize / ndb::kBlockAlignment;

struct Extent {
    std::uint64_t slot;
    std::size_t count;
    SpaceUse use;
};

std::vector<Extent> extents_of(const Image& image, const Index& index) {
    std::vector<Extent> result;
    result.reserve(index.blocks.size() + index.pages.size());
    for (const BlockInfo& block : index.blocks) {
        if (block.usable) {
            result.push_back({block.slot, image.block_size(block.cb) / ndb::kBlockAlignment,
                              Bid{block.bid}.is_internal() ? SpaceUse::Internal : SpaceUse::Data});
        }
    }
    for (const std::uint32_t page : index.pages) {
        result.push_back({std::uint64_t{page} * kSlotsPerPage, kSlotsPerPage, SpaceUse::Tree});
    }
    std::ranges::sort(result, {}, &Extent::slot);
    return result;
}

void fill(SectionUse& use, std::size_t first, std::size_t count, SpaceUse with) {
    for (std::size_t slot = first; slot < std::min(first + count, use.size()); ++slot) {
        use[slot] = with;
    }
}

}  // namespace

void map_space(const Image& image, const Index& index,
               const std::function<void(std::uint64_t, const SectionUse&)>& take) {
    const std::vector<Extent> extents = extents_of(image, index);
    auto next = extents.begin();
    for (std::uint64_t section = 0; section < image.sections(); ++section) {
        const std::uint64_t start = ndb::section_offset(section);
        SectionUse use{};
        const Bytes amap = image.read(start, ndb::kPageSize);
        for (std::size_t slot = 0; amap.size() == ndb::kPageSize && slot < use.size(); ++slot) {
            const auto byte = std::to_integer<unsigned>(amap[image.map_start() + slot / 8]);
            use[slot] = (byte >> (7 - slot % 8) & 1U) != 0 ? SpaceUse::Unowned : SpaceUse::Free;
        }
        fill(use, 0, ndb::reserved_in_section(section) / ndb::kBlockAlignment, SpaceUse::Map);
        const std::uint64_t first = start / ndb::kBlockAlignment;
        for (; next != extents.end() && next->slot < first + use.size(); ++next) {
            if (next->slot >= first) {
                fill(use, next->slot - first, next->count, next->use);
            }
        }
        take(section, use);
    }
}

}  // namespace mbx::pst::check
