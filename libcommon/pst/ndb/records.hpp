// The structures of the node database layer as they lie in a file ([MS-PST] 2.2.2), fields named as
// there. "Unicode" is wVer 23 (64-bit BIDs and offsets), "Ansi" wVer 14 and 15 (32-bit).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/little_endian.hpp"

namespace mbx::pst::ndb {

using base::le16;
using base::le32;
using base::le64;

template <std::size_t Size>
using ByteArray = std::array<std::uint8_t, Size>;

inline constexpr std::size_t kPageSize = 512;
/// A block never takes more, trailer and padding included ([MS-PST] 2.2.2.8).
inline constexpr std::size_t kLargestBlock = 8192;
inline constexpr std::size_t kBlockAlignment = 64;

// ---- [MS-PST] 2.2.2.4 BREF

struct BrefUnicode {
    le64 bid;
    le64 ib;
};
struct BrefAnsi {
    le32 bid;
    le32 ib;
};
static_assert(sizeof(BrefUnicode) == 16 && sizeof(BrefAnsi) == 8);

// ---- [MS-PST] 2.2.2.5 ROOT

/// fAMapValid: the allocation maps are right (written by Outlook 2007 SP2 and later).
inline constexpr std::uint8_t kValidAMap2 = 2;

struct RootUnicode {
    le32 dwReserved;
    le64 ibFileEof;
    le64 ibAMapLast;
    le64 cbAMapFree;
    le64 cbPMapFree;
    BrefUnicode BREFNBT;
    BrefUnicode BREFBBT;
    std::uint8_t fAMapValid;
    std::uint8_t bReserved;
    le16 wReserved;
};
struct RootAnsi {
    le32 dwReserved;
    le32 ibFileEof;
    le32 ibAMapLast;
    le32 cbAMapFree;
    le32 cbPMapFree;
    BrefAnsi BREFNBT;
    BrefAnsi BREFBBT;
    std::uint8_t fAMapValid;
    std::uint8_t bReserved;
    le16 wReserved;
};
static_assert(sizeof(RootUnicode) == 72 && sizeof(RootAnsi) == 40);

// ---- [MS-PST] 2.2.2.6 HEADER

inline constexpr std::uint32_t kHeaderMagic = 0x4E444221;  // "!BDN"
inline constexpr std::uint16_t kMagicPst = 0x4D53;         // "SM"
inline constexpr std::uint16_t kMagicOst = 0x4F53;         // "SO"
inline constexpr std::uint16_t kMagicPab = 0x4241;         // "AB"
inline constexpr std::uint16_t kVersionUnicode = 23;
inline constexpr std::uint16_t kVersionClient = 19;
inline constexpr std::uint8_t kSentinel = 0x80;

/// What every version begins with.
struct HeaderStart {
    le32 dwMagic;
    le32 dwCRCPartial;
    le16 wMagicClient;
    le16 wVer;
    le16 wVerClient;
    std::uint8_t bPlatformCreate;
    std::uint8_t bPlatformAccess;
    le32 dwReserved1;
    le32 dwReserved2;
};
static_assert(sizeof(HeaderStart) == 24);

struct HeaderUnicode {
    HeaderStart start;
    le64 bidUnused;
    le64 bidNextP;
    le32 dwUnique;
    std::array<le32, 32> rgnid;
    le64 qwUnused;
    RootUnicode root;
    le32 dwAlign;
    ByteArray<128> rgbFM;
    ByteArray<128> rgbFP;
    std::uint8_t bSentinel;
    std::uint8_t bCryptMethod;
    le16 rgbReserved;
    le64 bidNextB;
    le32 dwCRCFull;
    ByteArray<3> rgbReserved2;
    std::uint8_t bReserved;
    ByteArray<32> rgbReserved3;
};
static_assert(sizeof(HeaderUnicode) == 564);
static_assert(offsetof(HeaderUnicode, bidNextP) == 32 && offsetof(HeaderUnicode, rgnid) == 44 &&
              offsetof(HeaderUnicode, root) == 180 && offsetof(HeaderUnicode, rgbFM) == 256 &&
              offsetof(HeaderUnicode, bSentinel) == 512 &&
              offsetof(HeaderUnicode, bidNextB) == 516 &&
              offsetof(HeaderUnicode, dwCRCFull) == 524);

struct HeaderAnsi {
    HeaderStart start;
    le32 bidNextB;
    le32 bidNextP;
    le32 dwUnique;
    std::array<le32, 32> rgnid;
    RootAnsi root;
    ByteArray<128> rgbFM;
    ByteArray<128> rgbFP;
    std::uint8_t bSentinel;
    std::uint8_t bCryptMethod;
    le16 rgbReserved;
    le64 ullReserved;
    le32 dwReserved;
    ByteArray<3> rgbReserved2;
    std::uint8_t bReserved;
    ByteArray<32> rgbReserved3;
};
static_assert(sizeof(HeaderAnsi) == 512);
static_assert(offsetof(HeaderAnsi, rgnid) == 36 && offsetof(HeaderAnsi, root) == 164 &&
              offsetof(HeaderAnsi, bSentinel) == 460);

/// Both CRCs of the header begin at wMagicClient.
inline constexpr std::size_t kHeaderCrcStart = 8;
inline constexpr std::size_t kHeaderPartialCrcSize = 471;
inline constexpr std::size_t kHeaderFullCrcSize = 516;

// ---- [MS-PST] 2.2.2.7.1 PAGETRAILER

enum class PageType : std::uint8_t {
    Bbt = 0x80,
    Nbt = 0x81,
    FMap = 0x82,
    PMap = 0x83,
    AMap = 0x84,
    FPMap = 0x85,
    DList = 0x86,
};

struct PageTrailerUnicode {
    std::uint8_t ptype;
    std::uint8_t ptypeRepeat;
    le16 wSig;
    le32 dwCRC;
    le64 bid;
};
struct PageTrailerAnsi {
    std::uint8_t ptype;
    std::uint8_t ptypeRepeat;
    le16 wSig;
    le32 bid;
    le32 dwCRC;
};
static_assert(sizeof(PageTrailerUnicode) == 16 && sizeof(PageTrailerAnsi) == 12);

// ---- [MS-PST] 2.2.2.7.2 to .6: AMap, PMap, DList, FMap and FPMap pages

/// AMap, PMap, FMap and FPMap: a table of bits or bytes.
struct MapPageUnicode {
    ByteArray<496> rgb;
    PageTrailerUnicode pageTrailer;
};
static_assert(sizeof(MapPageUnicode) == kPageSize);

struct DListPageUnicode {
    std::uint8_t bFlags;
    std::uint8_t cEntDList;
    le16 wPadding;
    le32 ulCurrentPage;
    std::array<le32, 119> rgDListPageEnt;
    ByteArray<12> rgPadding;
    PageTrailerUnicode pageTrailer;
};
static_assert(sizeof(DListPageUnicode) == kPageSize);
static_assert(offsetof(DListPageUnicode, rgPadding) == 484);

// ---- [MS-PST] 2.2.2.7.7 BTPAGE and its entries

struct BtPageUnicode {
    ByteArray<488> rgentries;
    std::uint8_t cEnt;
    std::uint8_t cEntMax;
    std::uint8_t cbEnt;
    std::uint8_t cLevel;
    le32 dwPadding;
    PageTrailerUnicode pageTrailer;
};
struct BtPageAnsi {
    ByteArray<496> rgentries;
    std::uint8_t cEnt;
    std::uint8_t cEntMax;
    std::uint8_t cbEnt;
    std::uint8_t cLevel;
    PageTrailerAnsi pageTrailer;
};
static_assert(sizeof(BtPageUnicode) == kPageSize && sizeof(BtPageAnsi) == kPageSize);

struct BtEntryUnicode {
    le64 btkey;
    BrefUnicode BREF;
};
struct BtEntryAnsi {
    le32 btkey;
    BrefAnsi BREF;
};
static_assert(sizeof(BtEntryUnicode) == 24 && sizeof(BtEntryAnsi) == 12);

struct BbtEntryUnicode {
    BrefUnicode BREF;
    le16 cb;
    le16 cRef;
    le32 dwPadding;
};
struct BbtEntryAnsi {
    BrefAnsi BREF;
    le16 cb;
    le16 cRef;
};
static_assert(sizeof(BbtEntryUnicode) == 24 && sizeof(BbtEntryAnsi) == 12);

struct NbtEntryUnicode {
    le64 nid;
    le64 bidData;
    le64 bidSub;
    le32 nidParent;
    le32 dwPadding;
};
struct NbtEntryAnsi {
    le32 nid;
    le32 bidData;
    le32 bidSub;
    le32 nidParent;
};
static_assert(sizeof(NbtEntryUnicode) == 32 && sizeof(NbtEntryAnsi) == 16);

// ---- [MS-PST] 2.2.2.8 blocks

struct BlockTrailerUnicode {
    le16 cb;
    le16 wSig;
    le32 dwCRC;
    le64 bid;
};
struct BlockTrailerAnsi {
    le16 cb;
    le16 wSig;
    le32 bid;
    le32 dwCRC;
};
static_assert(sizeof(BlockTrailerUnicode) == 16 && sizeof(BlockTrailerAnsi) == 12);

inline constexpr std::size_t kLargestDataUnicode = kLargestBlock - sizeof(BlockTrailerUnicode);
inline constexpr std::size_t kLargestDataAnsi = kLargestBlock - sizeof(BlockTrailerAnsi);

/// btype of internal blocks.
inline constexpr std::uint8_t kTypeXBlock = 1;   // XBLOCK (cLevel 1), XXBLOCK (cLevel 2)
inline constexpr std::uint8_t kTypeSlBlock = 2;  // SLBLOCK (cLevel 0), SIBLOCK (cLevel 1)

/// XBLOCK and XXBLOCK, [MS-PST] 2.2.2.8.3.2; BIDs (le64 or le32) follow.
struct XBlockHeader {
    std::uint8_t btype;
    std::uint8_t cLevel;
    le16 cEnt;
    le32 lcbTotal;
};
static_assert(sizeof(XBlockHeader) == 8);

/// SLBLOCK and SIBLOCK, [MS-PST] 2.2.2.8.3.3; entries follow, after four bytes of padding in a
/// Unicode file.
struct SlBlockHeader {
    std::uint8_t btype;
    std::uint8_t cLevel;
    le16 cEnt;
};
struct SlBlockHeaderUnicode {
    SlBlockHeader start;
    le32 dwPadding;
};
static_assert(sizeof(SlBlockHeader) == 4 && sizeof(SlBlockHeaderUnicode) == 8);

struct SlEntryUnicode {
    le64 nid;
    le64 bidData;
    le64 bidSub;
};
struct SlEntryAnsi {
    le32 nid;
    le32 bidData;
    le32 bidSub;
};
struct SiEntryUnicode {
    le64 nid;
    le64 bid;
};
struct SiEntryAnsi {
    le32 nid;
    le32 bid;
};
static_assert(sizeof(SlEntryUnicode) == 24 && sizeof(SlEntryAnsi) == 12 &&
              sizeof(SiEntryUnicode) == 16 && sizeof(SiEntryAnsi) == 8);

inline constexpr std::size_t kMostXEntriesUnicode =
    (kLargestDataUnicode - sizeof(XBlockHeader)) / sizeof(le64);
inline constexpr std::size_t kMostSlEntriesUnicode =
    (kLargestDataUnicode - sizeof(SlBlockHeaderUnicode)) / sizeof(SlEntryUnicode);
inline constexpr std::size_t kMostSiEntriesUnicode =
    (kLargestDataUnicode - sizeof(SlBlockHeaderUnicode)) / sizeof(SiEntryUnicode);
static_assert(kMostXEntriesUnicode == 1021 && kMostSlEntriesUnicode == 340 &&
              kMostSiEntriesUnicode == 510);

}  // namespace mbx::pst::ndb
