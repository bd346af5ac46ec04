// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"

namespace mbx::base {

using Sha256Digest = std::array<std::byte, 32>;

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(ByteView bytes);
    /// The digest of everything so far. The object is spent afterwards.
    Sha256Digest finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

Sha256Digest sha256(ByteView bytes);
Sha256Digest sha256(const ByteSource& source);

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);

}  // namespace mbx::base
