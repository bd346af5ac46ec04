#include "mail/transfer_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"

namespace mbx::mail {
namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> base64_table() {
    std::array<std::uint8_t, 256> table{};
    table.fill(kNoDigit);
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < kDigits.size(); ++i) {
        table[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}
constexpr auto kBase64 = base64_table();

class IdentityDecoder final : public TransferDecoder {
  public:
    void decode(ByteView encoded, Bytes& to) override { base::append(to, encoded); }
    void finish(Bytes& /*to*/) override {}
};

class Base64Decoder final : public TransferDecoder {
  public:
    void decode(ByteView encoded, Bytes& to) override {
        std::size_t out = to.size();
        to.resize(out + encoded.size() / 4 * 3 + 6);
        for (std::size_t i = 0; i < encoded.size();) {
            if (count_ == 0 && i + 4 <= encoded.size() &&
                decode_group(encoded.data() + i, &to[out])) {
                i += 4;
                out += 3;
                continue;
            }
            out += take(std::to_integer<std::uint8_t>(encoded[i++]), &to[out]);
        }
        to.resize(out);
    }

    void finish(Bytes& to) override {
        std::array<std::byte, 2> rest{};
        const std::size_t n = end_group(rest.data());
        base::append(to, ByteView(rest).first(n));
    }

  private:
    // Four digits in a row, the usual case.
    static bool decode_group(const std::byte* in, std::byte* out) {
        std::uint32_t bits = 0;
        std::uint32_t bad = 0;
        for (int i = 0; i < 4; ++i) {
            const std::uint32_t digit = kBase64[std::to_integer<std::uint8_t>(in[i])];
            bad |= digit;
            bits = bits << 6 | (digit & 0x3FU);
        }
        if ((bad & 0xC0U) != 0) {
            return false;
        }
        out[0] = static_cast<std::byte>(bits >> 16);
        out[1] = static_cast<std::byte>(bits >> 8 & 0xFFU);
        out[2] = static_cast<std::byte>(bits & 0xFFU);
        return true;
    }

    std::size_t take(std::uint8_t c, std::byte* out) {
        if (c == '=') {
            return end_group(out);
        }
        if (kBase64[c] == kNoDigit) {
            return 0;
        }
        bits_ = bits_ << 6 | kBase64[c];
        if (++count_ < 4) {
            return 0;
        }
        out[0] = static_cast<std::byte>(bits_ >> 16 & 0xFFU);
        out[1] = static_cast<std::byte>(bits_ >> 8 & 0xFFU);
        out[2] = static_cast<std::byte>(bits_ & 0xFFU);
        count_ = 0;
        bits_ = 0;
        return 3;
    }

    std::size_t end_group(std::byte* out) {
        const int count = std::exchange(count_, 0);
        const std::uint32_t bits = std::exchange(bits_, 0);
        if (count == 2) {
            out[0] = static_cast<std::byte>(bits >> 4 & 0xFFU);
            return 1;
        }
        if (count == 3) {
            out[0] = static_cast<std::byte>(bits >> 10 & 0xFFU);
            out[1] = static_cast<std::byte>(bits >> 2 & 0xFFU);
            return 2;
        }
        return 0;
    }

    std::uint32_t bits_ = 0;
    int count_ = 0;
};

class QuotedPrintableDecoder final : public TransferDecoder {
  public:
    void decode(ByteView encoded, Bytes& to) override {
        std::string_view rest = base::as_text(encoded);
        while (!rest.empty()) {
            if (!held_.empty()) {
                go_on(rest.front(), to);
                rest.remove_prefix(1);
                continue;
            }
            const std::size_t mark = std::min(rest.find('='), rest.size());
            base::append(to, base::as_bytes(rest.substr(0, mark)));
            rest.remove_prefix(mark);
            if (!rest.empty()) {
                held_ = "=";
                rest.remove_prefix(1);
            }
        }
    }

    void finish(Bytes& to) override {
        // "=" and blanks at the very end: a soft break without its line end.
        if (held_.size() > 1 && base::hex_value(held_[1]) >= 0) {
            base::append(to, base::as_bytes(held_));
        }
        held_.clear();
    }

  private:
    // One more character behind "=".
    void go_on(char c, Bytes& to) {
        const bool blank = c == ' ' || c == '\t';
        const char last = held_.back();
        if (c == '\n' && (held_.size() == 1 || base::hex_value(held_[1]) < 0)) {
            held_.clear();
        } else if ((held_.size() == 1 && base::hex_value(c) >= 0) ||
                   (base::hex_value(last) < 0 && last != '\r' && (blank || c == '\r'))) {
            held_ += c;
        } else if (held_.size() == 2 && base::hex_value(last) >= 0 && base::hex_value(c) >= 0) {
            to.push_back(static_cast<std::byte>(base::hex_value(last) << 4 | base::hex_value(c)));
            held_.clear();
        } else {
            give_up(c, to);
        }
    }

    // It was no escape.
    void give_up(char c, Bytes& to) {
        base::append(to, base::as_bytes(held_));
        held_.clear();
        if (c == '=') {
            held_ = "=";
        } else {
            to.push_back(static_cast<std::byte>(c));
        }
    }

    std::string held_;  // "=", and what may belong to it
};

class UuDecoder final : public TransferDecoder {
  public:
    void decode(ByteView encoded, Bytes& to) override {
        std::string_view rest = base::as_text(encoded);
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            const std::string_view piece = rest.substr(0, end);
            // A line has at most 62 characters; more of it means nothing.
            line_ += piece.substr(0, kLongestLine - std::min(kLongestLine, line_.size()));
            if (end == std::string_view::npos) {
                return;
            }
            take_line(to);
            rest.remove_prefix(end + 1);
        }
    }
    void finish(Bytes& to) override { take_line(to); }

  private:
    static constexpr std::size_t kLongestLine = 100;

    void take_line(Bytes& to) {
        const std::string line = std::exchange(line_, {});
        const std::string_view text = base::trim(line);
        if (!inside_) {
            inside_ = text.starts_with("begin ");
        } else if (text == "end") {
            inside_ = false;
        } else if (!line.empty()) {
            decode_line(line, to);
        }
    }

    static void decode_line(std::string_view line, Bytes& to) {
        const auto value = [&](std::size_t at) -> std::uint32_t {
            return at < line.size() ? static_cast<std::uint32_t>(line[at] - ' ') & 0x3FU : 0U;
        };
        std::size_t left = value(0);
        for (std::size_t at = 1; left > 0 && at < line.size(); at += 4) {
            const std::uint32_t bits =
                value(at) << 18 | value(at + 1) << 12 | value(at + 2) << 6 | value(at + 3);
            for (int shift = 16; shift >= 0 && left > 0; shift -= 8, --left) {
                to.push_back(static_cast<std::byte>(bits >> shift & 0xFFU));
            }
        }
    }

    std::string line_;
    bool inside_ = false;
};

class CrlfEncoder final : public TransferDecoder {
  public:
    void decode(ByteView in, Bytes& to) override {
        for (const std::byte c : in) {
            if (c == std::byte{'\n'} && last_ != std::byte{'\r'}) {
                to.push_back(std::byte{'\r'});
            }
            to.push_back(c);
            last_ = c;
        }
    }
    void finish(Bytes& /*to*/) override {}

