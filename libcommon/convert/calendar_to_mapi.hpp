// The text/calendar form of a mail's text: a meeting message where that is certain, else kept for
// the way back ([MS-OXCICAL] 2.1.3.1.1.1, 2.1.3.3).
#pragma once

#include "convert/message_context.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// Sets class and properties of a message that has its addresses and bodies. True when it is a
/// meeting message now, whose form shows what the part says.
bool calendar_to_mapi(const MessageContext& context, const Entity& part, mapi::Message& message);

}  // namespace mbx::convert
