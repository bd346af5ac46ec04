// Header, B-tree pages and internal blocks of a PST. The first byte says which; checksums are made
// right first, since no mutation would hit them.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/bt_page.hpp"
#include "pst/ndb/header.hpp"
#include "pst/ndb/index_block.hpp"
#include "pst/ndb/seal.hpp"

namespace {

using namespace mbx;
using namespace mbx::pst::ndb;

void put_crc(base::Bytes& bytes, std::size_t at, std::size_t size) {
    const base::le32 crc = base::pst_crc32(base::ByteView(bytes).subspan(kHeaderCrcStart, size));
    std::memcpy(bytes.data() + at, &crc, sizeof crc);
}

void read_header(base::Bytes bytes) {
    constexpr std::uint64_t kFileSize = 271'360;
    if (bytes.size() >= sizeof(HeaderUnicode)) {
        put_crc(bytes, offsetof(HeaderStart, dwCRCPartial), kHeaderPartialCrcSize);
        put_crc(bytes, offsetof(HeaderUnicode, dwCRCFull), kHeaderFullCrcSize);
    }
    decode_header(bytes, kFileSize);
}

void read_page(base::Bytes bytes, PageType type) {
    bytes.resize(kPageSize);
    const Bref at{Bid{4}, Ib{0x4600}};
    seal_page(bytes, type, at);
    decode_bt_page(bytes, Width::Unicode, type, at);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const base::Bytes rest = base::to_bytes(std::as_bytes(std::span(data, size)).subspan(1));
    try {
        switch (data[0]) {
            case 'h':
                read_header(rest);
                break;
            case 'n':
                read_page(rest, PageType::Nbt);
                break;
            case 'b':
                read_page(rest, PageType::Bbt);
                break;
            case 'x':
                decode_x_block(rest, Width::Unicode);
                break;
            case 'X':
                decode_x_block(rest, Width::Ansi);
                break;
            case 's':
                decode_sl_block(rest, Width::Unicode);
                break;
            default:
                decode_sl_block(rest, Width::Ansi);
                break;
        }
    } catch (const Error&) {
        // Damage, told as it should be.
    }
    return 0;
}
