#include "pst/file_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::pst {
namespace {

using base::ByteView;

constexpr std::size_t kHeaderSize = 564;  ///< of the longest HEADER, the Unicode one
constexpr std::string_view kMagic = "!BDN";

/// Where the two layouts of HEADER keep what is looked at here, [MS-PST] 2.2.2.6.
struct HeaderPlaces {
    std::size_t file_eof;
    std::size_t file_eof_size;
    std::size_t crypt;
    std::size_t size;
};
constexpr HeaderPlaces kAnsiPlaces{168, 4, 461, 512};
constexpr HeaderPlaces kUnicodePlaces{184, 8, 513, kHeaderSize};
constexpr std::size_t kClientMagicPlace = 8;
constexpr std::size_t kVersionPlace = 10;

struct Look {
    std::string_view start;
    std::string_view name;
};
constexpr Look kLooks[]{
    {"From ", "an mbox mailbox"},
    {"PK\x03\x04", "a ZIP archive"},
    {"\x1F\x8B", "a gzip file"},
    {"\xD0\xCF\x11\xE0", "an OLE file, such as a message saved as .msg"},
    {"%PDF", "a PDF document"},
    {"7z\xBC\xAF", "a 7-Zip archive"},
    {"Rar!", "a RAR archive"},
    {"Return-Path:", "a mail message"},
    {"Received:", "a mail message"},
};

FileFormat format_of(std::uint16_t version) {
    constexpr std::uint16_t kUnicode4k = 36;
    constexpr std::uint16_t kWip = 37;
    switch (version) {
        case 14:
        case 15:
            return FileFormat::Ansi;
        case 21:
        case 23:
            return FileFormat::Unicode;
        case kUnicode4k:
            return FileFormat::Unicode4k;
        case kWip:
            throw Error(ErrorCode::BadData,
                        "wVer is 37: the file is encrypted by Windows Information Protection",
                        "decrypt it on the Windows machine it belongs to");
        default:
            throw Error(ErrorCode::BadData,
                        fmt::format("wVer is {}, expected 14, 15, 21, 23 or 36", version));
    }
}

ContentKind kind_of(std::string_view client_magic) {
    if (client_magic == "SM") {
        return ContentKind::Pst;
    }
    if (client_magic == "SO") {
        return ContentKind::Ost;
    }
    if (client_magic == "AB") {
        return ContentKind::Pab;
    }
    throw Error(ErrorCode::BadData,
                fmt::format(R"(wMagicClient is "{}", expected "SM", "SO" or "AB")",
                            base::escape(client_magic)));
}

void check_length(std::uint64_t told, std::uint64_t size, base::Diagnostics& diagnostics) {
    if (size < told) {
        throw Error(ErrorCode::BadData,
                    fmt::format("cut short: the file has {} bytes, its header says {}", size, told),
                    "copy it again from where it is whole");
    }
    if (size > told) {
        diagnostics.report({base::Severity::Info, "file-longer", "header",
                            fmt::format("the file has {} bytes, its header says {}", size, told)});
    }
}

ProbedFile probe(const base::File& file, base::Diagnostics& diagnostics) {
    ProbedFile result;
    result.size = file.size();
    std::array<std::byte, kHeaderSize> buffer{};
    const ByteView header = ByteView(buffer).first(file.read_at(0, buffer));
    if (header.size() < kMagic.size() || base::as_text(header).substr(0, kMagic.size()) != kMagic) {
        throw Error(ErrorCode::BadData, describe_no_pst(header, result.size));
    }
    if (header.size() < kVersionPlace + 2) {
        throw Error(
            ErrorCode::BadData,
            fmt::format("cut short: the file ends in its header, after {} bytes", result.size));
    }
    result.kind = kind_of(base::as_text(header).substr(kClientMagicPlace, 2));
    result.format = format_of(base::read_record<base::le16>(header, kVersionPlace));
    const HeaderPlaces& places = result.format == FileFormat::Ansi ? kAnsiPlaces : kUnicodePlaces;
    if (header.size() < places.size) {
        throw Error(
            ErrorCode::BadData,
            fmt::format("cut short: the file ends in its header, after {} bytes", result.size));
    }
    const auto crypt = std::to_integer<unsigned>(header[places.crypt]);
    if (crypt > static_cast<unsigned>(ndb::CryptMethod::Cyclic)) {
        throw Error(ErrorCode::BadData,
                    fmt::format("bCryptMethod is {:#04x}, expected 0, 1 or 2", crypt));
    }
    result.crypt = static_cast<ndb::CryptMethod>(crypt);
    check_length(places.file_eof_size == 4
                     ? std::uint64_t{base::read_record<base::le32>(header, places.file_eof)}
                     : std::uint64_t{base::read_record<base::le64>(header, places.file_eof)},
                 result.size, diagnostics);
    return result;
}

}  // namespace

ProbedFile probe_file(const std::string& path, base::Diagnostics& diagnostics) {
    const base::File file = base::File::open_read(path);
    try {
        return probe(file, diagnostics);
    } catch (Error& error) {
        error.with_place(path);
        throw;
    }
}

std::string describe_no_pst(ByteView start, std::uint64_t size) {
    if (size == 0) {
        return "the file is empty";
    }
    if (std::ranges::all_of(start, [](std::byte b) { return b == std::byte{0}; })) {
        return fmt::format("no PST: the first {} bytes are NUL; its writer never finished it",
                           start.size());
    }
    const std::string_view text = base::as_text(start);
    for (const Look& look : kLooks) {
        if (base::starts_with_ignore_case(text, look.start)) {
            return fmt::format("no PST: it looks like {}", look.name);
        }
    }
    const bool printable = std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
    });
    return fmt::format(R"(no PST: it {} "{}" where "{}" is expected)",
                       printable ? "is text and starts with" : "starts with",
                       base::escape(text.substr(0, 4)), kMagic);
}

}  // namespace mbx::pst
