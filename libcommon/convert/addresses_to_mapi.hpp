// Addresses of a message: the blocks of From, Sender and receipts, reply recipients, the recipient
// table ([MS-OXCMAIL] 2.2.3.1).
#pragma once

#include "convert/message_context.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

void addresses_to_mapi(const MessageContext& context, mapi::Message& message);

}  // namespace mbx::convert
