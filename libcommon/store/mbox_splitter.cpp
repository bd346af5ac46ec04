#include "store/mbox_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/mbox_status.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kWindow = 256 * 1024;
constexpr std::size_t kLinePrefix = 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kFrom = "From ";

bool starts_with(std::string_view text, std::string_view start) noexcept {
    return text.substr(0, start.size()) == start;
}

/// The first line of a file needs no date and no sender.
bool may_be_first_postmark(std::string_view line) noexcept {
    return starts_with(line, kFrom) && !has_bare_cr(line);
}

/// May the line be quoted? Told from its start alone; a line of many ">" counts.
bool may_be_quoted(std::string_view prefix) noexcept {
    const std::size_t end = prefix.find_first_not_of('>');
    return end == std::string_view::npos ? prefix.size() >= kLinePrefix
                                         : end > 0 && starts_with(prefix.substr(end), kFrom);
}

}  // namespace

struct MboxSplitter::Line {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;    ///< behind the line end
    std::string_view prefix;  ///< without the line end; at least the first kLinePrefix bytes. Lives
                              ///< until the next line
    bool is_blank() const noexcept { return prefix.empty(); }
};

struct MboxSplitter::Body {
    std::uint64_t end = 0;
    std::uint64_t next = 0;  ///< the next postmark, or the end of the file
    bool has_quoted = false;
    bool has_plain_from = false;
    bool by_length = false;
};

/// Walks through the lines of the file with one window on it.
class MboxSplitter::LineCursor {
  public:
    LineCursor(const ReadAt& read_at, std::uint64_t size) : read_at_(read_at), size_(size) {}

    void seek(std::uint64_t offset) {
        if (offset >= start_ && offset <= start_ + filled_) {
            used_ = static_cast<std::size_t>(offset - start_);
        } else {
            start_ = offset;
            filled_ = used_ = 0;
        }
    }

    bool next(Line& line) {
        line.begin = start_ + used_;
        if (line.begin >= size_) {
            return false;
        }
        std::size_t newline = find_newline();
        if (newline == filled_ && (used_ > 0 || filled_ == 0)) {
            fill(line.begin);
            newline = find_newline();
        }
        std::string_view text = view(used_, newline);
        if (newline == filled_ && start_ + filled_ < size_) {
            long_line_.assign(text.substr(0, kLinePrefix));
            text = long_line_;
            while (newline == filled_ && start_ + filled_ < size_) {
                fill(start_ + filled_);
                newline = find_newline();
            }
        } else if (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
        used_ = std::min(newline + 1, filled_);
        line.prefix = text;
        line.end = start_ + used_;
        return true;
    }

  private:
    std::size_t find_newline() const noexcept {
        if (used_ >= filled_) {
            return filled_;
        }
        const void* const found = std::memchr(window_.data() + used_, '\n', filled_ - used_);
        return found == nullptr ? filled_
                                : static_cast<std::size_t>(static_cast<const std::byte*>(found) -
                                                           window_.data());
    }

    std::string_view view(std::size_t begin, std::size_t end) const noexcept {
        return base::as_text(base::ByteView(window_).subspan(begin, end - begin));
    }

    void fill(std::uint64_t offset) {
        window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, size_)));
        start_ = offset;
        used_ = 0;
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, size_ - offset));
        filled_ = read_at_(offset, base::MutableByteView(window_).first(want));
        if (filled_ < want) {
            throw Error(ErrorCode::Io, "the file became shorter while it was read");
        }
    }

    const ReadAt& read_at_;
    std::uint64_t size_;
    base::Bytes window_;
    std::uint64_t start_ = 0;  ///< of the window in the file
    std::size_t filled_ = 0;
    std::size_t used_ = 0;
    std::string long_line_;
};

MboxSplitter::MboxSplitter(ReadAt read_at, std::uint64_t size, MboxQuoting quoting)
    : read_at_(std::move(read_at)),
      size_(size),
      quoting_(quoting),
      cursor_(std::make_unique<LineCursor>(read_at_, size)) {}

MboxSplitter::~MboxSplitter() = default;

std::optional<MboxEntry> MboxSplitter::next() {
    if (!started_) {
        started_ = true;
        find_start();
    }
    if (at_ >= size_) {
        return std::nullopt;
    }
    return take_entry();
}

