// The MIME part that a message object becomes, whatever kind of item it is.
#pragma once

#include "convert/address_resolution.hpp"
#include "convert/mail_rebuild.hpp"
#include "convert/message_class.hpp"
#include "convert/mime_part.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// Mail as mail; signed and encrypted mail as it was; a meeting message with its calendar; any
/// other item as mail that people can read, with the item itself attached for programs.
MimePart item_part(const mapi::Message& message, ItemKind kind, const AddressResolver& addresses,
                   const RebuildContext& context);

/// True for the kinds that are no mail by themselves.
bool is_foreign_to_mail(ItemKind kind);

}  // namespace mbx::convert
