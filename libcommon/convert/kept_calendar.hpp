// The text/calendar part that a message came with, on its way back into mail
// ([MS-OXCICAL] 2.1.3.3: PidLidInboundICalStream).
#pragma once

#include <optional>
#include <string>

#include "mapi/message.hpp"

namespace mbx::convert {

/// UTF-8 text of the part; nullopt when none is kept, or when the meeting message has since become
/// something else than what it says.
std::optional<std::string> kept_calendar(const mapi::Message& message);

/// The attachment that is only a copy of the part; null when there is none.
const mapi::Attachment* copy_of_kept_calendar(const mapi::Message& message);

}  // namespace mbx::convert
