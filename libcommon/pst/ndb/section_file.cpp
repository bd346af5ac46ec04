#include "pst/ndb/section_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "pst/ndb/seal.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr std::size_t kPageTable = sizeof(MapPageUnicode::rgb);
constexpr std::byte kAll{0xFF};

/// Room of a section that holds pages only; the least that any section has.
constexpr std::uint64_t kPagesPerSection = kSectionSize / kPageSize - 3;
/// Pages of the BBT that the blocks of one more section may need.
constexpr std::uint64_t kSlackPages = 256;

void set_bits(base::MutableByteView bitmap, std::size_t first, std::size_t end) {
    for (std::size_t bit = first; bit < end;) {
        if (bit % 8 == 0 && bit + 8 <= end) {
            bitmap[bit / 8] = kAll;
            bit += 8;
        } else {
            bitmap[bit / 8] |= std::byte{0x80} >> (bit % 8);
            ++bit;
        }
    }
}

void seal_map(base::MutableByteView page, PageType type, std::uint64_t offset) {
    seal_page(page, type, {Bid{offset}, Ib{offset}});
}

/// The allocation pages at the start of a section. [used, top) is free.
void write_maps(base::MutableByteView start, std::uint64_t section, std::size_t used,
                std::size_t top) {
    const std::uint64_t offset = section_offset(section);
    const auto amap = start.first(kPageSize);
    std::fill(amap.begin(), amap.end(), std::byte{0});
    set_bits(amap, 0, used / kBlockAlignment);
    set_bits(amap, top / kBlockAlignment, kSlotsPerSection);
    seal_map(amap, PageType::AMap, offset);
    const auto full_map = [&](std::size_t where, PageType type) {
        const auto page = start.subspan(where, kPageSize);
        std::fill_n(page.begin(), kPageTable, kAll);
        seal_map(page, type, offset + where);
    };
    if (has_pmap(section)) {
        full_map(kPMapInSection, PageType::PMap);
    }
    if (has_fpmap(section)) {
        full_map(kFPMapInSection, PageType::FPMap);
    }
}

constexpr std::uint16_t slots(std::size_t bytes) noexcept {
    return static_cast<std::uint16_t>(bytes / kBlockAlignment);
}

}  // namespace

SectionFile::SectionFile(base::File& file, std::uint64_t max_file_size)
    : file_(file), max_file_size_(max_file_size) {}

SectionFile::Place SectionFile::take_block(std::size_t size, std::uint64_t pages_to_come) {
    const auto fits = [&](const Section& section) { return section.room() >= size; };
    const auto found = std::find_if(open_.begin(), open_.end(), fits);
    Section& section = found != open_.end() ? *found : open_section(pages_to_come);
    const std::size_t at = std::exchange(section.used, section.used + size);
    return {Ib{section_offset(section.number) + at},
            base::MutableByteView(section.bytes).subspan(at, size)};
}

SectionFile::Place SectionFile::take_page() {
    const auto fits = [](const Section& section) {
        return section.used % kPageSize == 0 ? section.room() >= kPageSize
                                             : section.top - kPageSize >= section.used;
    };
    const auto found = std::find_if(open_.begin(), open_.end(), fits);
    Section& section = found != open_.end() ? *found : open_section(0);
    std::size_t at = 0;
    if (section.used % kPageSize == 0) {
        at = std::exchange(section.used, section.used + kPageSize);
    } else {
        at = section.top -= kPageSize;
    }
    return {Ib{section_offset(section.number) + at},
            base::MutableByteView(section.bytes).subspan(at, kPageSize)};
}

SectionFile::Section& SectionFile::open_section(std::uint64_t pages_to_come) {
    const std::uint64_t for_pages =
        pages_to_come == 0 ? 0 : (pages_to_come + kSlackPages) / kPagesPerSection + 1;
    if (file_size(sections() + 1 + for_pages) > max_file_size_) {
        throw Error(ErrorCode::CannotCreate,
                    fmt::format("the file would grow beyond {} bytes", max_file_size_),
                    "split the mailbox into several files");
    }
    if (open_.size() == kOpenSections) {
        leave_fullest();
    }
    Section section;
    section.number = sections();
    section.used = reserved_in_section(section.number);
    if (!spare_.empty()) {
        section.bytes = std::move(spare_.back());
        spare_.pop_back();
    }
    section.bytes.assign(kSectionSize, std::byte{0});
    free_slots_.push_back(slots(section.room()));
    return open_.emplace_back(std::move(section));
}

