// Pages of the B-trees, [MS-PST] 2.2.2.7.7. The first byte says of which; trailers are made right
// first, since no mutation would hit the checksum.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pst/ndb/bt_page.hpp"
#include "pst/ndb/seal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    using namespace mbx::pst::ndb;
    if (size == 0) {
        return 0;
    }
    base::Bytes bytes = base::to_bytes(std::as_bytes(std::span(data, size)).subspan(1));
    bytes.resize(kPageSize);
    const Bref at{Bid{4}, Ib{0x4600}};
    const PageType type = data[0] == 'n' ? PageType::Nbt : PageType::Bbt;
    seal_page(bytes, type, at);
    try {
        decode_bt_page(bytes, Width::Unicode, type, at);
    } catch (const Error&) {
        // Damage, told as it should be.
    }
    return 0;
}
