#include "base/byte_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"

namespace mbx::base {
namespace {

class MemoryReader final : public ByteReader {
  public:
    explicit MemoryReader(ByteView bytes) : rest_(bytes) {}

    std::size_t read(MutableByteView out) override {
        const std::size_t n = std::min(out.size(), rest_.size());
        if (n != 0) {
            std::memcpy(out.data(), rest_.data(), n);
        }
        rest_ = rest_.subspan(n);
        return n;
    }

  private:
    ByteView rest_;
};

template <typename Buffer>
class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(Buffer buffer) : buffer_(std::move(buffer)) {}
    std::uint64_t size() const override { return buffer_.size(); }
    std::unique_ptr<ByteReader> open() const override {
        return std::make_unique<MemoryReader>(in_memory());
    }
    std::unique_ptr<ByteReader> open_at(std::uint64_t offset) const override {
        const ByteView all = in_memory();
        return std::make_unique<MemoryReader>(
            all.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(offset, all.size()))));
    }
    ByteView in_memory() const override {
        return std::as_bytes(std::span(buffer_.data(), buffer_.size()));
    }

  private:
    Buffer buffer_;
};

class SliceReader final : public ByteReader {
  public:
    SliceReader(std::unique_ptr<ByteReader> reader, std::uint64_t size)
        : reader_(std::move(reader)), left_(size) {}

    std::size_t read(MutableByteView out) override {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
        const std::size_t n = want == 0 ? 0 : reader_->read(out.first(want));
        left_ -= n;
        return n;
    }

  private:
    std::unique_ptr<ByteReader> reader_;
    std::uint64_t left_;
};

class SliceSource final : public ByteSource {
  public:
    SliceSource(SharedSource source, std::uint64_t offset, std::uint64_t size)
        : source_(std::move(source)), offset_(offset), size_(size) {}
    std::uint64_t size() const override { return size_; }
    std::unique_ptr<ByteReader> open() const override { return open_at(0); }
    std::unique_ptr<ByteReader> open_at(std::uint64_t offset) const override {
        const std::uint64_t skip = std::min(offset, size_);
        if (const ByteView bytes = in_memory(); !bytes.empty()) {
            return std::make_unique<MemoryReader>(bytes.subspan(static_cast<std::size_t>(skip)));
        }
        return std::make_unique<SliceReader>(source_->open_at(offset_ + skip), size_ - skip);
    }
    ByteView in_memory() const override {
        const ByteView all = source_->in_memory();
        return all.empty() ? all
                           : all.subspan(static_cast<std::size_t>(offset_),
                                         static_cast<std::size_t>(size_));
    }

  private:
    SharedSource source_;
    std::uint64_t offset_;
    std::uint64_t size_;
};

class ConcatReader final : public ByteReader {
  public:
    ConcatReader(const std::vector<SharedSource>& parts, std::size_t first, std::uint64_t offset)
        : parts_(parts), next_(first), offset_(offset) {}

    std::size_t read(MutableByteView out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            if (!reader_) {
                if (next_ == parts_.size()) {
                    break;
                }
                reader_ = parts_[next_++]->open_at(std::exchange(offset_, 0));
            }
            const std::size_t n = reader_->read(out.subspan(done));
            if (n == 0) {
                reader_.reset();
            }
            done += n;
        }
        return done;
    }

  private:
    const std::vector<SharedSource>& parts_;
    std::size_t next_;
    std::uint64_t offset_;  // in the next part
    std::unique_ptr<ByteReader> reader_;
};

class ConcatSource final : public ByteSource {
  public:
    explicit ConcatSource(std::vector<SharedSource> parts) : parts_(std::move(parts)) {}
    std::uint64_t size() const override {
        std::uint64_t total = 0;
        for (const SharedSource& part : parts_) {
            total += part->size();
        }
        return total;
    }
    std::unique_ptr<ByteReader> open() const override { return open_at(0); }
    std::unique_ptr<ByteReader> open_at(std::uint64_t offset) const override {
        std::size_t first = 0;
        while (first < parts_.size() && offset >= parts_[first]->size()) {
            offset -= parts_[first++]->size();
        }
        return std::make_unique<ConcatReader>(parts_, first, offset);
    }

