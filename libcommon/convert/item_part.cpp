#include "convert/item_part.hpp"

#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "convert/calendar_to_ical.hpp"
#include "convert/contact_to_vcard.hpp"
#include "convert/ical_common.hpp"
#include "convert/kept_calendar.hpp"
#include "convert/mail_headers.hpp"
#include "convert/mail_tree.hpp"
#include "convert/readable_item.hpp"
#include "convert/report_to_mail.hpp"
#include "convert/signed_mail.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

bool has_body(const PropertyBag& properties) {
    return !base::trim(properties.text(PidTagBody).value_or("")).empty() ||
           properties.contains(PidTagHtml) || properties.contains(PidTagRtfCompressed);
}

/// A text file of its own: .ics, .vcf.
MimePart attached_text(const std::string& media_type, const std::string& text,
                       const std::string& name, std::vector<Parameter> parameters) {
    MimePart part = text_part(media_type, text, "utf-8", std::move(parameters));
    add_headers(part, parameter_header("Content-Disposition", "attachment", {{"filename", name}}));
    return part;
}

MimePart calendar_part(const std::string& ical) {
    const std::string method = method_of_ical(ical);
    return text_part(
        "text/calendar", ical, "utf-8",
        method.empty() ? std::vector<Parameter>() : std::vector{Parameter{"method", method}});
}

/// What programs need of an item that is no mail; nullopt when it is but text.
std::optional<MimePart> file_of(const Message& message, ItemKind kind,
                                const AddressResolver& addresses, const RebuildContext& context) {
    switch (kind) {
        case ItemKind::Appointment:
            return attached_text("text/calendar",
                                 calendar_to_ical(message, addresses, context.diagnostics),
                                 "event.ics", {{"method", "PUBLISH"}});
        case ItemKind::Task:
            return attached_text("text/calendar",
                                 task_to_ical(message, addresses, context.diagnostics), "task.ics",
                                 {{"method", "PUBLISH"}});
        case ItemKind::Contact:
            return attached_text("text/vcard", contact_to_vcard(message, addresses), "contact.vcf",
                                 {});
        case ItemKind::DistributionList:
            return attached_text("text/vcard", distribution_list_to_vcard(message, addresses),
                                 "group.vcf", {});
        default:
            return std::nullopt;
    }
}

/// A task request holds the task that it is about.
TreeExtras extras_of_task_request(const Message& message, const AddressResolver& addresses,
                                  const RebuildContext& context) {
    TreeExtras extras;
    for (const Attachment& attachment : message.attachments) {
        if (attachment.embedded != nullptr &&
            item_kind(message_class_of(attachment.embedded->properties)) == ItemKind::Task) {
            extras.attachments.push_back(
                *file_of(*attachment.embedded, ItemKind::Task, addresses, context));
        }
    }
    return extras;
}

TreeExtras extras_of(const Message& message, ItemKind kind, const AddressResolver& addresses,
                     const RebuildContext& context) {
    TreeExtras extras;
    const std::optional<std::string> kept = kept_calendar(message);
    if (kept) {
        extras.alternatives.push_back(calendar_part(*kept));
    } else if (kind == ItemKind::MeetingMessage) {
        extras.alternatives.push_back(
            calendar_part(calendar_to_ical(message, addresses, context.diagnostics)));
    } else if (kind == ItemKind::TaskRequest) {
        extras = extras_of_task_request(message, addresses, context);
    } else if (auto file = file_of(message, kind, addresses, context)) {
        extras.attachments.push_back(*std::move(file));
    }
    extras.text_above = readable_item(message, kind, addresses);
    return extras;
}

}  // namespace

bool is_foreign_to_mail(ItemKind kind) {
    switch (kind) {
        case ItemKind::Appointment:
        case ItemKind::Contact:
        case ItemKind::DistributionList:
        case ItemKind::Task:
        case ItemKind::StickyNote:
        case ItemKind::Journal:
        case ItemKind::Hidden:
            return true;
        default:
            return false;
    }
}

MimePart item_part(const Message& message, ItemKind kind, const AddressResolver& addresses,
                   const RebuildContext& context) {
    std::optional<MimePart> special;
    if (kind == ItemKind::ClearSigned) {
        special = clear_signed_part(message);
    } else if (kind == ItemKind::OpaqueSigned) {
        special = opaque_signed_part(message);
    } else if (kind == ItemKind::Report) {
        special = report_part(message, addresses, context);
    } else if (kind == ItemKind::Mail && !has_body(message.properties)) {
        special = pgp_encrypted_part(message);
    }
    return special ? *std::move(special)
                   : mail_tree(message, context, extras_of(message, kind, addresses, context));
}

}  // namespace mbx::convert
