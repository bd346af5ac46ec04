#include "base/md5.hpp"

#include <openssl/evp.h>

#include "base/error.hpp"

namespace mbx::base {

std::array<std::byte, 16> md5(ByteView bytes) {
    std::array<std::byte, 16> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                   &size, EVP_md5(), nullptr) != 1 ||
        size != digest.size()) {
        throw Error(ErrorCode::Internal, "MD5 is not available");
    }
    return digest;
}

}  // namespace mbx::base
