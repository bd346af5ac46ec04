#include "store/file_look.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "store/mbox_postmark.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

struct Packing {
    std::string_view start;
    std::string_view words;
};

constexpr std::array kPackings{
    Packing{"\x1f\x8b\x08"sv, kGzipPacking},
    Packing{"\x1f\x9d"sv, "compressed with compress"sv},
    Packing{"\xfd\x37zXZ\0"sv, "compressed with xz"sv},
    Packing{"\x28\xb5\x2f\xfd"sv, "compressed with zstd"sv},
    Packing{"\x04\x22\x4d\x18"sv, "compressed with lz4"sv},
    Packing{"Dovecot-LZ4\r*\x9b\xc5"sv, "compressed with lz4"sv},
    Packing{"CRYPTED\x03\x07"sv, "encrypted by Dovecot's mail_crypt"sv},
};

/// Zip is among them: unlike a picture it may well be somebody's archive of mail.
constexpr std::array kArchives{"PK\x03\x04"sv, "7z\xbc\xaf\x27\x1c"sv, "Rar!\x1a\x07"sv};

constexpr std::array kKnown{"%PDF-"sv,
                            "\x89PNG\r\n"sv,
                            "\xff\xd8\xff"sv,
                            "GIF8"sv,
                            "SQLite format 3\0"sv,
                            "\x7f"
                            "ELF"sv,
                            "bplist00"sv,
                            "\0\0\0\1Bud1"sv,
                            "RIFF"sv};

constexpr std::array kMailFields{"return-path"sv,
                                 "received"sv,
                                 "from"sv,
                                 "to"sv,
                                 "date"sv,
                                 "subject"sv,
                                 "message-id"sv,
                                 "cc"sv,
                                 "mime-version"sv,
                                 "content-type"sv,
                                 "delivered-to"sv,
                                 "dkim-signature"sv,
                                 "x-received"sv,
                                 "envelope-to"sv,
                                 "reply-to"sv,
                                 "sender"sv,
                                 "x-mozilla-status"sv,
                                 "status"sv,
                                 "x-envelope-from"sv};

template <std::size_t Count>
bool starts_with_any(std::string_view text, const std::array<std::string_view, Count>& starts) {
    return std::any_of(starts.begin(), starts.end(),
                       [&](std::string_view start) { return text.starts_with(start); });
}

bool is_mail_field(std::string_view line) {
    const std::string_view name = base::trim(line.substr(0, line.find(':')));
    return std::any_of(kMailFields.begin(), kMailFields.end(), [&](std::string_view field) {
        return base::equals_ignore_case(name, field);
    });
}

/// A header of two fields that mail has, or one with nothing else before the empty line.
bool begins_with_header(std::string_view text) {
    unsigned fields = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        const bool is_first = at == 0;
        at = end + 1;
        while (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        if (line.empty()) {
            return fields > 0;
        }
        if (!is_first && (line.front() == ' ' || line.front() == '\t')) {
            continue;
        }
        if (!is_header_line(line)) {
            return false;
        }
        fields += is_mail_field(line) ? 1 : 0;
        if (fields > 1) {
            return true;
        }
    }
    return false;
}

bool is_control(char byte) noexcept {
    return static_cast<unsigned char>(byte) < 0x20 && "\t\n\r\f\b\x1b"sv.find(byte) == "\t"sv.npos;
}

}  // namespace

FileLook look_of(std::string_view start) {
    if (!packing_of(start).empty() || starts_with_any(start, kArchives)) {
        return FileLook::Packed;
    }
    if (starts_with_any(start, kKnown)) {
        return FileLook::Known;
    }
    std::string_view text = start;
    if (text.starts_with("\xef\xbb\xbf")) {
        text.remove_prefix(3);
    }
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    const std::string_view unquoted =
        text.substr(std::min(text.find_first_not_of('>'), text.size()));
    if (begins_with_header(text) || unquoted.starts_with("From ")) {
        return FileLook::Mail;
    }
    return std::any_of(start.begin(), start.end(), is_control) ? FileLook::Unknown : FileLook::Text;
}

std::string_view packing_of(std::string_view start) {
    if (start.starts_with("BZh") && start.substr(0, 10).ends_with("1AY&SY")) {
        return "compressed with bzip2";
    }
    const auto* const found =
        std::find_if(kPackings.begin(), kPackings.end(),
                     [&](const Packing& packing) { return start.starts_with(packing.start); });
    return found != kPackings.end() ? found->words : std::string_view();
}

std::string start_of(const base::File& file, std::uint64_t offset) {
    std::string start(kLookSize, '\0');
    start.resize(
        file.read_at(offset, std::as_writable_bytes(std::span(start.data(), start.size()))));
    return start;
}

}  // namespace mbx::store
