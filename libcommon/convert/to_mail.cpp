#include "convert/to_mail.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/address_resolution.hpp"
#include "convert/flags.hpp"
#include "convert/header_line.hpp"
#include "convert/item_part.hpp"
#include "convert/loss.hpp"
#include "convert/mail_headers.hpp"
#include "convert/mail_losses.hpp"
#include "convert/mail_rebuild.hpp"
#include "convert/message_class.hpp"
#include "convert/tnef_unpack.hpp"
#include "convert/transport_headers.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

TransportHeaders transport_of(const Message& message) {
    return TransportHeaders(message.properties.text(PidTagTransportMessageHeaders).value_or(""));
}

std::string class_headers(const Message& message) {
    const std::string message_class = message_class_of(message.properties);
    const std::string name = content_class(message_class);
    std::string lines = name.empty() ? std::string() : token_header("Content-Class", name);
    if (is_foreign_to_mail(item_kind(message_class)) || is_custom_form(message_class)) {
        lines += token_header("X-MAPI-Message-Class", message_class);
    }
    return lines;
}

RebuiltMail rebuild(const Message& message, const RebuildContext& context) {
    const TransportHeaders transport = transport_of(message);
    const AddressResolver addresses(message, transport, context.options.directory);
    const ItemKind kind = item_kind(message_class_of(message.properties));
    report_mail_losses(message, kind, context.diagnostics);
    MimePart part = item_part(message, kind, addresses, context);
    const std::string headers =
        mail_headers({message, transport, addresses, part.digest}, context.diagnostics);
    RebuiltMail mail;
    mail.utf8_header = !base::is_ascii(headers);
    mail.eight_bit = part.eight_bit || mail.utf8_header;
    mail.source = message_of(headers + class_headers(message), std::move(part));
    return mail;
}

}  // namespace

RebuiltMail rebuild_mail(const Message& message, const RebuildContext& context) {
    if (context.options.unpack_tnef) {
        if (const auto unpacked = unpack_tnef(message, context.diagnostics)) {
            return rebuild(*unpacked, context);
        }
    }
    return rebuild(message, context);
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
    const bool unpack = options.unpack_tnef && has_tnef(message);
    if (options.use_exact_source && !unpack) {
        exact::ExactSource exact = exact::exact_source(message, options.edits);
        result.origin = exact.origin;
        result.message.source = std::move(exact.source);
        if (exact.origin == SourceOrigin::Edited || exact.origin == SourceOrigin::Damaged) {
            report_loss(diagnostics, "edited",
                        "is not what it was when it was put into the file; it is made from its "
                        "properties");
        }
    }
    if (result.message.source == nullptr) {
        result.message.source = rebuild_mail(message, {options, diagnostics, 0}).source;
    }
    return result;
}

}  // namespace mbx::convert