bool MboxSplitter::looks_like_mbox(std::string_view start) noexcept {
    if (starts_with(start, kByteOrderMark)) {
        start.remove_prefix(kByteOrderMark.size());
    }
    start.remove_prefix(std::min(start.find_first_not_of("\r\n"), start.size()));
    return may_be_first_postmark(start.substr(0, start.find('\n')));
}

void MboxSplitter::find_start() {
    std::uint64_t offset = starts_with(peek_line(0), kByteOrderMark) ? kByteOrderMark.size() : 0;
    cursor_->seek(offset);
    Line line;
    bool is_first = true;
    bool after_blank = true;
    std::uint64_t text_size = 0;
    at_ = size_;
    while (cursor_->next(line)) {
        const bool found =
            is_first ? may_be_first_postmark(line.prefix) : is_postmark(line, after_blank);
        if (found) {
            const std::optional<Postmark> postmark = parse_postmark(line.prefix);
            is_patch_file_ = postmark && postmark->shape == Postmark::Shape::Patch;
            at_ = line.begin;
            break;
        }
        after_blank = line.is_blank();
        is_first = is_first && after_blank;
        text_size += after_blank ? 0 : line.end - line.begin;
    }
    if (text_size > 0) {
        throw Error(ErrorCode::BadData,
                    at_ == size_ ? "is not an mbox: there is no line 'From ' at its start"
                                 : fmt::format("{} bytes of text before the first message, which "
                                               "is at 0x{:x}",
                                               text_size, at_));
    }
}

MboxEntry MboxSplitter::take_entry() {
    MboxEntry entry;
    entry.number = ++number_;
    entry.offset = at_;
    cursor_->seek(at_);
    Line line;
    cursor_->next(line);
    entry.begin = line.end;
    const std::optional<Postmark> postmark = parse_postmark(line.prefix);
    entry.postmark = postmark.value_or(Postmark{Postmark::Shape::Undated, std::nullopt});
    const bool is_mboxrd =
        starts_with(line.prefix, kFrom) && starts_with(line.prefix.substr(5), kMboxrdSender);

    std::optional<std::uint64_t> length;
    const std::optional<std::uint64_t> body_begin = read_header(entry, length);
    std::optional<Body> body;
    const bool may_use_length =
        quoting_ == MboxQuoting::Mboxcl2 || (quoting_ == MboxQuoting::Detect && !is_mboxrd);
    if (body_begin && length && may_use_length) {
        body = body_by_length(*body_begin, *length);
    }
    if (!body) {
        body = scan_body(entry, entry.begin, false);
    }
    entry.end = body->end;
    at_ = body->next;
    met_plain_from_line_ = met_plain_from_line_ || (body->by_length && body->has_plain_from);
    entry.from_lines = from_lines_of(*body);
    return entry;
}

/// Gives where the body begins; nullopt when the message ends within its header.
std::optional<std::uint64_t> MboxSplitter::read_header(MboxEntry& entry,
                                                       std::optional<std::uint64_t>& length) {
    constexpr std::string_view kLength = "content-length:";
    Line line;
    cursor_->seek(entry.begin);
    while (cursor_->next(line)) {
        if (line.is_blank()) {
            return line.end;
        }
        if (line.begin != entry.begin && is_postmark(line, false)) {
            return std::nullopt;
        }
        if (entry.head.size() + line.prefix.size() < kLargestHead) {
            entry.head.append(line.prefix).push_back('\n');
        }
        if (base::starts_with_ignore_case(line.prefix, kLength)) {
            const std::string_view digits = base::trim(line.prefix.substr(kLength.size()));
            std::uint64_t value = 0;
            const char* const digits_end = digits.data() + digits.size();
            const auto [end, failure] = std::from_chars(digits.data(), digits_end, value);
            if (failure == std::errc() && end == digits_end) {
                length = value;
            }
        }
    }
    return std::nullopt;
}

/// Looks for the next postmark line by line. The first line is the message's own, whatever it is.
MboxSplitter::Body MboxSplitter::scan_body(const MboxEntry& entry, std::uint64_t begin,
                                           bool after_blank) {
    Body body;
    Line line;
    std::uint64_t blank_at = begin;
    cursor_->seek(begin);
    while (cursor_->next(line)) {
        const char first = line.is_blank() ? '\n' : line.prefix.front();
        if (first == 'F' && line.begin != entry.begin && is_postmark(line, after_blank)) {
            body.end = after_blank ? blank_at : line.begin;
            body.next = line.begin;
            return body;
        }
        body.has_quoted = body.has_quoted || (first == '>' && may_be_quoted(line.prefix));
        after_blank = line.is_blank();
        if (after_blank) {
            blank_at = line.begin;
        }
    }
    body.end = after_blank ? blank_at : size_;
    body.next = size_;
    return body;
}

