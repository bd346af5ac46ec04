#include "convert/exact/raw_deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.hpp"

namespace mbx::convert::exact {
namespace {

constexpr int kRawDeflate = -15;  // window bits; negative: neither header nor checksum
constexpr int kUsualLevel = 6;
constexpr int kFastLevel = 1;
constexpr int kMemoryLevel = 8;
constexpr std::size_t kBufferSize = 64 * 1024;

const Bytef* input(base::ByteView bytes) {
    return reinterpret_cast<const Bytef*>(bytes.data());
}

class Deflate {
  public:
    Deflate(int level, std::string_view dictionary) {
        if (deflateInit2(&stream_, level, Z_DEFLATED, kRawDeflate, kMemoryLevel,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            throw Error(ErrorCode::Internal, "zlib cannot compress");
        }
        if (!dictionary.empty()) {
            deflateSetDictionary(&stream_, input(base::as_bytes(dictionary)),
                                 static_cast<uInt>(dictionary.size()));
        }
    }
    ~Deflate() { deflateEnd(&stream_); }
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;

    void put(base::ByteView bytes, bool last, const ByteSink& sink) {
        constexpr std::size_t kAtOnce = std::numeric_limits<int>::max();
        do {
            const std::size_t n = std::min(bytes.size(), kAtOnce);
            stream_.next_in = const_cast<Bytef*>(input(bytes));  // zlib only reads it
            stream_.avail_in = static_cast<uInt>(n);
            bytes = bytes.subspan(n);
            drain(last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH, sink);
        } while (!bytes.empty());
    }

  private:
    void drain(int flush, const ByteSink& sink) {
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            deflate(&stream_, flush);
            sink(base::ByteView(buffer_).first(buffer_.size() - stream_.avail_out));
        } while (stream_.avail_out == 0);
    }

    z_stream stream_{};
    std::array<std::byte, kBufferSize> buffer_{};
};

class Inflate {
  public:
    explicit Inflate(std::string_view dictionary) {
        if (inflateInit2(&stream_, kRawDeflate) != Z_OK) {
            throw Error(ErrorCode::Internal, "zlib cannot decompress");
        }
        if (!dictionary.empty()) {
            inflateSetDictionary(&stream_, input(base::as_bytes(dictionary)),
                                 static_cast<uInt>(dictionary.size()));
        }
    }
    ~Inflate() { inflateEnd(&stream_); }
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;

    bool ended() const { return ended_; }

    /// False when the stream is broken or `left` is not enough.
    bool put(base::ByteView bytes, std::uint64_t& left, const ByteSink& sink) {
        stream_.next_in = const_cast<Bytef*>(input(bytes));  // zlib only reads it
        stream_.avail_in = static_cast<uInt>(bytes.size());
        while (!ended_) {
            stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            const int result = inflate(&stream_, Z_NO_FLUSH);
            const std::size_t n = buffer_.size() - stream_.avail_out;
            if ((result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) || n > left) {
                return false;
            }
            left -= n;
            sink(base::ByteView(buffer_).first(n));
            ended_ = result == Z_STREAM_END;
            if (stream_.avail_out != 0) {
                break;
            }
        }
        return true;
    }

  private:
    z_stream stream_{};
    std::array<std::byte, kBufferSize> buffer_{};
    bool ended_ = false;
};

}  // namespace

base::Bytes deflate_bytes(base::ByteView bytes, std::string_view dictionary) {
    base::Bytes result;
    Deflate(kUsualLevel, dictionary).put(bytes, true, [&](base::ByteView piece) {
        base::append(result, piece);
    });
    return result;
}

void deflate_source(const base::ByteSource& source, const ByteSink& sink) {
    base::Bytes buffer(kBufferSize);
    const auto reader = source.open();
    std::size_t n = reader->read(buffer);
    const base::Bytes trial = deflate_bytes(base::ByteView(buffer).first(n), {});
    Deflate stream(trial.size() * 20 < n * 19 ? kUsualLevel : kFastLevel, {});
    for (; n > 0; n = reader->read(buffer)) {
        stream.put(base::ByteView(buffer).first(n), false, sink);
    }
    stream.put({}, true, sink);
}

bool inflate_source(const base::ByteSource& source, std::string_view dictionary,
                    std::uint64_t limit, const ByteSink& sink) {
    Inflate stream(dictionary);
    base::Bytes buffer(kBufferSize);
    const auto reader = source.open();
    while (const std::size_t n = reader->read(buffer)) {
        if (!stream.put(base::ByteView(buffer).first(n), limit, sink)) {
            return false;
        }
    }
    return stream.ended();
}

}  // namespace mbx::convert::exact