  private:
    std::vector<SharedSource> parts_;
};

class FileReader final : public ByteReader {
  public:
    FileReader(const File& file, std::uint64_t offset, std::uint64_t size)
        : file_(file), offset_(offset), left_(size) {}

    std::size_t read(MutableByteView out) override {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
        const std::size_t n = want == 0 ? 0 : file_.read_at(offset_, out.first(want));
        if (n < want) {
            throw Error(ErrorCode::Io, "the file became shorter while it was read")
                .with_place(file_.path());
        }
        offset_ += n;
        left_ -= n;
        return n;
    }

  private:
    const File& file_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

class FileSource final : public ByteSource {
  public:
    FileSource(const std::string& path, std::uint64_t offset, std::uint64_t size)
        : file_(File::open_read(path)), offset_(offset), size_(size) {
        const std::uint64_t end = file_.size();
        if (size_ == kToEnd) {
            size_ = end - std::min(offset, end);
        }
        if (offset > end || size_ > end - offset) {
            throw Error(ErrorCode::NoInput,
                        fmt::format("the file has {} bytes, wanted {} from {}", end, size_, offset))
                .with_place(path);
        }
    }
    std::uint64_t size() const override { return size_; }
    std::unique_ptr<ByteReader> open() const override { return open_at(0); }
    std::unique_ptr<ByteReader> open_at(std::uint64_t offset) const override {
        const std::uint64_t skip = std::min(offset, size_);
        return std::make_unique<FileReader>(file_, offset_ + skip, size_ - skip);
    }

  private:
    File file_;
    std::uint64_t offset_;
    std::uint64_t size_;
};

template <typename Buffer>
Buffer read_all_into(const ByteSource& source, std::uint64_t limit) {
    Buffer result;
    for_each_piece(source, [&](ByteView piece) {
        if (piece.size() > limit - result.size()) {
            throw Error(ErrorCode::BadData, fmt::format("more than the allowed {} bytes", limit));
        }
        const auto* first = reinterpret_cast<const typename Buffer::value_type*>(piece.data());
        result.insert(result.end(), first, first + piece.size());
    });
    return result;
}

}  // namespace

std::unique_ptr<ByteReader> ByteSource::open_at(std::uint64_t offset) const {
    std::unique_ptr<ByteReader> reader = open();
    Bytes scratch(static_cast<std::size_t>(std::min<std::uint64_t>(64 * 1024, offset)));
    while (offset > 0) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(scratch.size(), offset));
        const std::size_t n = reader->read(MutableByteView(scratch).first(want));
        if (n == 0) {
            break;
        }
        offset -= n;
    }
    return reader;
}

SharedSource memory_source(Bytes bytes) {
    return std::make_shared<MemorySource<Bytes>>(std::move(bytes));
}

SharedSource memory_source(std::string text) {
    return std::make_shared<MemorySource<std::string>>(std::move(text));
}

SharedSource slice_source(SharedSource source, std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t end = source->size();
    if (offset > end || size > end - offset) {
        throw Error(ErrorCode::Internal,
                    fmt::format("slice of {} bytes at {} from {} bytes", size, offset, end));
    }
    return std::make_shared<SliceSource>(std::move(source), offset, size);
}

SharedSource concat_source(std::vector<SharedSource> parts) {
    return std::make_shared<ConcatSource>(std::move(parts));
}

SharedSource file_source(const std::string& path, std::uint64_t offset, std::uint64_t size) {
    return std::make_shared<FileSource>(path, offset, size);
}

Bytes read_all(const ByteSource& source, std::uint64_t limit) {
    return read_all_into<Bytes>(source, limit);
}

std::string read_all_text(const ByteSource& source, std::uint64_t limit) {
    return read_all_into<std::string>(source, limit);
}

}  // namespace mbx::base
