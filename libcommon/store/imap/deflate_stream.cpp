#include "store/imap/deflate_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.hpp"

namespace mbx::store::imap {
namespace {

constexpr int kRawDeflate = -15;  // window bits; negative: no header

void feed(z_stream& stream, base::ByteView bytes) {
    stream.next_in =
        const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
    stream.avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace

struct Deflater::State {
    z_stream stream{};
};

Deflater::Deflater() : state_(std::make_unique<State>()) {
    if (deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, kRawDeflate, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        throw Error(ErrorCode::Internal, "zlib cannot compress");
    }
}
Deflater::~Deflater() {
    deflateEnd(&state_->stream);
}

void Deflater::compress(base::ByteView bytes, bool flush, base::Bytes& out) {
    z_stream& stream = state_->stream;
    std::array<std::byte, 16384> buffer{};
    do {
        const auto n = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
        feed(stream, bytes.first(n));
        do {
            stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
            stream.avail_out = static_cast<uInt>(buffer.size());
            deflate(&stream, flush && n == bytes.size() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
            base::append(out, base::ByteView(buffer).first(buffer.size() - stream.avail_out));
        } while (stream.avail_out == 0);
        bytes = bytes.subspan(n);
    } while (!bytes.empty());
}

struct Inflater::State {
    z_stream stream{};
    base::Bytes wire;  // what the stream has not taken yet lies at its end
    bool filled = false;
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
    if (inflateInit2(&state_->stream, kRawDeflate) != Z_OK) {
        throw Error(ErrorCode::Internal, "zlib cannot decompress");
    }
}
Inflater::~Inflater() {
    inflateEnd(&state_->stream);
}

void Inflater::decompress(base::ByteView bytes, std::size_t most, base::Bytes& out) {
    z_stream& stream = state_->stream;
    base::Bytes& wire = state_->wire;
    wire.erase(wire.begin(), wire.end() - static_cast<std::ptrdiff_t>(stream.avail_in));
    base::append(wire, bytes);
    feed(stream, wire);
    const std::size_t before = out.size();
    out.resize(before + most);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(most);
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    out.resize(before + most - stream.avail_out);
    state_->filled = stream.avail_out == 0;
    if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
        throw Error(ErrorCode::BadData, "the server's compressed data is broken");
    }
}

bool Inflater::has_more() const noexcept {
    return state_->filled;
}

}  // namespace mbx::store::imap