  private:
    std::byte last_{};
};

class DecodingReader final : public base::ByteReader {
  public:
    DecodingReader(std::unique_ptr<base::ByteReader> encoded,
                   std::unique_ptr<TransferDecoder> decoder)
        : encoded_(std::move(encoded)), decoder_(std::move(decoder)), buffer_(kPiece) {}

    std::size_t read(base::MutableByteView out) override {
        std::size_t done = 0;
        while (done < out.size() && (next_ < decoded_.size() || refill())) {
            const std::size_t n = std::min(out.size() - done, decoded_.size() - next_);
            std::memcpy(out.data() + done, decoded_.data() + next_, n);
            next_ += n;
            done += n;
        }
        return done;
    }

  private:
    static constexpr std::size_t kPiece = 64 * 1024;

    bool refill() {
        decoded_.clear();
        next_ = 0;
        while (decoded_.empty() && !ended_) {
            const std::size_t n = encoded_->read(buffer_);
            decoder_->decode(ByteView(buffer_).first(n), decoded_);
            if (n == 0) {
                decoder_->finish(decoded_);
                ended_ = true;
            }
        }
        return !decoded_.empty();
    }

    std::unique_ptr<base::ByteReader> encoded_;
    std::unique_ptr<TransferDecoder> decoder_;
    Bytes buffer_;
    Bytes decoded_;
    std::size_t next_ = 0;
    bool ended_ = false;
};

template <typename MakeDecoder>
class DecodedSource final : public base::ByteSource {
  public:
    DecodedSource(base::SharedSource encoded, MakeDecoder make)
        : encoded_(std::move(encoded)), make_(std::move(make)) {}

    std::uint64_t size() const override {
        std::call_once(counted_, [&] {
            const auto reader = open();
            Bytes buffer(64 * 1024);
            while (const std::size_t n = reader->read(buffer)) {
                size_ += n;
            }
        });
        return size_;
    }
    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<DecodingReader>(encoded_->open(), make_());
    }

  private:
    base::SharedSource encoded_;
    MakeDecoder make_;
    mutable std::once_flag counted_;
    mutable std::uint64_t size_ = 0;
};

}  // namespace

TransferEncoding parse_transfer_encoding(std::string_view value) {
    const std::size_t begin = std::min(value.find_first_not_of(" \t\"'"), value.size());
    const std::string_view word =
        value.substr(begin, value.find_first_of(" \t\"';,(", begin) - begin);
    const auto is = [&](std::string_view name) { return base::equals_ignore_case(word, name); };
    if (is("base64")) {
        return TransferEncoding::Base64;
    }
    if (is("quoted-printable")) {
        return TransferEncoding::QuotedPrintable;
    }
    if (is("x-uuencode") || is("uuencode") || is("x-uue")) {
        return TransferEncoding::UuEncode;
    }
    return TransferEncoding::Identity;
}

std::unique_ptr<TransferDecoder> make_decoder(TransferEncoding encoding) {
    switch (encoding) {
        case TransferEncoding::Base64:
            return std::make_unique<Base64Decoder>();
        case TransferEncoding::QuotedPrintable:
            return std::make_unique<QuotedPrintableDecoder>();
        case TransferEncoding::UuEncode:
            return std::make_unique<UuDecoder>();
        case TransferEncoding::Identity:
            break;
    }
    return std::make_unique<IdentityDecoder>();
}

Bytes decode_transfer(ByteView encoded, TransferEncoding encoding) {
    Bytes decoded;
    const auto decoder = make_decoder(encoding);
    decoder->decode(encoded, decoded);
    decoder->finish(decoded);
    return decoded;
}

base::SharedSource decoded_source(base::SharedSource encoded, TransferEncoding encoding) {
    if (encoding == TransferEncoding::Identity) {
        return encoded;
    }
    const auto make = [encoding] { return make_decoder(encoding); };
    return std::make_shared<DecodedSource<decltype(make)>>(std::move(encoded), make);
}

base::SharedSource crlf_source(base::SharedSource source) {
    const auto make = [] { return std::make_unique<CrlfEncoder>(); };
    return std::make_shared<DecodedSource<decltype(make)>>(std::move(source), make);
}

}  // namespace mbx::mail
