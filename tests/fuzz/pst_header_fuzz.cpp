// The header of a PST, [MS-PST] 2.2.2.6. Checksums are made right first, since no mutation would
// hit them.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/header.hpp"
#include "pst/ndb/records.hpp"

namespace {

using namespace mbx;
using namespace mbx::pst::ndb;

void put_crc(base::Bytes& bytes, std::size_t at, std::size_t size) {
    const base::le32 crc = base::pst_crc32(base::ByteView(bytes).subspan(kHeaderCrcStart, size));
    std::memcpy(bytes.data() + at, &crc, sizeof crc);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::uint64_t kFileSize = 271'360;
    base::Bytes bytes = base::to_bytes(std::as_bytes(std::span(data, size)));
    if (bytes.size() >= sizeof(HeaderUnicode)) {
        put_crc(bytes, offsetof(HeaderStart, dwCRCPartial), kHeaderPartialCrcSize);
        put_crc(bytes, offsetof(HeaderUnicode, dwCRCFull), kHeaderFullCrcSize);
    }
    try {
        decode_header(bytes, kFileSize);
    } catch (const Error&) {
        // Damage, told as it should be.
    }
    return 0;
}
