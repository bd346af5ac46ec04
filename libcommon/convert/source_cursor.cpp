#include "convert/source_cursor.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kWindow = 256 * 1024;

}  // namespace

SourceCursor::SourceCursor(base::SharedSource source)
    : source_(std::move(source)), size_(source_->size()) {
    if (const base::ByteView all = source_->in_memory(); !all.empty()) {
        window_ = base::as_text(all);
    }
}

std::string_view SourceCursor::view(std::uint64_t offset, std::size_t want) {
    if (offset >= size_) {
        return {};
    }
    const std::uint64_t available = std::min<std::uint64_t>(want, size_ - offset);
    if (offset < window_begin_ || offset + available > window_begin_ + window_.size()) {
        load(offset, static_cast<std::size_t>(available));
    }
    return window_.substr(static_cast<std::size_t>(offset - window_begin_));
}

void SourceCursor::load(std::uint64_t offset, std::size_t want) {
    const std::size_t size =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max(want, kWindow), size_ - offset));
    buffer_.resize(size);
    const auto reader = source_->open_at(offset);
    std::size_t done = 0;
    while (done < size) {
        const std::size_t n =
            reader->read(std::as_writable_bytes(std::span(buffer_.data() + done, size - done)));
        if (n == 0) {
            throw Error(ErrorCode::Io, "the message became shorter while it was read");
        }
        done += n;
    }
    window_ = buffer_;
    window_begin_ = offset;
}

std::uint64_t SourceCursor::line_end(std::uint64_t offset) {
    while (offset < size_) {
        const std::string_view rest = view(offset, 1);
        const std::size_t newline = rest.find('\n');
        if (newline != std::string_view::npos) {
            return offset + newline + 1;
        }
        offset += rest.size();
    }
    return size_;
}

std::string SourceCursor::text(std::uint64_t begin, std::uint64_t end) {
    std::string result;
    while (begin < end) {
        const std::string_view piece =
            view(begin, 1).substr(0, static_cast<std::size_t>(end - begin));
        result += piece;
        begin += piece.size();
    }
    return result;
}

}  // namespace mbx::convert
