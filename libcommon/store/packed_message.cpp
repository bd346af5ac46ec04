#include "store/packed_message.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/spool.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

struct Packing {
    std::string_view start;
    std::string_view words;
};

constexpr std::array kPackings{
    Packing{"\x1f\x8b\x08"sv, kGzipPacking},
    Packing{"\x1f\x9d"sv, "compressed with compress"sv},
    Packing{"\xfd\x37zXZ\0"sv, "compressed with xz"sv},
    Packing{"\x28\xb5\x2f\xfd"sv, "compressed with zstd"sv},
    Packing{"\x04\x22\x4d\x18"sv, "compressed with lz4"sv},
    Packing{"Dovecot-LZ4\r*\x9b\xc5"sv, "compressed with lz4"sv},
    Packing{"CRYPTED\x03\x07"sv, "encrypted by Dovecot's mail_crypt"sv},
};

constexpr int kGzip = 15 + 16;  // window bits; 16: with gzip's header and checksum
constexpr std::size_t kLongestMark = 16;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kHeldInMemory = 1024 * 1024;

Error refusal(const std::string& what) {
    return {ErrorCode::BadData, "the message is " + what,
            "the mail server did that; export through the server (imap://) instead"};
}

/// A z_stream that decompresses.
class Inflate {
  public:
    Inflate() {
        if (inflateInit2(&stream, kGzip) != Z_OK) {
            throw Error(ErrorCode::Internal, "zlib cannot decompress");
        }
    }
    ~Inflate() { inflateEnd(&stream); }
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;

    void take(base::ByteView bytes) {
        stream.next_in =
            const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
        stream.avail_in = static_cast<uInt>(bytes.size());
    }
    void fill(base::MutableByteView out) {
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
    }

    z_stream stream{};
};

/// Streams that lie one behind the other give one text, as with gzip(1).
class GunzipReader final : public base::ByteReader {
  public:
    explicit GunzipReader(const base::ByteSource& file) : file_(file.open()), input_(kPiece) {}

    std::size_t read(base::MutableByteView out) override {
        inflate_.fill(out);
        while (inflate_.stream.avail_out > 0 && begin_step()) {
            const int result = inflate(&inflate_.stream, Z_NO_FLUSH);
            if (result == Z_BUF_ERROR) {
                throw refusal(fmt::format("{}, and cut short", kGzipPacking));
            }
            if (result != Z_OK && result != Z_STREAM_END) {
                throw refusal(fmt::format("{}, and damaged", kGzipPacking));
            }
            is_whole_ = result == Z_STREAM_END;
        }
        return out.size() - inflate_.stream.avail_out;
    }

  private:
    /// False behind the last stream.
    bool begin_step() {
        if (inflate_.stream.avail_in == 0) {
            inflate_.take(base::ByteView(input_).first(file_->read(input_)));
        }
        if (is_whole_ && inflate_.stream.avail_in > 0) {
            inflateReset(&inflate_.stream);
            is_whole_ = false;
        }
        return !is_whole_;
    }

    std::unique_ptr<base::ByteReader> file_;
    base::Bytes input_;
    Inflate inflate_;
    bool is_whole_ = false;
};

base::SharedSource gunzipped(const base::ByteSource& file, std::uint64_t limit) {
    GunzipReader reader(file);
    base::Spool spool(kHeldInMemory);
    base::Bytes piece(kPiece);
    while (const std::size_t n = reader.read(piece)) {
        if (spool.size() + n > limit) {
            throw refusal(fmt::format("{}, and has more than {} bytes", kGzipPacking, limit));
        }
        spool.write(base::ByteView(piece).first(n));
    }
    return spool.take();
}

}  // namespace

std::string_view packing_of(std::string_view start) {
    if (start.starts_with("BZh") && start.substr(0, 10).ends_with("1AY&SY")) {
        return "compressed with bzip2";
    }
    const auto* const found =
        std::find_if(kPackings.begin(), kPackings.end(),
                     [&](const Packing& packing) { return start.starts_with(packing.start); });
    return found != kPackings.end() ? found->words : std::string_view();
}

std::string gunzipped_start(std::string_view start) {
    Inflate inflate;
    std::string text(kPiece, '\0');
    inflate.take(base::as_bytes(start));
    inflate.fill(std::as_writable_bytes(std::span(text.data(), text.size())));
    ::inflate(&inflate.stream, Z_SYNC_FLUSH);
    text.resize(text.size() - inflate.stream.avail_out);
    return text;
}

base::SharedSource unpacked(base::SharedSource file, std::uint64_t limit) {
    base::Bytes start(kLongestMark);
    start.resize(file->open()->read(start));
    const std::string_view packing = packing_of(base::as_text(start));
    if (packing.empty()) {
        return file;
    }
    if (packing != kGzipPacking) {
        throw refusal(std::string(packing));
    }
    return gunzipped(*file, limit);
}

}  // namespace mbx::store
