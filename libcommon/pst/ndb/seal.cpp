#include "pst/ndb/seal.hpp"

#include <cstring>

#include "base/crc32.hpp"

namespace mbx::pst::ndb {

void seal_page(base::MutableByteView page, PageType type, Bref at) noexcept {
    PageTrailerUnicode trailer{};
    const std::size_t covered = page.size() - sizeof trailer;
    trailer.ptype = static_cast<std::uint8_t>(type);
    trailer.ptypeRepeat = trailer.ptype;
    trailer.wSig = page_signature(type, at);
    trailer.dwCRC = base::pst_crc32(page.first(covered));
    trailer.bid = at.bid.value;
    std::memcpy(page.data() + covered, &trailer, sizeof trailer);
}

void seal_block(base::MutableByteView block, std::size_t cb, Bref at) noexcept {
    BlockTrailerUnicode trailer{};
    trailer.cb = static_cast<std::uint16_t>(cb);
    trailer.wSig = signature(at.ib, at.bid);
    trailer.dwCRC = base::pst_crc32(block.first(cb));
    trailer.bid = at.bid.value;
    std::memcpy(block.data() + block.size() - sizeof trailer, &trailer, sizeof trailer);
}

}  // namespace mbx::pst::ndb
