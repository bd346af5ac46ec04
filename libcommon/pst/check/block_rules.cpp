#include "pst/check/block_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <numeric>
#include <span>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/check/block_content.hpp"
#include "pst/check/density_list.hpp"
#include "pst/ndb/seal.hpp"

namespace mbx::pst::check {
namespace {

using ndb::PageType;
using Slots = std::bitset<ndb::kSlotsPerSection>;

constexpr std::size_t kSlotsPerPage = ndb::kPageSize / ndb::kBlockAlignment;

/// Free space of a section in the two ways that writers of FMap bytes count it.
struct FreeSpace {
    std::uint16_t total = 0;  ///< free slots
    std::uint16_t run = 0;    ///< longest run
    bool known = false;       ///< false: its AMap cannot be read

    bool is_told_by(std::uint8_t fmap_byte) const {
        constexpr std::uint16_t kMost = 0xFF;
        return !known || fmap_byte == kMost || fmap_byte == std::min(total, kMost) ||
               fmap_byte == std::min(run, kMost);
    }
};

class Sweep {
  public:
    Sweep(const Image& image, Index& index, Reporter& reporter)
        : image_(image), index_(index), reporter_(reporter), content_(image, index, reporter) {
        by_place_.resize(index.blocks.size());
        std::iota(by_place_.begin(), by_place_.end(), 0U);
        std::ranges::sort(by_place_, {}, [&](std::uint32_t i) { return index.blocks[i].slot; });
        const auto sections = static_cast<std::size_t>(image.sections());
        free_.resize(sections);
        fmap_.assign(sections, 0xFF);
        std::copy_n(image.header().rgbFM.begin(),
                    std::min<std::size_t>(sections, ndb::kFirstFMapSection), fmap_.begin());
    }

    void run(base::Progress& progress, const base::StopFlag& stop) {
        progress.start("check blocks", std::nullopt);
        for (std::uint64_t section = 0; section < image_.sections(); ++section) {
            if (stop.requested()) {
                throw Error(ErrorCode::TryAgain, "stopped");
            }
            check_section(section);
            progress.advance(0, ndb::kSectionSize);
        }
        progress.finish();
        content_.finish();
        totals();
    }

  private:
    void check_section(std::uint64_t section) {
        const std::uint64_t start = ndb::section_offset(section);
        const Bytes bytes = image_.read(start, ndb::kSectionSize);
        Slots used;
        for (std::size_t i = 0; i < ndb::reserved_in_section(section) / ndb::kBlockAlignment; ++i) {
            used.set(i);
        }
        Slots allocated;
        const bool mapped = read_amap(section, bytes, allocated);
        if (mapped && (used & ~allocated).any()) {
            reporter_.report("A2", at_offset(start).with("AMap page"),
                             "the allocation pages here are not marked as allocated in the AMap");
        }
        check_other_maps(section, bytes);
        mark_pages(section, mapped, allocated, used);
        mark_blocks(section, bytes, mapped, allocated, used);
        if (mapped) {
            measure(section, allocated, used);
        }
        all_maps_ = all_maps_ && mapped;
    }

    bool check_map_page(ByteView bytes, std::uint64_t section, std::size_t in_section,
                        PageType type) {
        const std::uint64_t offset = ndb::section_offset(section) + in_section;
        Place place = at_offset(offset);
        place.detail = type == PageType::AMap   ? "AMap page"
                       : type == PageType::PMap ? "PMap page"
                       : type == PageType::FMap ? "FMap page"
                                                : "FPMap page";
        if (bytes.size() < in_section + ndb::kPageSize) {
            reporter_.report("A1", place, "the page is cut short");
            return false;
        }
        const PageTrailer trailer = image_.page_trailer(bytes.subspan(in_section, ndb::kPageSize));
        const auto wanted = static_cast<std::uint8_t>(type);
        if (trailer.ptype != wanted || trailer.ptypeRepeat != wanted) {
            reporter_.report("A1", place, "ptype",
                             fmt::format("{} and {}", hex(trailer.ptype), hex(trailer.ptypeRepeat)),
                             hex(wanted));
            return false;
        }
        if (trailer.dwCRC != trailer.computed_crc) {
            reporter_.report("A1", place, "dwCRC", hex32(trailer.dwCRC),
                             hex32(trailer.computed_crc));
        }
        if (trailer.bid != offset) {
            reporter_.report("A1", place, "bid", hex(trailer.bid), hex(offset));
        }
        if (trailer.wSig != 0) {
            reporter_.report("A1", place, "wSig", hex(trailer.wSig), "0x0");
        }
        return true;
    }

    ByteView map_bytes(ByteView section, std::size_t in_section) const {
        return section.subspan(in_section + image_.map_start(), ndb::kSlotsPerSection / 8);
    }

