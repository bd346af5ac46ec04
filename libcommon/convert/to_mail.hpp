// MAPI → MIME: a message object of a PST becomes mail ([MS-OXCMAIL] 2.1).
#pragma once

#include <string>

#include "base/diagnostics.hpp"
#include "convert/address_directory.hpp"
#include "convert/exact/exact_source.hpp"
#include "mail/message.hpp"
#include "mapi/folder.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

using exact::Edits;
using exact::recipe_identity;
using exact::RecipeIdentity;
using exact::SourceOrigin;

struct ToMailOptions {
    mapi::SpecialFolder folder = mapi::SpecialFolder::None;  ///< the folder it comes from
    bool use_exact_source = true;  ///< give back the original bytes where they are kept
    /// winmail.dat attachments become what is in them; a message that has one is rebuilt then, even
    /// where its original bytes are kept
    bool unpack_tnef = false;
    /// Of X.500 names that the message itself does not resolve; may be null, outlives the call
    AddressDirectory* directory = nullptr;
    Edits edits = Edits::Matter;  ///< made since they were kept
};

struct ConvertedMail {
    mail::Message message;  ///< source with LF or CRLF as it was, CRLF when rebuilt
    SourceOrigin origin = SourceOrigin::Rebuilt;
};

/// True for what is no mail and is not to be moved: folder-associated information, rules, views,
/// configuration.
bool is_hidden_item(const mapi::Message& message);

/// Never fails on the content: what cannot be expressed is reported as a loss, kind by kind. Throws
/// what reading the message's sources throws (Error Io, BadData). Deterministic. Large results are
/// spooled.
ConvertedMail to_mail(const mapi::Message& message, const ToMailOptions& options,
                      base::Diagnostics& diagnostics);

}  // namespace mbx::convert