void SectionFile::leave_fullest() {
    const auto fullest =
        std::min_element(open_.begin(), open_.end(),
                         [](const Section& a, const Section& b) { return a.room() < b.room(); });
    write(*fullest);
    spare_.push_back(std::move(fullest->bytes));
    open_.erase(fullest);
}

void SectionFile::write(Section& section) {
    write_maps(section.bytes, section.number, section.used, section.top);
    free_slots_[static_cast<std::size_t>(section.number)] = slots(section.room());
    file_.write_at(section_offset(section.number), section.bytes);
}

void SectionFile::skip(std::uint64_t count) {
    base::Bytes start(3 * kPageSize);
    for (; count > 0; --count) {
        const std::uint64_t number = sections();
        const std::size_t used = reserved_in_section(number);
        write_maps(start, number, used, kSectionSize);
        file_.write_at(section_offset(number), base::ByteView(start).first(used));
        free_slots_.push_back(slots(kSectionSize - used));
    }
}

SectionFile::Section& SectionFile::open_again(std::uint64_t number) {
    const auto same = [&](const Section& section) { return section.number == number; };
    if (const auto found = std::find_if(open_.begin(), open_.end(), same); found != open_.end()) {
        return *found;
    }
    Section section;
    section.number = number;
    section.bytes.resize(kSectionSize);
    if (file_.read_at(section_offset(number), section.bytes) != kSectionSize) {
        throw Error(ErrorCode::Io, "the file became shorter while it was written")
            .with_place(file_.path());
    }
    return open_.emplace_back(std::move(section));
}

void SectionFile::give_back(std::uint64_t sections, std::span<const Ib> blocks) {
    std::map<std::uint64_t, std::size_t> new_ends;  // section → first byte given back
    for (const Ib ib : blocks) {
        const std::uint64_t number = section_of(ib);
        const auto at = static_cast<std::size_t>(ib.value - section_offset(number));
        const auto [entry, is_new] = new_ends.emplace(number, at);
        entry->second = std::min(entry->second, at);
    }
    std::erase_if(open_, [&](const Section& section) { return section.number >= sections; });
    free_slots_.resize(static_cast<std::size_t>(sections));
    for (const auto& [number, end] : new_ends) {
        if (number >= sections) {
            break;
        }
        Section& section = open_again(number);
        section.used = end;
        std::fill(section.bytes.begin() + static_cast<std::ptrdiff_t>(end), section.bytes.end(),
                  std::byte{0});
    }
    while (open_.size() > kOpenSections) {
        leave_fullest();
    }
}

std::uint8_t SectionFile::free_byte(std::uint64_t section) const noexcept {
    return section < sections() ? static_cast<std::uint8_t>(std::min<std::uint16_t>(
                                      free_slots_[static_cast<std::size_t>(section)], 255))
                                : std::uint8_t{0};
}

void SectionFile::finish() {
    for (Section& section : open_) {
        write(section);
    }
    open_.clear();
    spare_.clear();
    write_fmap_pages();
    file_.truncate(size());
}

// An FMap page speaks of its own section and the ones behind it: it can be written only now.
void SectionFile::write_fmap_pages() {
    base::Bytes page(kPageSize);
    for (std::uint64_t first = kFirstFMapSection; first < sections(); first += kSectionsPerFMap) {
        for (std::size_t i = 0; i < kSectionsPerFMap; ++i) {
            page[i] = static_cast<std::byte>(free_byte(first + i));
        }
        const std::uint64_t offset = section_offset(first) + kFMapInSection;
        seal_map(page, PageType::FMap, offset);
        file_.write_at(offset, page);
    }
}

std::uint64_t SectionFile::free_bytes() const noexcept {
    return kBlockAlignment *
           std::accumulate(free_slots_.begin(), free_slots_.end(), std::uint64_t{0});
}

SectionFile::FreeBytes SectionFile::free_bytes_of_first_maps() const noexcept {
    FreeBytes result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = free_byte(i);
    }
    return result;
}

}  // namespace mbx::pst::ndb
