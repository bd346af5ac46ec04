// What a mail in a store says that no mail can say ([MS-OXOFLAG], [MS-OXORMDR],
// [MS-OXOMSG] 2.2.1.74).
#pragma once

#include "base/diagnostics.hpp"
#include "convert/message_class.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// Reports reminders, completed follow-ups, voting buttons and stubs of archived mail. Items of
/// other kinds say what they have in files of their own.
void report_mail_losses(const mapi::Message& message, ItemKind kind,
                        base::Diagnostics& diagnostics);

}  // namespace mbx::convert
