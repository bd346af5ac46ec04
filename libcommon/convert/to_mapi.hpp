// MIME → MAPI: what Outlook shows of a message ([MS-OXCMAIL] 2.2).
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "convert/exact/view_digest.hpp"
#include "mail/message.hpp"
#include "mapi/folder.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

using exact::ViewDigest;

struct ToMapiOptions {
    /// The folder it goes to: decides the "from me" and "unsent" flags.
    mapi::SpecialFolder folder = mapi::SpecialFolder::None;
    /// Keep what gives the source back bit for bit (see exact/exact_source.hpp).
    bool exact_source = true;
    /// Keep all of it for that, deflated, and refer to nothing else in the message: for messages
    /// of which a store has been seen to give back something else than what was put into it.
    bool whole_source = false;
    /// With whole_source: the digest of the message as the store gives it back.
    std::optional<ViewDigest> stored_view = std::nullopt;
};

/// Never fails on the content of a message: the worst mail becomes a message with its header text
/// and raw body. Throws only what reading the source throws (Error Io). What the MAPI view cannot
/// hold is reported. Attachment data above 1 MiB stay sources that decode while they are read; they
/// keep `message.source` alive. Deterministic: the same message and options give the same result.
mapi::Message to_mapi(const mail::Message& message, const ToMapiOptions& options,
                      base::Diagnostics& diagnostics);

}  // namespace mbx::convert
