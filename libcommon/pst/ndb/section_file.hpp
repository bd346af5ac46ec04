// Gives out places for blocks and pages in a new Unicode file, section by section, and writes the
// allocation pages ([MS-PST] 2.2.2.7.2 to .6).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "pst/ndb/layout.hpp"

namespace mbx::pst::ndb {

/// Blocks fill a section from its start, pages from its end (from its start where that is aligned
/// to pages): the free space of every section is one run, and every slot that is not in it holds
/// something. So the free space is the same number whether counted as a sum or as the longest run,
/// which is what FMap bytes need, and no gap is left allocated.
///
/// A few sections are open at a time, so that small blocks fill what large ones leave; a section is
/// written whole when it is left.
class SectionFile {
  public:
    /// Memory in sections that are open: kOpenSections * kSectionSize bytes.
    static constexpr std::size_t kOpenSections = 4;
    /// Of rgbFM in the header: AMaps 0 to 127.
    using FreeBytes = std::array<std::uint8_t, kFirstFMapSection>;

    SectionFile(base::File& file, std::uint64_t max_file_size);

    struct Place {
        Ib ib;
        base::MutableByteView bytes;  ///< zero; lives until the next call
    };
    /// pages_to_come: what finish() of the file will want at most, room for them is kept.
    /// Throws Error(CannotCreate) when the file would become too large.
    /// Pre: size is a multiple of 64, at most kLargestBlock.
    Place take_block(std::size_t size, std::uint64_t pages_to_come);
    Place take_page();

    /// Leaves `count` sections free, writing their allocation pages only: the file gets holes.
    void skip(std::uint64_t count);

    std::uint64_t sections() const noexcept { return free_slots_.size(); }
    std::uint64_t size() const noexcept { return file_size(sections()); }

    /// Gives back all blocks taken after the file had `sections` sections, at these offsets; none
    /// of them lies before a block that stays. Pre: no page taken.
    void give_back(std::uint64_t sections, std::span<const Ib> blocks);

    /// Writes all that is open, and the FMap pages. Nothing can be taken afterwards.
    void finish();
    /// After finish(): for the header.
    std::uint64_t free_bytes() const noexcept;
    FreeBytes free_bytes_of_first_maps() const noexcept;

  private:
    struct Section {
        std::uint64_t number = 0;
        std::size_t used = 0;            // end of what fills it from the start
        std::size_t top = kSectionSize;  // start of what fills it from the end
        base::Bytes bytes;

        std::size_t room() const noexcept { return top - used; }
    };

    Section& open_section(std::uint64_t pages_to_come);
    Section& open_again(std::uint64_t number);
    void leave_fullest();
    void write(Section& section);
    void write_fmap_pages();
    std::uint8_t free_byte(std::uint64_t section) const noexcept;

    base::File& file_;
    std::uint64_t max_file_size_;
    std::vector<Section> open_;              // in the order in which they were opened
    std::vector<base::Bytes> spare_;         // buffers of sections that were left
    std::vector<std::uint16_t> free_slots_;  // of each section; right once it has been written
};

}  // namespace mbx::pst::ndb
