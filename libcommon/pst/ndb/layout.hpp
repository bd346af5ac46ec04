// Where the allocation pages of a Unicode file lie ([MS-PST] 2.2.2.7.2 to .6).
//
// The file is a header area, then sections of 253,952 bytes. A section begins with its AMap page;
// some have a PMap page and an FMap or FPMap page right behind it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pst/ndb/ids.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {

/// The density list page, [MS-PST] 2.2.2.7.4.
inline constexpr std::uint64_t kDListOffset = 0x4200;
/// The first AMap page, and with it the first section.
inline constexpr std::uint64_t kFirstSectionOffset = 0x4400;
/// Of 64 bytes each: the bits of an AMap page.
inline constexpr std::size_t kSlotsPerSection = 496 * 8;
inline constexpr std::size_t kSectionSize = kSlotsPerSection * kBlockAlignment;
static_assert(kSectionSize == 0x3E000);

/// rgbFM and rgbFP of the header stand for the first FMap and FPMap: they serve the sections before
/// these.
inline constexpr std::uint64_t kFirstFMapSection = 128;
inline constexpr std::uint64_t kFirstFPMapSection = 8192;
inline constexpr std::uint64_t kSectionsPerPMap = 8;
inline constexpr std::uint64_t kSectionsPerFMap = 496;
inline constexpr std::uint64_t kSectionsPerFPMap = 496 * 64;

constexpr std::uint64_t section_offset(std::uint64_t section) noexcept {
    return kFirstSectionOffset + section * kSectionSize;
}
/// Of a file with that many sections.
constexpr std::uint64_t file_size(std::uint64_t sections) noexcept {
    return section_offset(sections);
}
constexpr bool has_pmap(std::uint64_t section) noexcept {
    return section % kSectionsPerPMap == 0;
}
constexpr bool has_fmap(std::uint64_t section) noexcept {
    return section >= kFirstFMapSection && (section - kFirstFMapSection) % kSectionsPerFMap == 0;
}
constexpr bool has_fpmap(std::uint64_t section) noexcept {
    return section >= kFirstFPMapSection && (section - kFirstFPMapSection) % kSectionsPerFPMap == 0;
}

// Within a section. The FPMap takes the place that FMap pages have in other sections, right behind
// the PMap: SCANPST looks for it there (the text gives no place). No section has both.
inline constexpr std::size_t kPMapInSection = kPageSize;
inline constexpr std::size_t kFMapInSection = 2 * kPageSize;
inline constexpr std::size_t kFPMapInSection = 2 * kPageSize;

/// Bytes at the start of a section that its own allocation pages take.
constexpr std::size_t reserved_in_section(std::uint64_t section) noexcept {
    if (has_fmap(section) || has_fpmap(section)) {
        return 3 * kPageSize;
    }
    return has_pmap(section) ? 2 * kPageSize : kPageSize;
}

/// The section that `ib` lies in. Pre: ib >= kFirstSectionOffset.
constexpr std::uint64_t section_of(Ib ib) noexcept {
    return (ib.value - kFirstSectionOffset) / kSectionSize;
}

/// cb rounded up so that data, padding and trailer fill whole slots ([MS-PST] 2.2.2.8).
constexpr std::size_t block_size(std::size_t cb, std::size_t trailer_size) noexcept {
    return (cb + trailer_size + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

}  // namespace mbx::pst::ndb
