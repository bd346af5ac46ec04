#include "convert/to_mail.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "convert/address_resolution.hpp"
#include "convert/flags.hpp"
#include "convert/header_line.hpp"
#include "convert/loss.hpp"
#include "convert/mail_headers.hpp"
#include "convert/mail_rebuild.hpp"
#include "convert/mail_tree.hpp"
#include "convert/message_class.hpp"
#include "convert/signed_mail.hpp"
#include "convert/transport_headers.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

TransportHeaders transport_of(const Message& message) {
    return TransportHeaders(message.properties.text(PidTagTransportMessageHeaders).value_or(""));
}

bool has_body(const PropertyBag& properties) {
    return !base::trim(properties.text(PidTagBody).value_or("")).empty() ||
           properties.contains(PidTagHtml) || properties.contains(PidTagRtfCompressed);
}

/// The MIME part that a message of this kind is.
MimePart part_of(const Message& message, ItemKind kind, const RebuildContext& context) {
    std::optional<MimePart> special;
    if (kind == ItemKind::ClearSigned) {
        special = clear_signed_part(message);
    } else if (kind == ItemKind::OpaqueSigned) {
        special = opaque_signed_part(message);
    } else if (!has_body(message.properties)) {
        special = pgp_encrypted_part(message);
    }
    return special ? *std::move(special) : mail_tree(message, context);
}

std::string class_headers(const Message& message) {
    const std::string name = content_class(message_class_of(message.properties));
    return name.empty() ? std::string() : token_header("Content-Class", name);
}

}  // namespace

RebuiltMail rebuild_mail(const Message& message, const RebuildContext& context) {
    const TransportHeaders transport = transport_of(message);
    const AddressResolver addresses(message, transport);
    MimePart part = part_of(message, item_kind(message_class_of(message.properties)), context);
    const std::string headers =
        mail_headers({message, transport, addresses, part.digest}, context.diagnostics);
    const bool eight_bit = part.eight_bit;
    return {message_of(headers + class_headers(message), std::move(part)), eight_bit};
}

bool is_hidden_item(const Message& message) {
    constexpr std::int32_t kAssociated = kMessageAssociated;
    return message.associated ||
           (message.properties.integer(PidTagMessageFlags) & kAssociated) != 0 ||
           item_kind(message_class_of(message.properties)) == ItemKind::Hidden;
}

ConvertedMail to_mail(const Message& message, const ToMailOptions& options,
                      base::Diagnostics& diagnostics) {
    ConvertedMail result;
    FlagState state = decode_flags(message.properties);
    result.message.flags = state.flags;
    result.message.keywords = std::move(state.keywords);
    result.message.internal_date = received_time(message.properties, transport_of(message));
    if (options.use_exact_source) {
        exact::ExactSource exact = exact::exact_source(message);
        result.origin = exact.origin;
        result.message.source = std::move(exact.source);
    }
    if (result.message.source == nullptr) {
        result.message.source = rebuild_mail(message, {options, diagnostics, 0}).source;
    }
    return result;
}

}  // namespace mbx::convert
