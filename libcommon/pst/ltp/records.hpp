// On-disk records of the LTP layer: heap-on-node, BTH, property context, table context
// ([MS-PST] 2.3). Shared by the writers and the readers.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "base/little_endian.hpp"
#include "mapi/property_tag.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst::ltp {

// Identifiers.

/// Heap item identifier, 2.3.1.1: five bits of type (0), 11 bits of index (from 1), 16 bits of
/// block.
struct Hid {
    std::uint32_t value = 0;

    static constexpr Hid make(std::uint32_t block, std::uint32_t index) noexcept {
        return {block << 16 | index << 5};
    }
    constexpr bool is_none() const noexcept { return value == 0; }
    constexpr std::uint32_t block() const noexcept { return value >> 16; }
    constexpr std::uint32_t index() const noexcept { return value >> 5 & 0x7FFU; }
    auto operator<=>(const Hid&) const = default;
};

/// 2.3.3.2: a HID when the low five bits are 0, else the NID of a subnode of the same node. 0: the
/// value is there and has no bytes.
struct Hnid {
    std::uint32_t value = 0;

    static constexpr Hnid of(Hid hid) noexcept { return {hid.value}; }
    static constexpr Hnid of(ndb::Nid nid) noexcept { return {nid.value}; }
    constexpr bool is_none() const noexcept { return value == 0; }
    constexpr bool is_hid() const noexcept { return (value & 0x1FU) == 0; }
    constexpr Hid hid() const noexcept { return {value}; }
    constexpr ndb::Nid nid() const noexcept { return {value}; }
    auto operator<=>(const Hnid&) const = default;
};

// Heap-on-node, 2.3.1.

inline constexpr std::uint8_t kHeapSignature = 0xEC;  // bSig
/// Data bytes of a full block, [MS-PST] 2.2.2.8.3.1; every block of a heap but the last has them
/// all.
inline constexpr std::size_t kBlockDataSize = 8176;
inline constexpr std::size_t kMaxHeapItemSize = 3580;  // 2.6.2.1.2
inline constexpr std::size_t kMaxHeapItemsPerBlock = 2047;
inline constexpr std::size_t kMaxHeapBlocks = 65536;

/// bClientSig, 2.3.1.2. IdMap and MessageIndex are not documented; seen in Outlook's own files.
enum class HeapClient : std::uint8_t {
    SearchContentsIndex = 0xAC,
    Bth = 0xB5,
    Table = 0x7C,
    Properties = 0xBC,
    IdMap = 0x9C,
    MessageIndex = 0xCC,
};

/// Starts block 0.
struct HNHDR {
    base::le16 ibHnpm;
    std::uint8_t bSig = 0;
    std::uint8_t bClientSig = 0;
    base::le32 hidUserRoot;
    std::array<std::uint8_t, 4> rgbFillLevel{};
};
static_assert(sizeof(HNHDR) == 12 && offsetof(HNHDR, hidUserRoot) == 4);

/// Starts each other block that is not of the bitmap kind.
struct HNPAGEHDR {
    base::le16 ibHnpm;
};
static_assert(sizeof(HNPAGEHDR) == 2);

/// Starts blocks 8, 136, 264, ...: fill levels of itself and the 127 that follow.
struct HNBITMAPHDR {
    base::le16 ibHnpm;
    std::array<std::uint8_t, 64> rgbFillLevel{};
};
static_assert(sizeof(HNBITMAPHDR) == 66);

inline constexpr std::size_t kBlocksInFirstFillLevels = 8;
inline constexpr std::size_t kBlocksPerBitmapHeader = 128;

/// 2.3.1.2: the more of a heap block is free behind its page map, the lower the level.
constexpr std::uint8_t fill_level(std::size_t free_bytes) noexcept {
    constexpr std::array<std::size_t, 15> kLeastFree{3584, 2560, 2048, 1792, 1536, 1280, 1024, 768,
                                                     512,  256,  128,  64,   32,   16,   8};
    std::uint8_t level = 0;
    while (level < kLeastFree.size() && free_bytes < kLeastFree.at(level)) {
        ++level;
    }
    return level;
}

/// 2.3.1.3 to 2.3.1.5.
enum class HeapBlockKind { First, Bitmap, Plain };

constexpr HeapBlockKind heap_block_kind(std::size_t block) noexcept {
    if (block == 0) {
        return HeapBlockKind::First;
    }
    return block % kBlocksPerBitmapHeader == kBlocksInFirstFillLevels ? HeapBlockKind::Bitmap
                                                                      : HeapBlockKind::Plain;
}

