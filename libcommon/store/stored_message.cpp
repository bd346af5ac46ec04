#include "store/stored_message.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/spool.hpp"
#include "store/file_look.hpp"

namespace mbx::store {
namespace {

constexpr int kGzip = 15 + 16;  // window bits; 16: with gzip's header and checksum
constexpr std::size_t kLongestMark = 16;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kHeldInMemory = 1024 * 1024;

Error refusal(const std::string& what) {
    return {ErrorCode::BadData, "the message is " + what,
            "the mail server did that; export through the server (imap://) instead"};
}

/// Streams that lie one behind the other give one text, as with gzip(1).
class GunzipReader final : public base::ByteReader {
  public:
    explicit GunzipReader(const base::ByteSource& file) : file_(file.open()), input_(kPiece) {
        if (inflateInit2(&stream_, kGzip) != Z_OK) {
            throw Error(ErrorCode::Internal, "zlib cannot decompress");
        }
    }
    ~GunzipReader() override { inflateEnd(&stream_); }
    GunzipReader(const GunzipReader&) = delete;
    GunzipReader& operator=(const GunzipReader&) = delete;

    std::size_t read(base::MutableByteView out) override {
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        while (stream_.avail_out > 0 && begin_step()) {
            const int result = inflate(&stream_, Z_NO_FLUSH);
            if (result == Z_BUF_ERROR) {
                throw refusal(fmt::format("{}, and cut short", kGzipPacking));
            }
            if (result != Z_OK && result != Z_STREAM_END) {
                throw refusal(fmt::format("{}, and damaged", kGzipPacking));
            }
            is_whole_ = result == Z_STREAM_END;
        }
        return out.size() - stream_.avail_out;
    }

  private:
    /// False behind the last stream.
    bool begin_step() {
        if (stream_.avail_in == 0) {
            stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
            stream_.avail_in = static_cast<uInt>(file_->read(input_));
        }
        if (is_whole_ && stream_.avail_in > 0) {
            inflateReset(&stream_);
            is_whole_ = false;
        }
        return !is_whole_;
    }

    std::unique_ptr<base::ByteReader> file_;
    base::Bytes input_;
    z_stream stream_{};
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
