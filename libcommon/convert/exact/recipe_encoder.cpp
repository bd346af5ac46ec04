#include "convert/exact/recipe_encoder.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace mbx::convert::exact {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kGroupsAtOnce = 16 * 1024;
constexpr std::size_t kUuLine = 45;
constexpr std::size_t kUuLinesAtOnce = 1024;
constexpr std::size_t kSinkAt = 64 * 1024;
constexpr std::uint64_t kShortestLine = 4;  // an escape and the "=" of a soft break

/// Cuts a run of characters into lines.
class LineCutter {
  public:
    LineCutter(const Base64& operation, const ByteSink& sink)
        : operation_(operation), newline_(operation.crlf ? "\r\n" : "\n"), sink_(sink) {
        begin_line();
    }

    void put(std::string_view characters) {
        while (!characters.empty()) {
            if (length_ != 0 && column_ == length_) {
                out_ += newline_;
                column_ = 0;
                begin_line();
            }
            const std::uint64_t room = length_ == 0 ? characters.size() : length_ - column_;
            const std::size_t n = std::min<std::uint64_t>(characters.size(), room);
            out_ += characters.substr(0, n);
            characters.remove_prefix(n);
            column_ += n;
            if (out_.size() >= kSinkAt) {
                flush();
            }
        }
    }

    void finish(bool final_newline) {
        if (final_newline) {
            out_ += newline_;
        }
        flush();
    }

  private:
    void begin_line() {
        const std::vector<std::uint64_t>& lengths = operation_.line_lengths;
        length_ = next_length_ < lengths.size() ? lengths[next_length_++]
                  : lengths.empty()             ? operation_.line_length
                                                : 0;
    }

    void flush() {
        sink_(base::as_bytes(out_));
        out_.clear();
    }

    const Base64& operation_;
    std::string_view newline_;
    const ByteSink& sink_;
    std::uint64_t length_ = 0;  // of the line at hand; 0: it takes all
    std::size_t next_length_ = 0;
    std::uint64_t column_ = 0;
    std::string out_;
};

std::string base64_groups(base::ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            bits = bits << 8 | (k < n ? std::to_integer<unsigned>(bytes[i + k]) : 0U);
        }
        text += kBase64Digits[bits >> 18];
        text += kBase64Digits[bits >> 12 & 63];
        text += n > 1 ? kBase64Digits[bits >> 6 & 63] : '=';
        text += n > 2 ? kBase64Digits[bits & 63] : '=';
    }
    return text;
}

/// One line with its line end; bytes that are wanting to the last three count as zero.
void append_uu_line(std::string& text, base::ByteView bytes, const UuEncoded& operation) {
    const auto character = [&](unsigned bits) {
        return bits != 0 || !operation.grave ? static_cast<char>(bits + ' ') : '`';
    };
    text += character(static_cast<unsigned>(bytes.size()));
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned bits = 0;
        for (std::size_t k = i; k < i + 3; ++k) {
            bits = bits << 8 | (k < bytes.size() ? std::to_integer<unsigned>(bytes[k]) : 0U);
        }
        for (const unsigned shift : {18U, 12U, 6U, 0U}) {
            text += character(bits >> shift & 63U);
        }
    }
    if (operation.trimmed) {
        text.erase(text.find_last_not_of(' ') + 1);
    }
    text += operation.crlf ? "\r\n" : "\n";
}

