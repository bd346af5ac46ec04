// Signatures and checksums that pages and blocks end with ([MS-PST] 2.2.2.7.1, 2.2.2.8.1, 5.5).
#pragma once

#include "base/bytes.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {

/// wSig, [MS-PST] 5.5; the upper halves of offset and BID take no part.
constexpr std::uint16_t signature(Ib ib, Bid bid) noexcept {
    const auto mixed = static_cast<std::uint32_t>(ib.value ^ bid.value);
    return static_cast<std::uint16_t>(mixed >> 16 ^ (mixed & 0xFFFFU));
}

/// wSig of a page: 0 for the maps, whose places are fixed, else signature().
constexpr std::uint16_t page_signature(PageType type, Bref at) noexcept {
    const bool map = type == PageType::AMap || type == PageType::PMap || type == PageType::FMap ||
                     type == PageType::FPMap;
    return map ? std::uint16_t{0} : signature(at.ib, at.bid);
}

/// Writes the trailer of a page of a Unicode file whose other bytes are in place.
/// Pre: page.size() == kPageSize.
void seal_page(base::MutableByteView page, PageType type, Bref at) noexcept;

/// Writes the trailer of a block of a Unicode file. `block` is the whole of it, the first `cb`
/// bytes are in place and encoded. The CRC covers these alone.
void seal_block(base::MutableByteView block, std::size_t cb, Bref at) noexcept;

}  // namespace mbx::pst::ndb
