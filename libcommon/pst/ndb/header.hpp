// The file header ([MS-PST] 2.2.2.6) as plain values, and its two forms in a file.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {

/// wMagicClient.
enum class Client { Pst, Ost, Pab };

/// The two sizes of identifiers and offsets: 32 bits (wVer 14, 15) and 64 (21, 23).
enum class Width { Ansi, Unicode };

struct Header {
    Width width = Width::Unicode;
    Client client = Client::Pst;
    std::uint16_t version = kVersionUnicode;  ///< wVer
    CryptMethod crypt = CryptMethod::Permute;
    std::uint64_t file_size = 0;  ///< ibFileEof
    Ib last_amap;
    std::uint64_t amap_free = 0;  ///< bytes
    std::uint64_t pmap_free = 0;  ///< bytes
    std::uint8_t amap_valid = kValidAMap2;
    Bref nbt;
    Bref bbt;
    Bid next_block;
    Bid next_page;
    std::uint32_t unique = 0;
    std::array<std::uint32_t, 32> nid_counters{};
    std::array<std::uint8_t, 128> first_fmap{};   ///< rgbFM
    std::array<std::uint8_t, 128> first_fpmap{};  ///< rgbFP
    /// "dwCRCFull is 0x..., expected 0x..."; empty when the CRCs are right. What the trees say can
    /// still be trusted: their pages have CRCs of their own.
    std::string wrong_crc;
};

/// As a Unicode header with both CRCs. Pre: header.width == Width::Unicode.
HeaderUnicode encode_header(const Header& header) noexcept;

/// Reads the start of a file. Throws Error(BadData): no PST, a version or encoding that this layer
/// does not read, trees outside `file_size` bytes.
Header decode_header(base::ByteView start, std::uint64_t file_size);

}  // namespace mbx::pst::ndb
