#include "store/mbox_from_lines.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

namespace mbx::store {
namespace {

constexpr std::string_view kFrom = "From ";
constexpr std::size_t kPiece = 64 * 1024;

class FilteredReader final : public base::ByteReader {
  public:
    FilteredReader(std::unique_ptr<base::ByteReader> reader, FromLines how)
        : reader_(std::move(reader)), filter_(how) {}

    std::size_t read(base::MutableByteView out) override {
        std::size_t done = 0;
        while (done < out.size() && (used_ < ready_.size() || refill())) {
            const std::size_t n = std::min(out.size() - done, ready_.size() - used_);
            std::memcpy(out.data() + done, ready_.data() + used_, n);
            used_ += n;
            done += n;
        }
        return done;
    }

  private:
    bool refill() {
        ready_.clear();
        used_ = 0;
        while (ready_.empty() && !ended_) {
            const std::size_t n = reader_->read(buffer_);
            if (n == 0) {
                ended_ = true;
                filter_.finish(ready_);
            } else {
                filter_.feed(base::ByteView(buffer_).first(n), ready_);
            }
        }
        return !ready_.empty();
    }

    std::unique_ptr<base::ByteReader> reader_;
    FromLineFilter filter_;
    base::Bytes buffer_ = base::Bytes(kPiece);
    base::Bytes ready_;
    std::size_t used_ = 0;
    bool ended_ = false;
};

class FilteredSource final : public base::ByteSource {
  public:
    FilteredSource(base::SharedSource source, FromLines how)
        : source_(std::move(source)), how_(how) {}

    std::uint64_t size() const override {
        std::call_once(measured_, [&] {
            const auto reader = open();
            base::Bytes buffer(kPiece);
            std::uint64_t size = 0;
            while (const std::size_t n = reader->read(buffer)) {
                size += n;
            }
            size_ = size;
        });
        return size_;
    }

    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<FilteredReader>(source_->open(), how_);
    }

  private:
    base::SharedSource source_;
    FromLines how_;
    mutable std::once_flag measured_;
    mutable std::uint64_t size_ = 0;
};

}  // namespace

void FromLineFilter::feed(base::ByteView piece, base::Bytes& out) {
    std::size_t i = 0;
    while (i < piece.size()) {
        if (!at_line_start_) {
            const void* const newline = std::memchr(piece.data() + i, '\n', piece.size() - i);
            const std::size_t end =
                newline == nullptr ? piece.size()
                                   : static_cast<std::size_t>(
                                         static_cast<const std::byte*>(newline) - piece.data()) +
                                         1;
            base::append(out, piece.subspan(i, end - i));
            at_line_start_ = newline != nullptr;
            i = end;
            continue;
        }
        const char c = static_cast<char>(piece[i]);
        if (c == '>' && matched_ == 0) {
            // All but one are certain whatever comes: they are alike.
            if (quotes_++ > 0) {
                out.push_back(std::byte{'>'});
            }
            ++i;
        } else if (c == kFrom[matched_]) {
            ++i;
            if (++matched_ == kFrom.size()) {
                decide(true, out);
            }
        } else {
            decide(false, out);  // and then this byte is looked at again
        }
    }
}

void FromLineFilter::finish(base::Bytes& out) {
    decide(false, out);
}

void FromLineFilter::decide(bool is_from_line, base::Bytes& out) {
    bool put_last_quote = quotes_ > 0;
    if (is_from_line && how_ == FromLines::Quote) {
        out.push_back(std::byte{'>'});
    } else if (is_from_line && (how_ == FromLines::UnquoteAny ||
                                (how_ == FromLines::UnquoteSingle && quotes_ == 1))) {
        put_last_quote = false;
    }
    if (put_last_quote) {
        out.push_back(std::byte{'>'});
    }
    base::append(out, base::as_bytes(kFrom.substr(0, matched_)));
    at_line_start_ = false;
    quotes_ = 0;
    matched_ = 0;
}

base::SharedSource filtered_source(base::SharedSource source, FromLines how) {
    if (how == FromLines::Keep) {
        return source;
    }
    return std::make_shared<FilteredSource>(std::move(source), how);
}

}  // namespace mbx::store
