#include "store/file_look.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "store/mbox_postmark.hpp"
#include "store/packed_message.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

/// Of another program, whatever is in it; an archive is none of the mailbox, either.
constexpr std::array kForeign{"PK\x03\x04"sv,
                              "7z\xbc\xaf\x27\x1c"sv,
                              "Rar!\x1a\x07"sv,
                              "!<arch>\n"sv,
                              "%PDF-"sv,
                              "%!PS"sv,
                              "BEGIN:V"sv,  // a calendar, an address
                              R"({\rtf)"sv,
                              "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv,  // Office 97
                              "\x89PNG\r\n"sv,
                              "\xff\xd8\xff"sv,
                              "GIF8"sv,
                              "II*\0"sv,
                              "MM\0*"sv,
                              "RIFF"sv,
                              "ID3"sv,
                              "OggS"sv,
                              "fLaC"sv,
                              "\x1a\x45\xdf\xa3"sv,  // Matroska
                              "SQLite format 3\0"sv,
                              "bplist00"sv,
                              "\0\0\0\1Bud1"sv,  // .DS_Store
                              "\x7f"
                              "ELF"sv,
                              "MZ"sv};

/// Mail of other mail programs: Outlook, Outlook Express.
constexpr std::array kForeignMail{"!BDN"sv, "\xcf\xad\x12\xfe"sv};

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

bool is_text(std::string_view start) noexcept {
    return std::none_of(start.begin(), start.end(), [](char byte) {
        return static_cast<unsigned char>(byte) < 0x20 &&
               "\t\n\r\f\b\x1b"sv.find(byte) == "\t"sv.npos;
    });
}

/// The formats of tar and of films have their marks further behind.
bool is_foreign(std::string_view start) {
    return starts_with_any(start, kForeign) || start.substr(0, 262).ends_with("ustar") ||
           start.substr(0, 8).ends_with("ftyp");
}

}  // namespace

FileLook look_of(std::string_view start) {
    const std::string unpacked = packing_of(start) == kGzipPacking ? gunzipped_start(start) : "";
    if (!unpacked.empty()) {
        start = unpacked;
    }
    if (!packing_of(start).empty()) {
        return FileLook::Packed;
    }
    if (is_foreign(start)) {
        return FileLook::Foreign;
    }
    std::string_view text = start;
    if (text.starts_with("\xef\xbb\xbf")) {
        text.remove_prefix(3);
    }
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    const std::string_view unquoted =
        text.substr(std::min(text.find_first_not_of('>'), text.size()));
    const bool is_mail = begins_with_header(text) || unquoted.starts_with("From ") ||
                         starts_with_any(start, kForeignMail);
    return is_mail ? FileLook::Mail : FileLook::Other;
}

FileLook look_at(const base::File& file) {
    const std::string start = start_of(file, end_of_run(file, "\r\n"));
    if (!start.starts_with('\0')) {
        return look_of(start);
    }
    // An image of a disk begins so, too, but goes on otherwise.
    const std::string rest = start_of(file, end_of_run(file, "\0"sv));
    return is_text(rest) ? FileLook::Mail : look_of(start);
}

std::uint64_t end_of_run(const base::File& file, std::string_view bytes) {
    std::uint64_t offset = 0;
    for (;;) {
        const std::string piece = start_of(file, offset);
        const std::size_t end = piece.find_first_not_of(bytes);
        if (piece.empty() || end != std::string::npos) {
            return piece.empty() ? offset : offset + end;
        }
        offset += piece.size();
    }
}

std::string start_of(const base::File& file, std::uint64_t offset) {
    std::string start(kLookSize, '\0');
    start.resize(
        file.read_at(offset, std::as_writable_bytes(std::span(start.data(), start.size()))));
    return start;
}

}  // namespace mbx::store
