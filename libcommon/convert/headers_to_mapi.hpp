// Header fields with a property of their own, dates, and the header as a whole ([MS-OXCMAIL]
// 2.2.3.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "convert/message_context.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::convert {

/// All but addresses, dates and flags.
void headers_to_mapi(const MessageContext& context, mapi::PropertyBag& bag);

/// PidTagClientSubmitTime, PidTagMessageDeliveryTime, PidTagCreationTime,
/// PidTagLastModificationTime. A time that nothing tells stays absent; a draft was never submitted
/// unless it says so itself.
void dates_to_mapi(const MessageContext& context, mapi::PropertyBag& bag);

/// PidTagConversationTopic, PidTagConversationIndex. After headers_to_mapi and dates_to_mapi. An
/// index that is not in the header is made from the first message of the thread, so that messages
/// of a thread stay together.
void conversation_to_mapi(const MessageContext& context, mapi::PropertyBag& bag);

/// PidTagTransportMessageHeaders: the header as it stands, as Unicode, with CRLF.
std::string transport_headers(const MessageContext& context);

/// The keywords of all Keywords fields.
std::vector<std::string> header_keywords(const MessageContext& context);

/// A decoded field; nullopt when absent or blank.
std::optional<std::string> decoded_field(const MessageContext& context, std::string_view name);

}  // namespace mbx::convert
