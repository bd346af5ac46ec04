#include "convert/mime_encode.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace mbx::convert {
namespace {

constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kBytesPerLine = 57;  // give 76 characters
constexpr std::size_t kLongestLine = 998;  // RFC 5322 2.1.1

void append_base64(std::string& to, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            to += k <= group.size() ? kBase64Alphabet[bits >> (18 - 6 * k) & 0x3F] : '=';
        }
    }
}

class Base64Reader final : public base::ByteReader {
  public:
    explicit Base64Reader(std::unique_ptr<base::ByteReader> data) : data_(std::move(data)) {}

    std::size_t read(base::MutableByteView out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            if (next_ == encoded_.size() && !encode_more()) {
                break;
            }
            const std::size_t n = std::min(out.size() - done, encoded_.size() - next_);
            std::memcpy(out.data() + done, encoded_.data() + next_, n);
            next_ += n;
            done += n;
        }
        return done;
    }

  private:
    /// Takes whole lines, so that only the last may be short.
    bool encode_more() {
        constexpr std::size_t kLinesAtOnce = 512;
        raw_.resize(kBytesPerLine * kLinesAtOnce);
        const std::size_t n = data_->read(raw_);
        const std::string_view bytes = base::as_text(base::ByteView(raw_).first(n));
        encoded_.clear();
        next_ = 0;
        for (std::size_t i = 0; i < n; i += kBytesPerLine) {
            if (!first_line_) {
                encoded_ += "\r\n";
            }
            first_line_ = false;
            append_base64(encoded_, bytes.substr(i, kBytesPerLine));
        }
        return n > 0;
    }

    std::unique_ptr<base::ByteReader> data_;
    base::Bytes raw_;
    std::string encoded_;
    std::size_t next_ = 0;
    bool first_line_ = true;
};

class Base64Source final : public base::ByteSource {
  public:
    explicit Base64Source(base::SharedSource data) : data_(std::move(data)) {}

    std::uint64_t size() const override {
        const std::uint64_t characters = (data_->size() + 2) / 3 * 4;
        const std::uint64_t lines = (data_->size() + kBytesPerLine - 1) / kBytesPerLine;
        return characters + (lines > 0 ? 2 * (lines - 1) : 0);
    }
    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<Base64Reader>(data_->open());
    }

  private:
    base::SharedSource data_;
};

constexpr bool is_plain(char c) {
    return (c >= 0x20 && c <= 0x7E && c != '=') || c == '\t';
}

/// One line into quoted-printable lines of at most 76 characters.
void append_quoted_line(std::string& to, std::string_view line) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::size_t kMostPerLine = 75;  // and the soft line end
    const bool starts_oddly = line == "." || line.starts_with("From ");
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool last = i + 1 == line.size();
        const bool escaped =
            !is_plain(c) || (last && (c == ' ' || c == '\t')) || (i == 0 && starts_oddly);
        const std::size_t width = escaped ? 3 : 1;
        if (column + width > (last ? kMostPerLine + 1 : kMostPerLine)) {
            to += "=\r\n";
            column = 0;
        }
        if (escaped) {
            const auto byte = static_cast<unsigned char>(c);
            to += '=';
            to += kHex[byte >> 4];
            to += kHex[byte & 0xFU];
        } else {
            to += c;
        }
        column += width;
    }
}

}  // namespace

base::SharedSource base64_source(base::SharedSource data) {
    return std::make_shared<Base64Source>(std::move(data));
}

std::string base64(std::string_view bytes) {
    std::string result;
    append_base64(result, bytes);
    return result;
}

std::string quoted_printable(std::string_view text) {
    std::string result;
    result.reserve(text.size() + text.size() / 8);
    for (;;) {
        const std::size_t end = text.find("\r\n");
        append_quoted_line(result, text.substr(0, end));
        if (end == std::string_view::npos) {
            return result;
        }
        result += "\r\n";
        text.remove_prefix(end + 2);
    }
}

TextEncoding best_encoding(std::string_view text) {
    bool as_it_is = true;
    std::size_t escapes = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find("\r\n"), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 2, rest.size()));
        const auto odd = static_cast<std::size_t>(
            std::count_if(line.begin(), line.end(), [](char c) { return !is_plain(c); }));
        escapes += odd;
        const auto bad = [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte >= 0x80 || c == '\0' || c == '\r' || c == '\n' || byte == 0x7F ||
                   (byte < 0x20 && c != '\t' && c != '\f' && c != '\x1b');
        };
        as_it_is = as_it_is && line.size() <= kLongestLine && !line.starts_with("From ") &&
                   line != "." && std::none_of(line.begin(), line.end(), bad);
    }
    if (as_it_is) {
        return TextEncoding::SevenBit;
    }
    constexpr std::size_t kAlwaysReadable = 8;  // escapes in a short text
    return escapes <= text.size() / 6 + kAlwaysReadable ? TextEncoding::QuotedPrintable
                                                        : TextEncoding::Base64;
}

std::string with_crlf(std::string_view text) {
    std::string result;
    result.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' || text[i] == '\n') {
            result += "\r\n";
            i += text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n' ? 1 : 0;
        } else {
            result += text[i];
        }
    }
    return result;
}

}  // namespace mbx::convert
