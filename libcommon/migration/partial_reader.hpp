// Reads as far as it goes: half a message is better than nothing.
#pragma once

#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"

namespace mbx::migration {

/// Never throws an Error: what reading throws is its end.
class PartialReader {
  public:
    /// source outlives this.
    explicit PartialReader(const base::ByteSource& source);

    /// 0 at the end of what can be read.
    std::size_t read(base::MutableByteView out);
    /// Why there is no more; empty when that is all of it.
    const std::string& damage() const noexcept { return damage_; }

  private:
    std::unique_ptr<base::ByteReader> reader_;
    std::string damage_;
};

}  // namespace mbx::migration
