// Messages on their way to IMAP: each bare LF becomes CRLF (RFC 9051 4.3, RFC 5322 2.1); nothing
// else changes.
#pragma once

#include <cstdint>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"

namespace mbx::mail {

class CrlfConverter {
  public:
    /// Appends the converted piece to `out`. A CR at the end of a piece is remembered for the next.
    void convert(base::ByteView piece, base::Bytes& out);
    /// How long the piece would be.
    std::uint64_t measure(base::ByteView piece);

  private:
    bool after_cr_ = false;
};

/// Length of all of it after conversion, and whether there is a NUL byte.
struct CrlfSize {
    std::uint64_t bytes = 0;
    bool has_nul = false;
};

class CrlfMeter {
  public:
    void look(base::ByteView piece);
    CrlfSize size() const noexcept { return size_; }

  private:
    CrlfConverter converter_;
    CrlfSize size_;
};

/// One pass over the data.
CrlfSize crlf_size(const base::ByteSource& source);

}  // namespace mbx::mail
