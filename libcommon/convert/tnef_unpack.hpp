// Puts what a winmail.dat holds in its place ([MS-OXCMAIL] 2.2.3.4.1, [MS-OXTNEF]).
#pragma once

#include <optional>

#include "base/diagnostics.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// True when the message, or one inside of it, has a TNEF attachment.
bool has_tnef(const mapi::Message& message);

/// The message with its TNEF attachments unpacked; nullopt when it has none of its own. The first
/// one gives the body, when the message has a plain one at most, and properties that the message
/// lacks: what its header says stays. Others become messages inside of it. A stream that is damaged
/// stays as an attachment beside what could be taken from it, and is reported.
std::optional<mapi::Message> unpack_tnef(const mapi::Message& message,
                                         base::Diagnostics& diagnostics);

}  // namespace mbx::convert
