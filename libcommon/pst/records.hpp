// On-disk records of the messaging layer ([MS-PST] 2.4). Shared by the writer and the readers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst {

/// 2.4.3.2: names a folder or message of the store whose PidTagRecordKey is `uid`.
struct ENTRYID {
    base::le32 rgbFlags;
    base::Guid uid{};
    base::le32 nid;
};
static_assert(sizeof(ENTRYID) == 24 && offsetof(ENTRYID, nid) == 20);

// Name-to-id map, 2.4.7.

/// 2.4.7.1. Property identifier = 0x8000 + wPropIdx.
struct NAMEID {
    base::le32 dwPropertyID;  ///< number; offset in the string stream; in a bucket: CRC of the name
    base::le16 wGuid;         ///< bit 0: the name is a string; the rest: which set
    base::le16 wPropIdx;
};
static_assert(sizeof(NAMEID) == 8 && offsetof(NAMEID, wPropIdx) == 6);

/// Values of wGuid >> 1; from kFirstStreamGuid on: position in the GUID stream.
inline constexpr std::uint16_t kNoGuid = 0;
inline constexpr std::uint16_t kGuidOfMapi = 1;
inline constexpr std::uint16_t kGuidOfPublicStrings = 2;
inline constexpr std::uint16_t kFirstStreamGuid = 3;

inline constexpr std::uint16_t kFirstNameBucketId = 0x1000;
inline constexpr std::uint32_t kNameBucketCount = 251;

}  // namespace mbx::pst