/// nullopt when the length does not lead to a postmark or to the end of the file.
std::optional<MboxSplitter::Body> MboxSplitter::body_by_length(std::uint64_t begin,
                                                               std::uint64_t length) {
    if (length > size_ - begin) {
        return std::nullopt;
    }
    Body body;
    body.by_length = true;
    body.end = begin + length;
    const std::optional<std::uint64_t> next = next_postmark_at(body.end);
    if (!next) {
        return std::nullopt;
    }
    body.next = *next;
    cursor_->seek(begin);
    Line line;
    while (cursor_->next(line) && line.begin < body.end) {
        body.has_plain_from = body.has_plain_from || starts_with(line.prefix, kFrom);
        body.has_quoted = body.has_quoted || may_be_quoted(line.prefix);
    }
    return body;
}

/// Skips one line end; nullopt unless a postmark or the end of the file follows.
std::optional<std::uint64_t> MboxSplitter::next_postmark_at(std::uint64_t offset) const {
    if (offset > 0) {
        std::byte before{};
        read_at_(offset - 1, {&before, 1});
        const std::string here = peek_line(offset);
        if (before == std::byte{'\n'} && parse_postmark(here)) {
            return offset;
        }
    }
    std::byte bytes[2]{};
    const std::size_t count = read_at_(offset, bytes);
    if (count > 0 && bytes[0] == std::byte{'\n'}) {
        offset += 1;
    } else if (count > 1 && bytes[0] == std::byte{'\r'} && bytes[1] == std::byte{'\n'}) {
        offset += 2;
    }
    const bool fits = offset >= size_ || parse_postmark(peek_line(offset)).has_value();
    return fits ? std::optional(offset) : std::nullopt;
}

bool MboxSplitter::is_postmark(const Line& line, bool after_blank) const {
    const std::optional<Postmark> postmark = parse_postmark(line.prefix);
    if (!postmark) {
        return false;
    }
    switch (postmark->shape) {
        case Postmark::Shape::Dated:
            return after_blank || is_header_line(peek_line(line.end));
        case Postmark::Shape::Undated:
            return after_blank && is_header_line(peek_line(line.end));
        case Postmark::Shape::Patch:
            return after_blank && is_patch_file_;
    }
    return false;
}

FromLines MboxSplitter::from_lines_of(const Body& body) {
    if (!body.has_quoted || quoting_ == MboxQuoting::Mboxcl2) {
        return FromLines::Keep;
    }
    if (quoting_ == MboxQuoting::Mboxo) {
        return FromLines::UnquoteSingle;
    }
    if (body.by_length && !probing_ && (body.has_plain_from || is_unquoted_by_length())) {
        return FromLines::Keep;
    }
    return FromLines::UnquoteAny;
}

/// Looks ahead once for a message that a Content-Length ends and that holds a plain "From " line.
bool MboxSplitter::is_unquoted_by_length() {
    if (!unquoted_by_length_ && !met_plain_from_line_) {
        MboxSplitter ahead(read_at_, size_, quoting_);
        ahead.started_ = ahead.probing_ = true;
        ahead.is_patch_file_ = is_patch_file_;
        ahead.at_ = at_;
        while (!ahead.met_plain_from_line_ && ahead.next()) {
        }
        unquoted_by_length_ = ahead.met_plain_from_line_;
    }
    return met_plain_from_line_ || *unquoted_by_length_;
}

/// The beginning of the line at `offset`, without its line end.
std::string MboxSplitter::peek_line(std::uint64_t offset) const {
    std::string text(kLinePrefix, '\0');
    text.resize(offset < size_
                    ? read_at_(offset, std::as_writable_bytes(std::span(text.data(), text.size())))
                    : 0);
    text.resize(std::min(text.find('\n'), text.size()));
    if (!text.empty() && text.back() == '\r') {
        text.pop_back();
    }
    return text;
}

}  // namespace mbx::store
