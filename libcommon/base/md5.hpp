// MD5 (RFC 1321), by OpenSSL's libcrypto: for identifiers that are defined by it, never for
// security.
#pragma once

#include <array>

#include "base/bytes.hpp"

namespace mbx::base {

std::array<std::byte, 16> md5(ByteView bytes);

}  // namespace mbx::base
