#include "convert/message_class.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

struct ClassRow {
    std::string_view prefix;  // the class itself, or what follows is a dot
    ItemKind kind;
};

// Longer ones before those that they begin with.
constexpr ClassRow kClasses[] = {
    {"IPM.Note.Rules.OofTemplate.Microsoft", ItemKind::Hidden},
    {"IPM.Note.Rules.ExternalOofTemplate.Microsoft", ItemKind::Hidden},
    {"IPM.Note.Rules.ReplyTemplate.Microsoft", ItemKind::Hidden},
    {"IPM.Rule", ItemKind::Hidden},
    {"IPM.ExtendedRule.Message", ItemKind::Hidden},
    {"IPM.RuleOrganizer", ItemKind::Hidden},
    {"IPM.Configuration", ItemKind::Hidden},
    {"IPM.Microsoft", ItemKind::Hidden},
    {"IPM.WunderBar", ItemKind::Hidden},
    {"IPM.SkypeTeams.Message", ItemKind::Hidden},
    {"IPM.Conversation", ItemKind::Hidden},
    {"IPM.ConversationAction", ItemKind::Hidden},
    {"IPC", ItemKind::Hidden},
    {"IPM.Schedule.Meeting.Notification.Forward", ItemKind::Mail},
    {"IPM.Schedule.Meeting", ItemKind::MeetingMessage},
    {"IPM.Appointment", ItemKind::Appointment},
    {"IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}", ItemKind::Appointment},
    {"IPM.Contact", ItemKind::Contact},
    {"IPM.AbchPerson", ItemKind::Contact},
    {"IPM.DistList", ItemKind::DistributionList},
    {"IPM.TaskRequest", ItemKind::TaskRequest},
    {"IPM.Task", ItemKind::Task},
    {"IPM.StickyNote", ItemKind::StickyNote},
    {"IPM.Activity", ItemKind::Journal},
};

bool is_or_is_below(std::string_view message_class, std::string_view prefix) {
    return base::starts_with_ignore_case(message_class, prefix) &&
           (message_class.size() == prefix.size() || message_class[prefix.size()] == '.');
}

bool ends_with_ignore_case(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() &&
           base::equals_ignore_case(text.substr(text.size() - suffix.size()), suffix);
}

}  // namespace

ItemKind item_kind(std::string_view message_class) {
    if (is_or_is_below(message_class, "REPORT")) {
        return ItemKind::Report;
    }
    if (ends_with_ignore_case(message_class, ".SMIME.MultipartSigned") ||
        is_or_is_below(message_class, "IPM.Note.Secure.Sign")) {
        return ItemKind::ClearSigned;
    }
    if (ends_with_ignore_case(message_class, ".SMIME") ||
        is_or_is_below(message_class, "IPM.Note.SMIME") ||
        is_or_is_below(message_class, "IPM.Note.Secure")) {
        return ItemKind::OpaqueSigned;
    }
    const auto* const row = std::find_if(
        std::begin(kClasses), std::end(kClasses),
        [&](const ClassRow& candidate) { return is_or_is_below(message_class, candidate.prefix); });
    return row != std::end(kClasses) ? row->kind : ItemKind::Mail;
}

std::string message_class_of(const mapi::PropertyBag& properties) {
    const std::string message_class(
        base::trim(properties.text(mapi::PidTagMessageClass).value_or("")));
    return message_class.empty() ? "IPM.Note" : message_class;
}

bool is_custom_form(std::string_view message_class) {
    constexpr std::string_view kOurs[] = {
        "IPM.Note.SMIME",    "IPM.Note.Secure", "IPM.Note.Microsoft",
        "IPM.Note.Exchange", "IPM.Note.Rules",  "IPM.Note.Mobile",
        "IPM.Note.rpmsg",    "IPM.Note.GpgOL",  "IPM.Note.StorageQuotaWarning"};
    return is_or_is_below(message_class, "IPM.Note") && message_class.size() > 8 &&
           std::none_of(std::begin(kOurs), std::end(kOurs), [&](std::string_view prefix) {
               return is_or_is_below(message_class, prefix);
           });
}

std::string content_class(std::string_view message_class) {
    struct Row {
        std::string_view message_class;
        std::string_view content_class;
    };
    constexpr Row kRows[] = {
        {"IPM.Note.Microsoft.Fax.CA", "fax-ca"},
        {"IPM.Note.Microsoft.Fax", "fax"},
        {"IPM.Note.Microsoft.Voicemail.UM.CA", "voice-ca"},
        {"IPM.Note.Microsoft.Voicemail.UM", "voice"},
        {"IPM.Note.Microsoft.Missed.Voice", "missedcall"},
        {"IPM.Note.Microsoft.Conversation.Voice", "voice-uc"},
        {"IPM.Schedule.Meeting", "urn:content-classes:calendarmessage"},
        {"IPM.Appointment", "urn:content-classes:appointment"},
    };
    for (const Row& row : kRows) {
        if (is_or_is_below(message_class, row.message_class)) {
            return std::string(row.content_class);
        }
    }
    constexpr std::string_view kForm = "IPM.InfoPathForm.";
    if (base::starts_with_ignore_case(message_class, kForm)) {
        const std::string_view form = message_class.substr(kForm.size());
        return "InfoPathForm." + std::string(form.substr(0, form.find('.')));
    }
    return {};
}

}  // namespace mbx::convert
