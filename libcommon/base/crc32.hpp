// The CRC of PST files, [MS-PST] 5.3; also the CRC of compressed RTF, [MS-OXRTFCP] 2.1.3.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace mbx::base {

/// Reflected polynomial 0xEDB88320, initial value 0, no final inversion: "test" gives 0xF93BA110.
/// `crc` continues an earlier call.
std::uint32_t pst_crc32(ByteView bytes, std::uint32_t crc = 0) noexcept;

}  // namespace mbx::base
