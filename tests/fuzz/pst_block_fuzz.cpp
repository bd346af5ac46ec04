// Internal blocks, [MS-PST] 2.2.2.8.3: x XBLOCK, s SLBLOCK, X and S of ANSI files, by the first
// byte.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pst/ndb/index_block.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    using namespace mbx::pst::ndb;
    if (size == 0) {
        return 0;
    }
    const base::Bytes rest = base::to_bytes(std::as_bytes(std::span(data, size)).subspan(1));
    try {
        switch (data[0]) {
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
