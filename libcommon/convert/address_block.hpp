// Who is who in a message object: the properties that together are one address
// ([MS-OXOMSG] 2.2.1, [MS-OXCMSG] 2.2.3).
#pragma once

#include "mapi/property_tag.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {

/// A tag that a block does not have.
inline constexpr mapi::PropertyTag kNoTag{};

/// The columns of one address. Strings but for entry_id and search_key, which are binary.
struct AddressBlock {
    mapi::PropertyTag name;
    mapi::PropertyTag type;
    mapi::PropertyTag address;
    mapi::PropertyTag entry_id;
    mapi::PropertyTag search_key;
    mapi::PropertyTag smtp;
};

namespace detail {

/// A block from six identifiers; 0 for a column that it does not have.
constexpr AddressBlock address_block(std::uint16_t name, std::uint16_t type, std::uint16_t address,
                                     std::uint16_t entry_id, std::uint16_t search_key,
                                     std::uint16_t smtp) {
    const auto string = [](std::uint16_t id) {
        return id == 0 ? kNoTag : mapi::PropertyTag{id, mapi::PropertyType::String};
    };
    const auto binary = [](std::uint16_t id) {
        return id == 0 ? kNoTag : mapi::PropertyTag{id, mapi::PropertyType::Binary};
    };
    return {string(name),     string(type),       string(address),
            binary(entry_id), binary(search_key), string(smtp)};
}

}  // namespace detail

/// From.
inline constexpr AddressBlock kSentRepresenting =
    detail::address_block(0x0042, 0x0064, 0x0065, 0x0041, 0x003B, 0x5D02);
/// Sender.
inline constexpr AddressBlock kSender =
    detail::address_block(0x0C1A, 0x0C1E, 0x0C1F, 0x0C19, 0x0C1D, 0x5D01);
/// The owner of the mailbox; no header.
inline constexpr AddressBlock kReceivedBy =
    detail::address_block(0x0040, 0x0075, 0x0076, 0x003F, 0x0051, 0x5D07);
inline constexpr AddressBlock kReceivedRepresenting =
    detail::address_block(0x0044, 0x0077, 0x0078, 0x0043, 0x0052, 0x5D08);
/// Disposition-Notification-To.
inline constexpr AddressBlock kReadReceipt =
    detail::address_block(0x402B, 0x4029, 0x402A, 0x0046, 0x0053, 0x5D05);
/// Where reports go; no address columns.
inline constexpr AddressBlock kReportDestination =
    detail::address_block(0x003A, 0, 0, 0x0045, 0x0054, 0);
/// What a reply says about the message that it answers; no header.
inline constexpr AddressBlock kOriginalSender =
    detail::address_block(0x005A, 0x0066, 0x0067, 0x005B, 0x005C, 0x5D03);
inline constexpr AddressBlock kOriginalSentRepresenting =
    detail::address_block(0x005D, 0x0068, 0x0069, 0x005E, 0x005F, 0x5D04);
inline constexpr AddressBlock kOriginalAuthor =
    detail::address_block(0x004D, 0x0079, 0x007A, 0x004C, 0x0056, 0x5D06);
/// A row of the recipient table.
inline constexpr AddressBlock kRecipient =
    detail::address_block(0x3001, 0x3002, 0x3003, 0x0FFF, 0x300B, 0x39FE);

/// PidTagRecipientType, [MS-OXOMSG] 2.2.3.1: the low bits; the rest are flags.
enum class RecipientType { Originator = 0, To = 1, Cc = 2, Bcc = 3 };
inline constexpr std::int32_t kRecipientTypeMask = 3;

}  // namespace mbx::convert