    bool read_amap(std::uint64_t section, ByteView bytes, Slots& allocated) {
        if (!check_map_page(bytes, section, 0, PageType::AMap)) {
            return false;
        }
        const ByteView map = map_bytes(bytes, 0);
        for (std::size_t slot = 0; slot < ndb::kSlotsPerSection; ++slot) {
            const auto byte = std::to_integer<unsigned>(map[slot / 8]);
            allocated.set(slot, (byte >> (7 - slot % 8) & 1U) != 0);
        }
        return true;
    }

    void check_other_maps(std::uint64_t section, ByteView bytes) {
        if (ndb::has_pmap(section) &&
            check_map_page(bytes, section, ndb::kPMapInSection, PageType::PMap)) {
            not_all_ones_ += all_ones(map_bytes(bytes, ndb::kPMapInSection)) ? 0 : 1;
        }
        if (ndb::has_fmap(section) &&
            check_map_page(bytes, section, ndb::kFMapInSection, PageType::FMap)) {
            const ByteView map = map_bytes(bytes, ndb::kFMapInSection);
            for (std::size_t i = 0; i < map.size() && section + i < fmap_.size(); ++i) {
                fmap_[section + i] = std::to_integer<std::uint8_t>(map[i]);
            }
        }
        if (ndb::has_fpmap(section) &&
            check_map_page(bytes, section, ndb::kFPMapInSection, PageType::FPMap)) {
            not_all_ones_ += all_ones(map_bytes(bytes, ndb::kFPMapInSection)) ? 0 : 1;
        }
    }

    static bool all_ones(ByteView map) {
        return std::ranges::all_of(map, [](std::byte b) { return b == std::byte{0xFF}; });
    }

    /// A2 and A3 of one extent.
    void mark(std::size_t first, std::size_t count, bool mapped, const Slots& allocated,
              Slots& used, const Place& place) {
        bool overlaps = false;
        bool missing = false;
        for (std::size_t slot = first; slot < std::min(first + count, used.size()); ++slot) {
            overlaps = overlaps || used.test(slot);
            missing = missing || !allocated.test(slot);
            used.set(slot);
        }
        if (overlaps) {
            reporter_.report("A3", place, "it overlaps what lies before it");
        }
        if (missing && mapped) {
            reporter_.report("A2", place, "it is not marked as allocated in the AMap");
        }
    }

    void mark_pages(std::uint64_t section, bool mapped, const Slots& allocated, Slots& used) {
        const std::uint64_t start = ndb::section_offset(section);
        for (; page_at_ < index_.pages.size(); ++page_at_) {
            const std::uint64_t offset = std::uint64_t{index_.pages[page_at_]} * ndb::kPageSize;
            if (offset >= start + ndb::kSectionSize) {
                break;
            }
            mark((offset - start) / ndb::kBlockAlignment, kSlotsPerPage, mapped, allocated, used,
                 at_offset(offset).with("B-tree page"));
        }
    }

    void mark_blocks(std::uint64_t section, ByteView bytes, bool mapped, const Slots& allocated,
                     Slots& used) {
        const std::uint64_t start = ndb::section_offset(section);
        for (; block_at_ < by_place_.size(); ++block_at_) {
            BlockInfo& block = index_.blocks[by_place_[block_at_]];
            if (block.offset() >= start + ndb::kSectionSize) {
                break;
            }
            if (!block.usable) {
                continue;
            }
            const std::size_t size = image_.block_size(block.cb);
            const Place place = at_block(Bid{block.bid}, block.offset());
            mark((block.offset() - start) / ndb::kBlockAlignment, size / ndb::kBlockAlignment,
                 mapped, allocated, used, place);
            check_block(block, bytes.subspan(block.offset() - start, size), place);
            index_.complete = index_.complete && (block.usable || !Bid{block.bid}.is_internal());
        }
    }

    void check_block(BlockInfo& block, ByteView bytes, const Place& place) {
        const BlockTrailer trailer = image_.block_trailer(bytes);
        if ((trailer.bid & ~std::uint64_t{1}) != block.bid) {
            reporter_.report("B1", place, "bid of the trailer", hex(trailer.bid), hex(block.bid));
            block.usable = false;
            return;
        }
        if (trailer.cb != block.cb) {
            reporter_.report("B1", place, "cb of the trailer", fmt::format("{}", trailer.cb),
                             fmt::format("{}", unsigned{block.cb}));
            block.usable = false;
        }
        if (const std::uint32_t crc = base::pst_crc32(bytes.first(block.cb));
            trailer.dwCRC != crc) {
            reporter_.report("B1", place, "dwCRC", hex32(trailer.dwCRC), hex32(crc));
            block.usable = false;
        }
        if (const auto signature = ndb::signature(Ib{block.offset()}, Bid{trailer.bid});
            trailer.wSig != signature) {
            reporter_.report("B1", place, "wSig", hex(trailer.wSig), hex(signature));
        }
        if (block.usable && Bid{block.bid}.is_internal()) {
            block.usable = content_.check_internal(block, bytes.first(block.cb), place);
        }
    }