/// What the rule and its exceptions make of one line of data.
class QuotedPrintableEncoder {
  public:
    QuotedPrintableEncoder(const QuotedPrintable& operation, const ByteSink& sink)
        : op_(operation),
          digits_(operation.lower_case ? "0123456789abcdef" : "0123456789ABCDEF"),
          sink_(sink) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            plain_[byte] = is_plain_in_quoted_printable(static_cast<unsigned char>(byte));
        }
        for (const std::uint8_t byte : op_.toggled) {
            plain_.flip(byte);
        }
    }

    void encode(std::string_view data) {
        const std::string_view newline = op_.crlf ? "\r\n" : "\n";
        std::size_t start = 0;
        for (;;) {
            const std::size_t end = hard_line_end(data, newline, start);
            const bool last = end == std::string_view::npos;
            line(data.substr(start, last ? std::string_view::npos : end - start), start);
            if (last) {
                break;
            }
            out_ += newline;
            flush_if_large();
            start = end + newline.size();
        }
        flush();
    }

  private:
    /// A line end that is flipped is escaped like any other byte.
    std::size_t hard_line_end(std::string_view data, std::string_view newline,
                              std::size_t start) const {
        std::size_t at = data.find(newline, start);
        while (at != std::string_view::npos &&
               std::binary_search(op_.flips.begin(), op_.flips.end(), at)) {
            at = data.find(newline, at + newline.size());
        }
        return at;
    }

    /// The line's text without breaks; `tokens_` holds where each character or escape begins.
    void escape_line(std::string_view data, std::size_t offset) {
        text_.clear();
        tokens_.clear();
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto byte = static_cast<unsigned char>(data[i]);
            const bool blank_at_end = i + 1 == data.size() && (byte == ' ' || byte == '\t');
            bool plain = plain_[byte] && !(blank_at_end && op_.escape_blank_at_line_end);
            if (next_flip_ < op_.flips.size() && op_.flips[next_flip_] == offset + i) {
                const bool line_end = byte == '\n' || byte == '\r';
                plain = !plain && !line_end;
                ++next_flip_;
            }
            tokens_.push_back(text_.size());
            if (plain) {
                text_ += data[i];
            } else {
                text_ += '=';
                text_ += digits_[byte >> 4];
                text_ += digits_[byte & 15];
            }
        }
    }

    void line(std::string_view data, std::size_t offset) {
        escape_line(data, offset);
        switch (op_.breaks) {
            case QuotedPrintable::Breaks::None:
                out_ += text_;
                break;
            case QuotedPrintable::Breaks::Greedy:
                break_greedily();
                break;
            case QuotedPrintable::Breaks::List:
                break_by_list();
                break;
        }
    }

    void soft_break() {
        out_ += op_.crlf ? "=\r\n" : "=\n";
        flush_if_large();
    }

    void break_greedily() {
        if (op_.line_length < kShortestLine) {
            throw Error(ErrorCode::BadData, "quoted-printable lines too short to break");
        }
        std::size_t at = 0;
        while (text_.size() - at > op_.longest_unbroken && text_.size() - at >= op_.line_length) {
            const std::size_t limit = at + static_cast<std::size_t>(op_.line_length) - 1;
            // The last token that begins at or before the limit: a break stands between tokens.
            const auto it = std::upper_bound(tokens_.begin(), tokens_.end(), limit);
            const std::size_t cut = *std::prev(it);
            if (cut <= at) {
                break;
            }
            out_.append(text_, at, cut - at);
            soft_break();
            at = cut;
        }
        out_.append(text_, at);
    }

    void break_by_list() {
        std::size_t at = 0;
        while (next_length_ < op_.line_lengths.size()) {
            const std::uint64_t length = op_.line_lengths[next_length_++];
            if (length == 0) {
                break;
            }
            const std::size_t n = std::min<std::uint64_t>(length, text_.size() - at);
            out_.append(text_, at, n);
            soft_break();
            at += n;
        }
        out_.append(text_, at);
    }

    void flush_if_large() {
        if (out_.size() >= kSinkAt) {
            flush();
        }
    }
    void flush() {
        sink_(base::as_bytes(out_));
        out_.clear();
    }

    const QuotedPrintable& op_;
    std::string_view digits_;
    const ByteSink& sink_;
    std::bitset<256> plain_;
    std::size_t next_flip_ = 0;
    std::size_t next_length_ = 0;
    std::string text_;
    std::vector<std::size_t> tokens_;
    std::string out_;
};

}  // namespace

bool is_plain_in_quoted_printable(unsigned char byte) noexcept {
    return byte == ' ' || byte == '\t' || (byte >= 33 && byte <= 126 && byte != '=');
}

void encode_base64(const Base64& operation, const base::ByteSource& data, const ByteSink& sink) {
    LineCutter lines(operation, sink);
    std::uint64_t skip = operation.first;
    std::uint64_t left = operation.count;
    base::Bytes buffer(3 * kGroupsAtOnce);
    const auto reader = data.open();
    while (left > 0) {
        const std::size_t n = reader->read(buffer);
        if (n == 0) {
            break;
        }
        const std::string text = base64_groups(base::ByteView(buffer).first(n));
        const std::size_t skipped = std::min<std::uint64_t>(skip, text.size());
        const std::size_t used = std::min<std::uint64_t>(left, text.size() - skipped);
        lines.put(std::string_view(text).substr(skipped, used));
        skip -= skipped;
        left -= used;
    }
    lines.finish(operation.final_newline);
}

void encode_uu(const UuEncoded& operation, const base::ByteSource& data, const ByteSink& sink) {
    std::uint64_t left = operation.count;
    base::Bytes buffer(kUuLine * kUuLinesAtOnce);
    const auto reader = data.open();
    while (left > 0) {
        const std::size_t n = std::min<std::uint64_t>(reader->read(buffer), left);
        if (n == 0) {
            break;
        }
        std::string text;
        for (std::size_t at = 0; at < n; at += kUuLine) {
            append_uu_line(text, base::ByteView(buffer).subspan(at, std::min(kUuLine, n - at)),
                           operation);
        }
        sink(base::as_bytes(text));
        left -= n;
    }
}

void encode_quoted_printable(const QuotedPrintable& operation, std::string_view data,
                             const ByteSink& sink) {
    QuotedPrintableEncoder(operation, sink).encode(data);
}

}  // namespace mbx::convert::exact
