#include "migration/content_key.hpp"

#include <algorithm>

#include "migration/message_header.hpp"

namespace mbx::migration {
namespace {

/// Feeds a hash with CRLF as LF, holding line ends back until something follows them.
class NormalisedHash {
  public:
    void update(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\r'), text.size());
            take(text.substr(0, end));
            text.remove_prefix(end);
            if (!text.empty()) {
                take_lone_cr();
                held_cr_ = true;
                text.remove_prefix(1);
            }
        }
    }

    base::Sha256Digest finish() { return hash_.finish(); }
    std::uint64_t size() const { return size_; }

  private:
    /// Text without CR.
    void take(std::string_view text) {
        if (text.empty()) {
            return;
        }
        if (text.front() != '\n') {
            take_lone_cr();
        }
        held_cr_ = false;
        const std::size_t last = text.find_last_not_of('\n');
        if (last == std::string_view::npos) {
            held_lines_ += text.size();
            return;
        }
        put_held_lines();
        put(text.substr(0, last + 1));
        held_lines_ = text.size() - last - 1;
    }

    void take_lone_cr() {
        if (held_cr_) {
            put_held_lines();
            put("\r");
            held_cr_ = false;
        }
    }

    void put_held_lines() {
        static constexpr std::string_view kLines = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
        while (held_lines_ > 0) {
            const std::size_t n = std::min(held_lines_, kLines.size());
            put(kLines.substr(0, n));
            held_lines_ -= n;
        }
    }

    void put(std::string_view text) {
        hash_.update(base::as_bytes(text));
        size_ += text.size();
    }

    base::Sha256 hash_;
    std::uint64_t size_ = 0;
    std::size_t held_lines_ = 0;
    bool held_cr_ = false;
};

std::optional<std::uint64_t> header_key(std::string_view beginning) {
    const std::string_view header =
        beginning.substr(0, header_length(beginning).value_or(beginning.size()));
    const auto id = header_field(header, "Message-ID");
    const auto date = header_field(header, "Date");
    if (!id && !date) {
        return std::nullopt;
    }
    std::string text = id.value_or("") + '\n' + date.value_or("") + '\n';
    text += header_field(header, "From").value_or("") + '\n';
    text += header_field(header, "Subject").value_or("");
    // Dovecot stores 0x80 for NUL; Cyrus X for what is not ASCII (munge8bit).
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\0' || (c & 0x80) != 0; }, 'X');
    const base::Sha256Digest digest = base::sha256(base::as_bytes(text));
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < sizeof key; ++i) {
        key = key << 8 | std::to_integer<std::uint64_t>(digest[i]);
    }
    return key;
}

}  // namespace

ContentKey content_key(const base::ByteSource& source) {
    NormalisedHash hash;
    std::string beginning;
    bool header_ended = false;
    base::for_each_piece(source, [&](base::ByteView piece) {
        const std::string_view text = base::as_text(piece);
        hash.update(text);
        if (!header_ended && beginning.size() < kLongestHeader) {
            beginning += text.substr(0, kLongestHeader - beginning.size());
            header_ended = header_length(beginning).has_value();
        }
    });
    ContentKey key;
    key.size = hash.size();
    key.bytes = hash.finish();
    key.header = header_key(beginning);
    return key;
}

std::string to_string(const base::Sha256Digest& digest) {
    return base::to_hex(digest);
}

std::optional<base::Sha256Digest> parse_digest(std::string_view hex) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    base::Sha256Digest digest{};
    if (hex.size() != 2 * digest.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const std::size_t high = kDigits.find(hex[2 * i]);
        const std::size_t low = kDigits.find(hex[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return std::nullopt;
        }
        digest[i] = static_cast<std::byte>(high << 4 | low);
    }
    return digest;
}

}  // namespace mbx::migration
