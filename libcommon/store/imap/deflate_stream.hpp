// One direction of COMPRESS=DEFLATE: raw deflate (RFC 1951), flushed so that the other side sees
// all of it.
#pragma once

#include <memory>

#include "base/bytes.hpp"

namespace mbx::store::imap {

class Deflater {
  public:
    Deflater();
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    /// Compressed bytes are appended to `out`; with `flush` nothing is held back.
    void compress(base::ByteView bytes, bool flush, base::Bytes& out);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class Inflater {
  public:
    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    /// At most `most` decompressed bytes are appended to `out`; compressed ones that are not needed
    /// for them are kept. Throws Error(BadData) when the stream is broken.
    void decompress(base::ByteView bytes, std::size_t most, base::Bytes& out);
    /// The last call has filled `most`: another one, with no bytes, may give more.
    bool has_more() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mbx::store::imap
