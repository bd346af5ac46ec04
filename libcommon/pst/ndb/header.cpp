#include "pst/ndb/header.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/layout.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr std::uint8_t kPlatform =
    1;  // bPlatformCreate and bPlatformAccess: the one value there is

constexpr std::uint16_t kVersionAnsiOld = 14;
constexpr std::uint16_t kVersionAnsi = 15;
constexpr std::uint16_t kVersionUnicodeOld = 21;
constexpr std::uint16_t kVersion4k = 36;   // 4 KiB pages, Outlook 2013 and later OST
constexpr std::uint16_t kVersionWip = 37;  // Windows Information Protection

std::uint32_t crc_of(base::ByteView header, std::size_t size) {
    return base::pst_crc32(header.subspan(kHeaderCrcStart, size));
}

std::uint16_t client_magic(Client client) noexcept {
    switch (client) {
        case Client::Ost:
            return kMagicOst;
        case Client::Pab:
            return kMagicPab;
        case Client::Pst:
            break;
    }
    return kMagicPst;
}

void check_crc(Header& header, std::string_view field, std::uint32_t found,
               std::uint32_t expected) {
    if (found != expected && header.wrong_crc.empty()) {
        header.wrong_crc = fmt::format("{} is 0x{:08x}, expected 0x{:08x}", field, found, expected);
    }
}

Client decode_client(std::uint16_t magic) {
    switch (magic) {
        case kMagicPst:
            return Client::Pst;
        case kMagicOst:
            return Client::Ost;
        case kMagicPab:
            return Client::Pab;
        default:
            throw Error(ErrorCode::BadData,
                        fmt::format("header: wMagicClient is 0x{:04x}, expected 0x{:04x}", magic,
                                    kMagicPst));
    }
}

Width decode_width(std::uint16_t version) {
    switch (version) {
        case kVersionAnsiOld:
        case kVersionAnsi:
            return Width::Ansi;
        case kVersionUnicodeOld:
        case kVersionUnicode:
            return Width::Unicode;
        case kVersion4k:
        case kVersionWip:
            throw Error(
                ErrorCode::BadData,
                fmt::format("header: wVer {} has 4 KiB pages, which libpff reads", version));
        default:
            throw Error(ErrorCode::BadData, fmt::format("header: wVer {} is not known", version));
    }
}

CryptMethod decode_crypt(std::uint8_t method) {
    if (method > static_cast<std::uint8_t>(CryptMethod::Cyclic)) {
        throw Error(ErrorCode::BadData,
                    fmt::format("header: bCryptMethod 0x{:02x} is not known", method));
    }
    return static_cast<CryptMethod>(method);
}

/// The fields that both forms have under one name.
template <typename Record>
void take_common(Header& header, const Record& record) {
    header.client = decode_client(record.start.wMagicClient);
    header.version = record.start.wVer;
    header.crypt = decode_crypt(record.bCryptMethod);
    header.file_size = record.root.ibFileEof;
    header.last_amap = Ib{record.root.ibAMapLast};
    header.amap_free = record.root.cbAMapFree;
    header.pmap_free = record.root.cbPMapFree;
    header.amap_valid = record.root.fAMapValid;
    header.nbt = {Bid{record.root.BREFNBT.bid}, Ib{record.root.BREFNBT.ib}};
    header.bbt = {Bid{record.root.BREFBBT.bid}, Ib{record.root.BREFBBT.ib}};
    header.next_block = Bid{record.bidNextB};
    header.next_page = Bid{record.bidNextP};
    header.unique = record.dwUnique;
    std::copy(record.rgnid.begin(), record.rgnid.end(), header.nid_counters.begin());
    header.first_fmap = record.rgbFM;
    header.first_fpmap = record.rgbFP;
}

void expect_page_inside(std::string_view field, Ib ib, std::uint64_t file_size) {
    if (ib.value % kPageSize != 0 || ib.value == 0 || file_size < kPageSize ||
        ib.value > file_size - kPageSize) {
        throw Error(ErrorCode::BadData, fmt::format("header: {} points to {} in a file of {} bytes",
                                                    field, to_string(ib), file_size));
    }
}

}  // namespace

HeaderUnicode encode_header(const Header& header) noexcept {
    HeaderUnicode record{};
    record.start.dwMagic = kHeaderMagic;
    record.start.wMagicClient = client_magic(header.client);
    record.start.wVer = header.version;
    record.start.wVerClient = kVersionClient;
    record.start.bPlatformCreate = kPlatform;
    record.start.bPlatformAccess = kPlatform;
    record.bidNextP = header.next_page.value;
    record.dwUnique = header.unique;
    std::copy(header.nid_counters.begin(), header.nid_counters.end(), record.rgnid.begin());
    record.root.ibFileEof = header.file_size;
    record.root.ibAMapLast = header.last_amap.value;
    record.root.cbAMapFree = header.amap_free;
    record.root.cbPMapFree = header.pmap_free;
    record.root.BREFNBT = {header.nbt.bid.value, header.nbt.ib.value};
    record.root.BREFBBT = {header.bbt.bid.value, header.bbt.ib.value};
    record.root.fAMapValid = header.amap_valid;
    record.rgbFM = header.first_fmap;
    record.rgbFP = header.first_fpmap;
    record.bSentinel = kSentinel;
    record.bCryptMethod = static_cast<std::uint8_t>(header.crypt);
    record.bidNextB = header.next_block.value;
    // Neither range holds the other CRC.
    record.start.dwCRCPartial = crc_of(base::record_bytes(record), kHeaderPartialCrcSize);
    record.dwCRCFull = crc_of(base::record_bytes(record), kHeaderFullCrcSize);
    return record;
}

Header decode_header(base::ByteView start, std::uint64_t file_size) {
    const auto need = [&](std::size_t size) {
        if (start.size() < size) {
            throw Error(ErrorCode::BadData,
                        fmt::format("is no PST: {} bytes are too few for a header", start.size()));
        }
    };
    need(sizeof(HeaderStart));
    const auto common = base::read_record<HeaderStart>(start);
    if (common.dwMagic != kHeaderMagic) {
        throw Error(ErrorCode::BadData,
                    fmt::format("is no PST: dwMagic is 0x{:08x}, expected 0x{:08x}",
                                std::uint32_t{common.dwMagic}, kHeaderMagic));
    }
    Header header;
    header.width = decode_width(common.wVer);
    need(header.width == Width::Unicode ? sizeof(HeaderUnicode) : sizeof(HeaderAnsi));
    check_crc(header, "dwCRCPartial", common.dwCRCPartial, crc_of(start, kHeaderPartialCrcSize));
    if (header.width == Width::Unicode) {
        const auto record = base::read_record<HeaderUnicode>(start);
        check_crc(header, "dwCRCFull", record.dwCRCFull, crc_of(start, kHeaderFullCrcSize));
        take_common(header, record);
    } else {
        take_common(header, base::read_record<HeaderAnsi>(start));
    }
    expect_page_inside("BREFNBT", header.nbt.ib, file_size);
    expect_page_inside("BREFBBT", header.bbt.ib, file_size);
    return header;
}

}  // namespace mbx::pst::ndb
