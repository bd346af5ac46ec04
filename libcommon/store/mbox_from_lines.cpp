#include "store/mbox_from_lines.hpp"

#include <cstring>
#include <string_view>

namespace mbx::store {
namespace {

constexpr std::string_view kFrom = "From ";

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

}  // namespace mbx::store