constexpr std::size_t heap_header_size(std::size_t block) noexcept {
    switch (heap_block_kind(block)) {
        case HeapBlockKind::First:
            return sizeof(HNHDR);
        case HeapBlockKind::Bitmap:
            return sizeof(HNBITMAPHDR);
        case HeapBlockKind::Plain:
            break;
    }
    return sizeof(HNPAGEHDR);
}

/// At ibHnpm; followed by le16 rgibAlloc[cAlloc + 1], the last one the end of the items, 0 or 1
/// bytes before ibHnpm.
struct HNPAGEMAP {
    base::le16 cAlloc;
    base::le16 cFree;
};
static_assert(sizeof(HNPAGEMAP) == 4);

// B-tree-on-heap, 2.3.2.

inline constexpr std::uint8_t kBthSignature = 0xB5;  // bType

struct BTHHEADER {
    std::uint8_t bType = 0;
    std::uint8_t cbKey = 0;
    std::uint8_t cbEnt = 0;
    std::uint8_t bIdxLevels = 0;
    base::le32 hidRoot;  ///< 0: no records
};
static_assert(sizeof(BTHHEADER) == 8 && offsetof(BTHHEADER, hidRoot) == 4);

// Property context, 2.3.3.

inline constexpr std::uint8_t kPropertyKeySize = 2;
inline constexpr std::uint8_t kPropertyDataSize = 6;

/// Key and data of a PC's BTH. dwValueHnid holds the value itself when it has at most four bytes.
struct PCRECORD {
    base::le16 wPropId;
    base::le16 wPropType;
    base::le32 dwValueHnid;
};
static_assert(sizeof(PCRECORD) == kPropertyKeySize + kPropertyDataSize);

/// The heap item of a PtypObject value, 2.3.3.5.
struct OBJECTVALUE {
    base::le32 Nid;
    base::le32 ulSize;
};
static_assert(sizeof(OBJECTVALUE) == 8);

// Table context, 2.3.4.

inline constexpr std::uint8_t kTableSignature = 0x7C;  // bType
inline constexpr std::size_t kMaxColumns = 255;
inline constexpr std::uint8_t kRowKeySize = 4;
inline constexpr std::uint8_t kRowDataSize = 4;  // 2 in ANSI files

/// Followed by TCOLDESC rgTCOLDESC[cCols].
struct TCINFO {
    std::uint8_t bType = 0;
    std::uint8_t cCols = 0;
    std::array<base::le16, 4> rgib{};  ///< ends of the 4/8-byte, 2-byte, 1-byte cells, of the CEB
    base::le32 hidRowIndex;
    base::le32 hnidRows;
    base::le32 hidIndex;
};
static_assert(sizeof(TCINFO) == 22 && offsetof(TCINFO, hidRowIndex) == 10);

struct TCOLDESC {
    base::le32 tag;
    base::le16 ibData;
    std::uint8_t cbData = 0;
    std::uint8_t iBit = 0;
};
static_assert(sizeof(TCOLDESC) == 8 && offsetof(TCOLDESC, ibData) == 4);

/// Key and data of a table's row index.
struct TCROWID {
    base::le32 dwRowID;
    base::le32 dwRowIndex;
};
static_assert(sizeof(TCROWID) == kRowKeySize + kRowDataSize);

// How values lie, 2.3.3.3 and 2.3.4.4.

/// Bytes of a value whose size is fixed; 0 for strings, binaries, objects and multiple values.
constexpr std::size_t fixed_value_size(mapi::PropertyType type) noexcept {
    switch (type) {
        case mapi::PropertyType::Boolean:
            return 1;
        case mapi::PropertyType::Integer16:
            return 2;
        case mapi::PropertyType::Integer32:
        case mapi::PropertyType::Floating32:
        case mapi::PropertyType::ErrorCode:
            return 4;
        case mapi::PropertyType::Floating64:
        case mapi::PropertyType::Currency:
        case mapi::PropertyType::FloatingTime:
        case mapi::PropertyType::Integer64:
        case mapi::PropertyType::Time:
            return 8;
        case mapi::PropertyType::Guid:
            return 16;
        default:
            return 0;
    }
}

/// In a property context: the value lies in the record itself.
constexpr bool is_inline_in_record(mapi::PropertyType type) noexcept {
    const std::size_t size = fixed_value_size(type);
    return size != 0 && size <= 4;
}

/// In a table: the value lies in the row itself; else the cell holds an HNID.
constexpr bool is_inline_in_cell(mapi::PropertyType type) noexcept {
    const std::size_t size = fixed_value_size(type);
    return size != 0 && size <= 8;
}

/// cbData of a column.
constexpr std::size_t cell_size(mapi::PropertyType type) noexcept {
    return is_inline_in_cell(type) ? fixed_value_size(type) : sizeof(Hnid);
}

}  // namespace mbx::pst::ltp
