// A PST as it lies on disk, read without trusting it: the two widths (ANSI, Unicode) look the same
// from here on. Nothing is checked but what keeps reading safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/layout.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::check {

using base::Bytes;
using base::ByteView;
using ndb::Bid;
using ndb::Bref;
using ndb::Ib;
using ndb::Nid;

/// HEADER with its ROOT, fields named as in [MS-PST] 2.2.2.6.
struct RawHeader {
    ndb::HeaderStart start{};
    std::uint64_t bidUnused = 0;
    std::uint64_t bidNextP = 0;
    std::uint64_t bidNextB = 0;
    std::uint32_t dwUnique = 0;
    std::array<std::uint32_t, 32> rgnid{};
    std::uint64_t qwUnused = 0;
    std::uint32_t reserved_in_root = 0;  ///< bits that are set in any of its reserved fields
    std::uint64_t ibFileEof = 0;
    std::uint64_t ibAMapLast = 0;
    std::uint64_t cbAMapFree = 0;
    std::uint64_t cbPMapFree = 0;
    Bref nbt;
    Bref bbt;
    std::uint8_t fAMapValid = 0;
    std::uint32_t dwAlign = 0;
    ndb::ByteArray<128> rgbFM{};
    ndb::ByteArray<128> rgbFP{};
    std::uint8_t bSentinel = 0;
    std::uint8_t bCryptMethod = 0;
    std::uint16_t rgbReserved = 0;
    std::optional<std::uint32_t> dwCRCFull;  ///< Unicode only
    std::uint32_t computed_partial = 0;
    std::uint32_t computed_full = 0;
};

struct PageTrailer {
    std::uint8_t ptype = 0;
    std::uint8_t ptypeRepeat = 0;
    std::uint16_t wSig = 0;
    std::uint32_t dwCRC = 0;
    std::uint64_t bid = 0;
    std::uint32_t computed_crc = 0;
};

struct BlockTrailer {
    std::uint16_t cb = 0;
    std::uint16_t wSig = 0;
    std::uint32_t dwCRC = 0;
    std::uint64_t bid = 0;
};

struct BtPage {
    ByteView entries;
    std::uint8_t cEnt = 0;
    std::uint8_t cEntMax = 0;
    std::uint8_t cbEnt = 0;
    std::uint8_t cLevel = 0;
    std::uint32_t dwPadding = 0;
    PageTrailer trailer;
};

struct BtEntry {
    std::uint64_t key = 0;
    Bref child;
};
struct BbtEntry {
    Bref at;
    std::uint16_t cb = 0;
    std::uint16_t cRef = 0;
    std::uint32_t dwPadding = 0;
};
struct NbtEntry {
    std::uint64_t nid = 0;
    Bid data;
    Bid sub;
    std::uint32_t parent = 0;
    std::uint32_t dwPadding = 0;
};
struct SlEntry {
    std::uint64_t nid = 0;
    Bid data;
    Bid sub;  ///< of an SIBLOCK: none
};

class Image {
  public:
    /// Throws Error(NoInput, NotAllowed) when it cannot be read; Error(BadData) when it is no PST,
    /// or one with 4K pages, which this does not check.
    explicit Image(const std::string& path);

    const RawHeader& header() const noexcept { return header_; }
    ByteView header_bytes() const noexcept { return header_bytes_; }
    bool is_ansi() const noexcept { return ansi_; }
    std::uint64_t size() const noexcept { return size_; }
    ndb::CryptMethod crypt() const noexcept {
        return static_cast<ndb::CryptMethod>(header_.bCryptMethod);
    }

    /// Whole sections that the file has; the last one may be cut short.
    std::uint64_t sections() const noexcept;

    /// The bytes from `offset`; fewer at the end of the file.
    Bytes read(std::uint64_t offset, std::size_t count) const;

    // The layouts of the two widths.
    std::size_t page_trailer_size() const noexcept { return ansi_ ? 12 : 16; }
    std::size_t block_trailer_size() const noexcept { return ansi_ ? 12 : 16; }
    std::size_t largest_data() const noexcept { return ndb::kLargestBlock - block_trailer_size(); }
    std::size_t bt_entry_size() const noexcept { return ansi_ ? 12 : 24; }
    std::size_t nbt_entry_size() const noexcept { return ansi_ ? 16 : 32; }
    std::size_t bt_entries_size() const noexcept { return ansi_ ? 496 : 488; }
    std::size_t map_start() const noexcept { return ansi_ ? 4 : 0; }
    std::size_t bid_size() const noexcept { return ansi_ ? 4 : 8; }
    std::size_t sl_header_size() const noexcept { return ansi_ ? 4 : 8; }
    std::size_t sl_entry_size() const noexcept { return ansi_ ? 12 : 24; }
    std::size_t si_entry_size() const noexcept { return ansi_ ? 8 : 16; }
    std::size_t block_size(std::size_t cb) const noexcept {
        return ndb::block_size(cb, block_trailer_size());
    }

    // Decoders. Pre: the view is a whole page, a whole block, or holds the entry.
    PageTrailer page_trailer(ByteView page) const;
    BtPage bt_page(ByteView page) const;
    BlockTrailer block_trailer(ByteView block) const;
    BtEntry bt_entry(ByteView entries, std::size_t index, std::size_t stride) const;
    BbtEntry bbt_entry(ByteView entries, std::size_t index, std::size_t stride) const;
    NbtEntry nbt_entry(ByteView entries, std::size_t index, std::size_t stride) const;
    /// BID number `index` of an XBLOCK or XXBLOCK.
    Bid x_entry(ByteView data, std::size_t index) const;
    SlEntry sl_entry(ByteView data, std::size_t index) const;
    SlEntry si_entry(ByteView data, std::size_t index) const;

  private:
    void decode_header();
    /// What `make` makes of the record at that place, in the file's width.
    template <typename Unicode, typename Ansi, typename Make>
    auto take(ByteView bytes, std::size_t at, const Make& make) const;

    base::File file_;
    std::uint64_t size_ = 0;
    bool ansi_ = false;
    Bytes header_bytes_;
    RawHeader header_;
};

/// True for a file with pages of 4096 bytes, which Image refuses. Throws Error(NoInput, NotAllowed)
/// when it cannot be read.
bool has_4k_pages(const std::string& path);

}  // namespace mbx::pst::check
