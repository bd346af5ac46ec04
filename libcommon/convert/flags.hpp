// Flags and keywords of mail in a message object, and back (RFC 9051 2.3.2; [MS-OXCMSG] 2.2.1.6,
// [MS-OXOFLAG] 2.2.1, [MS-OXOCFG] categories).
//
// Outlook's properties hold less than IMAP's: the last verb only (replied or forwarded), no
// keywords but visible categories. Where its view alone would not give the same flags and keywords
// back, they are also kept, exactly, as an IMAP flag list in PSETID_MbxTools:"Flags". On the way
// back that list fills in what the view cannot say; whatever a user changed in Outlook since wins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/message.hpp"
#include "mapi/folder.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::convert {

struct FlagState {
    mail::Flags flags;
    std::vector<std::string> keywords;  ///< UTF-8, as in mail::Message
};

/// What else decides the view.
struct FlagContext {
    mapi::SpecialFolder folder = mapi::SpecialFolder::None;  ///< Drafts: unsent; Sent: from me
    std::vector<std::string> header_keywords;  ///< of Keywords: header fields: categories, too
};

/// PidTagMessageFlags, [MS-OXCMSG] 2.2.1.6.
inline constexpr std::int32_t kMessageRead = 0x0001;
inline constexpr std::int32_t kMessageUnsent = 0x0008;
inline constexpr std::int32_t kMessageHasAttachments = 0x0010;
inline constexpr std::int32_t kMessageFromMe = 0x0020;
inline constexpr std::int32_t kMessageAssociated = 0x0040;
inline constexpr std::int32_t kMessageNotifyRead = 0x0100;

/// Sets PidTagMessageFlags (but for "has attachments"), the replied/forwarded, flagged and
/// delete-marked properties, the categories, and our own list where it is needed. Reads
/// PidTagReadReceiptRequested and PidTagToDoItemFlags, which must be set before: a receipt stays
/// wanted only for mail that is unseen and has no $MDNSent. No time is invented.
void encode_flags(const FlagState& state, const FlagContext& context, mapi::PropertyBag& bag);

/// Keywords are in byte order, without duplicates; categories that are no atoms come as
/// keyword_of_category makes them. Mail that asked for a receipt, and has been read in Outlook, has
/// $MDNSent: no other program is to ask again.
FlagState decode_flags(const mapi::PropertyBag& bag);

}  // namespace mbx::convert
