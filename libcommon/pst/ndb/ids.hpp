// Identifiers of the node database layer ([MS-PST] 2.2.2.1 to 2.2.2.4). They do not mix.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace mbx::pst::ndb {

/// nidType, [MS-PST] 2.2.2.1.
enum class NidType : std::uint8_t {
    Hid = 0x00,
    Internal = 0x01,
    NormalFolder = 0x02,
    SearchFolder = 0x03,
    NormalMessage = 0x04,
    Attachment = 0x05,
    SearchUpdateQueue = 0x06,
    SearchCriteriaObject = 0x07,
    AssociatedMessage = 0x08,
    ContentsTableIndex = 0x0A,
    ReceiveFolderTable = 0x0B,
    OutgoingQueueTable = 0x0C,
    HierarchyTable = 0x0D,
    ContentsTable = 0x0E,
    AssociatedContentsTable = 0x0F,
    SearchContentsTable = 0x10,
    AttachmentTable = 0x11,
    RecipientTable = 0x12,
    SearchTableIndex = 0x13,
    Ltp = 0x1F,
};

/// Node identifier: five bits of type, 27 bits of index.
struct Nid {
    std::uint32_t value = 0;

    static constexpr Nid make(NidType type, std::uint32_t index) noexcept {
        return {index << 5 | static_cast<std::uint32_t>(type)};
    }
    constexpr NidType type() const noexcept { return static_cast<NidType>(value & 0x1FU); }
    constexpr std::uint32_t index() const noexcept { return value >> 5; }
    /// The node of another type with the same index: a folder's contents table, say.
    constexpr Nid with_type(NidType type) const noexcept { return make(type, index()); }
    auto operator<=>(const Nid&) const = default;
};

/// Block identifier. Bit 1 marks internal blocks (XBLOCK, SLBLOCK, ...); bit 0 is reserved, written
/// 0, ignored on reading.
struct Bid {
    std::uint64_t value = 0;

    constexpr bool is_internal() const noexcept { return (value & 2) != 0; }
    constexpr bool is_none() const noexcept { return value == 0; }
    auto operator<=>(const Bid&) const = default;
};

/// Byte offset in the file.
struct Ib {
    std::uint64_t value = 0;
    auto operator<=>(const Ib&) const = default;
};

struct Bref {
    Bid bid;
    Ib ib;
};

/// bCryptMethod, [MS-PST] 2.2.2.6: how the bytes of data blocks are encoded.
enum class CryptMethod : std::uint8_t { None = 0, Permute = 1, Cyclic = 2 };

/// SLENTRY, [MS-PST] 2.2.2.8.3.3.1.1: a node inside a node.
struct SubnodeEntry {
    Nid nid;
    Bid data;
    Bid sub;
};

/// "0x00200024", "0x000000000000000c", "0x4400".
std::string to_string(Nid nid);
std::string to_string(Bid bid);
std::string to_string(Ib ib);

// Nodes with fixed identifiers, [MS-PST] 2.4.1 and Outlook's own empty store.
inline constexpr Nid kNidNone{0};
inline constexpr Nid kNidMessageStore{0x21};
inline constexpr Nid kNidNameToIdMap{0x61};
inline constexpr Nid kNidRootFolder{0x122};
inline constexpr Nid kNidSearchManagementQueue{0x1E1};
inline constexpr Nid kNidSearchActivityList{0x201};
inline constexpr Nid kNidSearchDomainObject{0x261};
inline constexpr Nid kNidHierarchyTableTemplate{0x60D};
inline constexpr Nid kNidContentsTableTemplate{0x60E};
inline constexpr Nid kNidAssociatedContentsTableTemplate{0x60F};
inline constexpr Nid kNidSearchContentsTableTemplate{0x610};
inline constexpr Nid kNidReceiveFolderTable{0x62B};
inline constexpr Nid kNidOutgoingQueueTable{0x64C};
inline constexpr Nid kNidAttachmentTable{
    0x671};  ///< template in the node database, the table itself in a message
inline constexpr Nid kNidRecipientTable{0x692};  ///< likewise
inline constexpr Nid kNidIpmSubtree{0x8022};
inline constexpr Nid kNidSearchRoot{0x8042};
inline constexpr Nid kNidDeletedItems{0x8062};
inline constexpr Nid kNidCommonViews{0x8082};

}  // namespace mbx::pst::ndb
