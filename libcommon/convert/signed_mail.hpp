// Signed and encrypted mail, whose bytes must come out as they went in ([MS-OXOSMIME] 2.1.3,
// RFC 8551, RFC 3156).
#pragma once

#include <optional>

#include "convert/mail_rebuild.hpp"
#include "convert/mime_part.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// The multipart/signed that the one attachment of a clear-signed message is. nullopt when it is
/// something else: then the message is ordinary mail.
std::optional<MimePart> clear_signed_part(const mapi::Message& message);

/// The CMS block of an opaque-signed or encrypted message.
std::optional<MimePart> opaque_signed_part(const mapi::Message& message);

/// multipart/encrypted, rebuilt from the two attachments that Exchange makes of it.
std::optional<MimePart> pgp_encrypted_part(const mapi::Message& message);

}  // namespace mbx::convert
