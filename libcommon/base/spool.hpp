// A growing buffer that moves from memory into an unnamed temporary file when it gets large.
#pragma once

#include <cstdint>
#include <memory>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"

namespace mbx::base {

class Spool {
  public:
    /// memory_limit: bytes kept in memory before a temporary file is used.
    explicit Spool(std::size_t memory_limit = 4 * 1024 * 1024);
    ~Spool();
    Spool(Spool&&) noexcept;
    Spool& operator=(Spool&&) noexcept;

    void write(ByteView bytes);
    std::uint64_t size() const noexcept;
    /// Fills `out` from `offset`; fewer bytes only at the end.
    std::size_t read_at(std::uint64_t offset, MutableByteView out) const;
    /// Overwrites bytes already written. Pre: offset + bytes.size() <= size().
    void write_at(std::uint64_t offset, ByteView bytes);

    /// Hands the content over as an immutable source; the spool is empty afterwards.
    SharedSource take();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mbx::base
