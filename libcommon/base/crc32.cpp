#include "base/crc32.hpp"

#include <zlib.h>

namespace mbx::base {

std::uint32_t pst_crc32(ByteView bytes, std::uint32_t crc) noexcept {
    if (bytes.empty()) {
        return crc;  // zlib takes a null pointer as a request to start anew
    }
    // zlib inverts the value before and after: handing it the inverse leaves the bare register.
    constexpr std::uint32_t kInvert = 0xFFFFFFFFU;
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    return static_cast<std::uint32_t>(crc32_z(crc ^ kInvert, data, bytes.size())) ^ kInvert;
}

}  // namespace mbx::base
