// All bytes of a source as one view, however long it is.
#pragma once

#include <cstdint>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"

namespace mbx::base {

/// Up to `memory_limit` bytes are read into memory; a longer source is copied into an unnamed
/// temporary file that is mapped, so that its pages are the kernel's to keep or drop. Throws what
/// reading the source throws.
class Contiguous {
  public:
    explicit Contiguous(SharedSource source, std::uint64_t memory_limit = std::uint64_t{32} << 20);
    ~Contiguous();
    Contiguous(const Contiguous&) = delete;
    Contiguous& operator=(const Contiguous&) = delete;

    ByteView view() const noexcept { return view_; }

  private:
    void map_copy();

    SharedSource source_;  // keeps the bytes alive that view_ may show
    Bytes memory_;
    void* mapped_ = nullptr;
    ByteView view_;
};

}  // namespace mbx::base
