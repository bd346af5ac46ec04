#include "store/imap/deflate_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.hpp"

namespace mbx::store::imap {
namespace {

constexpr int kRawDeflate = -15;  // window bits; negative: no header

/// Runs `step(stream)` until it has taken all input and filled less than a buffer of output.
template <typename Step>
void pump(z_stream& stream, base::ByteView bytes, base::Bytes& out, Step step) {
    std::array<std::byte, 16384> buffer{};
    do {
        const auto n = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
        stream.next_in =
            const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
        stream.avail_in = static_cast<uInt>(n);
        do {
            stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
            stream.avail_out = static_cast<uInt>(buffer.size());
            step(stream, n == bytes.size());
            base::append(out, base::ByteView(buffer).first(buffer.size() - stream.avail_out));
        } while (stream.avail_out == 0);
        bytes = bytes.subspan(n);
    } while (!bytes.empty());
}

}  // namespace

struct Deflater::State {
    z_stream stream{};
};

Deflater::Deflater() : state_(std::make_unique<State>()) {
    if (deflateInit2(&state_->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        throw Error(ErrorCode::Internal, "zlib cannot compress");
    }
}
Deflater::~Deflater() {
    deflateEnd(&state_->stream);
}

void Deflater::compress(base::ByteView bytes, bool flush, base::Bytes& out) {
    pump(state_->stream, bytes, out, [flush](z_stream& stream, bool last) {
        deflate(&stream, flush && last ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    });
}

struct Inflater::State {
    z_stream stream{};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
    if (inflateInit2(&state_->stream, kRawDeflate) != Z_OK) {
        throw Error(ErrorCode::Internal, "zlib cannot decompress");
    }
}
Inflater::~Inflater() {
    inflateEnd(&state_->stream);
}

void Inflater::decompress(base::ByteView bytes, base::Bytes& out) {
    pump(state_->stream, bytes, out, [](z_stream& stream, bool /*last*/) {
        const int result = inflate(&stream, Z_SYNC_FLUSH);
        if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
            throw Error(ErrorCode::BadData, "the server's compressed data is broken");
        }
    });
}

}  // namespace mbx::store::imap