    void measure(std::uint64_t section, const Slots& allocated, const Slots& used) {
        std::size_t run = 0;
        std::size_t longest = 0;
        for (std::size_t slot = 0; slot < allocated.size(); ++slot) {
            run = allocated.test(slot) ? 0 : run + 1;
            longest = std::max(longest, run);
        }
        const std::size_t free = allocated.size() - allocated.count();
        free_slots_ += free;
        free_[section] = {static_cast<std::uint16_t>(free), static_cast<std::uint16_t>(longest),
                          true};
        const Slots leaked = allocated & ~used;
        if (leaked.any()) {
            leaked_slots_ += leaked.count();
            if (!first_leak_) {
                first_leak_ =
                    ndb::section_offset(section) + leaked._Find_first() * ndb::kBlockAlignment;
            }
        }
    }

    void totals() {
        const RawHeader& header = image_.header();
        Place place;
        place.detail = "header";
        if (const std::uint64_t free = free_slots_ * ndb::kBlockAlignment;
            header.cbAMapFree != free && all_maps_) {
            reporter_.report("H4", place, "cbAMapFree", hex(header.cbAMapFree), hex(free));
        }
        if (leaked_slots_ > 0 && index_.complete) {
            const std::uint64_t leaked = leaked_slots_ * ndb::kBlockAlignment;
            const bool reserved = leaked == header.cbPMapFree;
            reporter_.report(Finding{
                &rule("A5"),
                reserved ? Severity::Info : Severity::Warning,
                at_offset(*first_leak_),
                fmt::format("{} bytes are allocated but not in use, the first here{}", leaked,
                            reserved ? "; reserved for pages, as cbPMapFree says" : ""),
                {},
                {}});
        }
        if (not_all_ones_ > 0) {
            reporter_.report("A6", {},
                             fmt::format("{} PMap or FPMap pages have zero bits", not_all_ones_));
        }
        if (!all_ones(std::as_bytes(std::span(header.rgbFP)))) {
            reporter_.report("A6", place, "rgbFP has zero bits");
        }
        page_space();
        free_map_bytes();
        if (all_maps_) {
            density_list();
        }
    }

    /// H11. Outlook before 2007 SP2 counts there what A5 finds.
    void page_space() {
        const std::uint64_t told = image_.header().cbPMapFree;
        if (const std::uint64_t reserved = leaked_slots_ * ndb::kBlockAlignment;
            told != 0 && told != reserved && index_.complete) {
            Place place;
            place.detail = "header";
            reporter_.report("H11", place, "cbPMapFree", hex(told),
                             reserved == 0 ? "0x0" : "0x0 or " + hex(reserved));
        }
    }

    void free_map_bytes() {
        std::uint64_t wrong = 0;
        std::size_t first = 0;
        for (std::size_t i = 0; i < free_.size(); ++i) {
            if (!free_[i].is_told_by(fmap_[i])) {
                first = wrong++ == 0 ? i : first;
            }
        }
        if (wrong > 0) {
            reporter_.report("A7", at_offset(ndb::section_offset(first)),
                             fmt::format("the FMap byte of {} sections, this one first,", wrong),
                             hex(fmap_[first]), fmt::format("0xff or {}", hex(free_[first].total)));
        }
        const auto& told = image_.header().rgbFM;
        const auto behind = std::find_if(
            told.begin() + static_cast<std::ptrdiff_t>(std::min(free_.size(), told.size())),
            told.end(), [](std::uint8_t byte) { return byte != 0 && byte != 0xFF; });
        if (behind != told.end()) {
            Place place;
            place.detail = "header";
            reporter_.report(
                "A7", place,
                fmt::format("rgbFM[{}], of a section that does not exist,", behind - told.begin()),
                hex(*behind), "0x0 or 0xff");
        }
    }

    void density_list() {
        std::vector<std::uint16_t> free(free_.size());
        std::ranges::transform(free_, free.begin(), &FreeSpace::total);
        check_density_list(image_, free, reporter_);
    }

    const Image& image_;
    Index& index_;
    Reporter& reporter_;
    BlockContent content_;
    std::vector<std::uint32_t> by_place_;
    std::vector<FreeSpace> free_;
    std::vector<std::uint8_t> fmap_;
    std::size_t page_at_ = 0;
    std::size_t block_at_ = 0;
    std::uint64_t free_slots_ = 0;
    std::uint64_t leaked_slots_ = 0;
    std::optional<std::uint64_t> first_leak_;
    std::uint64_t not_all_ones_ = 0;
    bool all_maps_ = true;  ///< every AMap could be read
};

}  // namespace

void check_blocks(const Image& image, Index& index, Reporter& reporter, base::Progress& progress,
                  const base::StopFlag& stop) {
    Sweep(image, index, reporter).run(progress, stop);
}

}  // namespace mbx::pst::check
