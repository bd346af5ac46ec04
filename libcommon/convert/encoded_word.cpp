#include "convert/encoded_word.hpp"

#include <algorithm>
#include <optional>

#include "base/bytes.hpp"
#include "base/charset.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mail/transfer_encoding.hpp"

namespace mbx::convert {
namespace {

struct EncodedWord {
    std::string_view charset;
    std::string bytes;
    std::size_t size = 0;  // of the word in the source
};

// The "Q" encoding, RFC 2047 4.2.
std::string decode_q(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '_', ' ');
    return base::unescape_hex(spaced, '=');
}

// The word that begins at the front of `rest` ("=?charset?Q?text?="). Pre: "?=" is somewhere in it,
// so that looking for it ends.
std::optional<EncodedWord> take_word(std::string_view rest) {
    const std::size_t charset_end = rest.find('?', 2);
    if (charset_end == std::string_view::npos || charset_end + 2 >= rest.size() ||
        rest[charset_end + 2] != '?') {
        return std::nullopt;
    }
    const char encoding = static_cast<char>(rest[charset_end + 1] | 0x20);
    EncodedWord word;
    word.charset = rest.substr(2, charset_end - 2);
    word.charset = word.charset.substr(0, word.charset.find('*'));  // RFC 2231 5: language
    if ((encoding != 'q' && encoding != 'b') || word.charset.empty() ||
        word.charset.find_first_of(" \t<>@,;\"") != std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t text_begin = charset_end + 3;
    const std::size_t text_end = rest.find("?=", text_begin);
    if (text_end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view text = rest.substr(text_begin, text_end - text_begin);
    word.bytes = encoding == 'q' ? decode_q(text)
                                 : std::string(base::as_text(mail::decode_transfer(
                                       base::as_bytes(text), mail::TransferEncoding::Base64)));
    word.size = text_end + 2;
    return word;
}

std::string decode_plain(std::string_view text, std::string_view fallback_charset) {
    return base::is_valid_utf8(text) ? std::string(text)
                                     : decode_in_charset(text, fallback_charset);
}

bool is_only_blanks(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
}

// Collects the bytes of neighbouring words of one charset.
class WordRun {
  public:
    explicit WordRun(std::string& result) : result_(result) {}

    void add(const EncodedWord& word) {
        if (!base::equals_ignore_case(charset_, word.charset)) {
            flush();
            charset_ = word.charset;
        }
        bytes_ += word.bytes;
        open_ = true;
    }
    void flush() {
        if (!bytes_.empty()) {
            result_ += decode_in_charset(bytes_, charset_);
        }
        bytes_.clear();
        charset_ = {};
        open_ = false;
    }
    bool open() const noexcept { return open_; }

  private:
    std::string& result_;
    std::string bytes_;
    std::string_view charset_;
    bool open_ = false;
};

}  // namespace

std::string decode_in_charset(std::string_view bytes, std::string_view charset) {
    if (!charset.empty()) {
        const auto page = base::code_page_of_charset(charset);
        // What says us-ascii but is not.
        const bool false_ascii = page == 20127U && !base::is_ascii(bytes);
        if (!false_ascii) {
            if (auto text = base::decode_charset(bytes, charset)) {
                return *std::move(text);
            }
        }
    }
    return base::is_valid_utf8(bytes) ? std::string(bytes) : base::decode_code_page(bytes, 1252);
}

std::string decode_header_text(std::string_view unfolded, std::string_view fallback_charset) {
    std::string result;
    WordRun run(result);
    std::size_t plain_begin = 0;
    const std::size_t last_end = unfolded.rfind("?=");
    for (std::size_t at = 0; (at = unfolded.find("=?", at)) != std::string_view::npos;) {
        if (last_end == std::string_view::npos || at > last_end) {
            break;
        }
        const auto word = take_word(unfolded.substr(at));
        if (!word) {
            at += 2;
            continue;
        }
        const std::string_view plain = unfolded.substr(plain_begin, at - plain_begin);
        if (!(run.open() && is_only_blanks(plain))) {
            run.flush();
            result += decode_plain(plain, fallback_charset);
        }
        run.add(*word);
        at += word->size;
        plain_begin = at;
    }
    run.flush();
    result += decode_plain(unfolded.substr(plain_begin), fallback_charset);
    // Words may hold what no header may.
    for (char& c : result) {
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) {
            c = ' ';
        }
    }
    return result;
}

}  // namespace mbx::convert
