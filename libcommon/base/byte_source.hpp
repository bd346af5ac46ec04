// Pull streams: bytes that can be read from the start any number of times, without holding them in
// memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace mbx::base {

/// One pass over the bytes of a ByteSource.
class ByteReader {
  public:
    virtual ~ByteReader() = default;

    /// Fills `out` from the front and returns how many bytes it put there; fewer than asked only at
    /// the end, 0 for ever after it. Throws Error (Io, BadData) when the bytes cannot be had.
    virtual std::size_t read(MutableByteView out) = 0;
};

/// Bytes that can be opened again and again; each open() starts at the first byte. Immutable,
/// shared by std::shared_ptr<const ByteSource>; what it reads from (an open file, say) lives as
/// long as it does.
class ByteSource {
  public:
    virtual ~ByteSource() = default;

    /// Number of bytes that a reader yields. May cost one pass over the data the first time.
    virtual std::uint64_t size() const = 0;

    virtual std::unique_ptr<ByteReader> open() const = 0;

    /// A reader whose first byte is that at `offset`. Cheap for memory, files and slices of them;
    /// others read what lies before. Past the end: a reader that yields nothing.
    virtual std::unique_ptr<ByteReader> open_at(std::uint64_t offset) const;

    /// The bytes themselves when they already lie in memory, else an empty view: a short cut, no
    /// promise.
    virtual ByteView in_memory() const { return {}; }
};

using SharedSource = std::shared_ptr<const ByteSource>;

/// Bytes held in memory.
SharedSource memory_source(Bytes bytes);
SharedSource memory_source(std::string text);

/// `size` bytes of an existing source from `offset`. Throws Error(Internal) when it is not that
/// long.
SharedSource slice_source(SharedSource source, std::uint64_t offset, std::uint64_t size);

/// Sources one after the other.
SharedSource concat_source(std::vector<SharedSource> parts);

/// Bytes of a file from `offset` to `offset + size` (to the end when size is kToEnd), read as they
/// are needed. Throws Error(NoInput, NotAllowed) when the file cannot be opened.
inline constexpr std::uint64_t kToEnd = ~std::uint64_t{0};
SharedSource file_source(const std::string& path, std::uint64_t offset = 0,
                         std::uint64_t size = kToEnd);

/// Reads all of it. Throws Error(BadData) when there are more than `limit` bytes.
Bytes read_all(const ByteSource& source, std::uint64_t limit);
std::string read_all_text(const ByteSource& source, std::uint64_t limit);

/// Calls `sink(ByteView)` with the bytes, piece by piece, in order. Pieces live for the call only.
template <typename Sink>
void for_each_piece(const ByteSource& source, Sink&& sink) {
    if (const ByteView all = source.in_memory(); !all.empty()) {
        sink(all);
        return;
    }
    Bytes buffer(64 * 1024);
    const auto reader = source.open();
    while (const std::size_t n = reader->read(buffer)) {
        sink(ByteView(buffer).first(n));
    }
}

}  // namespace mbx::base
