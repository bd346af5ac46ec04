// Writes blocks into a new Unicode file and keeps what the BBT has to say of them
// ([MS-PST] 2.2.2.8, 2.2.2.7.7.3).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/record_spool.hpp"
#include "pst/ndb/records.hpp"
#include "pst/ndb/reference_counts.hpp"
#include "pst/ndb/section_file.hpp"

namespace mbx::pst::ndb {

class BlockWriter {
  public:
    /// `sections` outlives this.
    BlockWriter(SectionFile& sections, CryptMethod crypt) : sections_(sections), crypt_(crypt) {}

    /// BIDs ascend.
    /// Pre: 1 <= data.size() <= kLargestDataUnicode.
    Bid write_data(base::ByteView data) { return write(data, false); }
    Bid write_internal(base::ByteView data) { return write(data, true); }
    /// One more place in the file names the block. BID 0 is passed over.
    void own(Bid bid);

    void checkpoint();
    void roll_back();

    /// The BID that the next block gets (bidNextB).
    Bid next() const noexcept { return Bid{next_}; }
    /// Pages of NBT and BBT that finish() will need at most besides those for the blocks.
    void keep_pages(std::uint64_t pages) noexcept { kept_pages_ = pages; }

    /// Calls sink(BbtEntryUnicode) for every block, ascending by BID. No block can be written
    /// afterwards. Throws Error(Internal) when a block has no owner.
    template <typename Sink>
    void drain(Sink&& sink) {
        check_owners();
        auto more = references_.more_owners().begin();
        blocks_.drain([&](BbtEntryUnicode entry) {
            if (more != references_.more_owners().end() && more->first == entry.BREF.bid) {
                entry.cRef = static_cast<std::uint16_t>(entry.cRef + more->second);
                ++more;
            }
            sink(entry);
        });
    }

  private:
    Bid write(base::ByteView data, bool internal);
    void check_owners() const;

    SectionFile& sections_;
    CryptMethod crypt_;
    RecordSpool<BbtEntryUnicode> blocks_;
    ReferenceCounts references_;
    std::uint64_t next_ = 4;
    std::uint64_t kept_pages_ = 0;

    std::uint64_t next_at_checkpoint_ = 0;
    std::uint64_t sections_at_checkpoint_ = 0;
};

/// An upper bound for the pages of a B-tree with that many leaf entries.
std::uint64_t most_tree_pages(std::uint64_t entries, std::uint64_t entries_per_leaf) noexcept;

}  // namespace mbx::pst::ndb
