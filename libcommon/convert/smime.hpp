// Signed and encrypted mail, kept so that it still verifies ([MS-OXOSMIME] 2.1.3).
#pragma once

#include "convert/exact/origin.hpp"
#include "convert/message_context.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

enum class SmimeKind {
    None,
    ClearSigned,  ///< multipart/signed with a PKCS #7 signature
    Opaque,       ///< one CMS object: enveloped, or signed with the content inside
};

/// Of a message, by the top of its body only. PGP/MIME is None: Outlook without an add-in would
/// call its signature invalid, and hides the parts.
SmimeKind smime_kind(const Entity& root);

/// Sets the message class and makes the only attachment of such a message: the signed entity as it
/// stands in the source, with CRLF, or the decoded CMS object. Pre: the kind is not None.
void smime_to_mapi(const MessageContext& context, SmimeKind kind, mapi::Message& message,
                   exact::Origins& origins);

}  // namespace mbx::convert
