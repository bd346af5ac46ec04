#include "convert/mail_losses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "base/time.hpp"
#include "convert/loss.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

const PropertyName kReminderTime{PSETID_Common, 0x8502U};
const PropertyName kReminderSet{PSETID_Common, 0x8503U};
const PropertyName kVerbStream{PSETID_Common, 0x8520U};
const PropertyName kVerbResponse{PSETID_Common, 0x8524U};

constexpr std::int32_t kFollowupComplete = 1;  // of PidTagFlagStatus

bool is_mail(ItemKind kind) {
    return kind == ItemKind::Mail || kind == ItemKind::ClearSigned ||
           kind == ItemKind::OpaqueSigned;
}

std::string date_text(const base::FileTime* time) {
    const auto seconds = time != nullptr ? base::to_unix_time(*time) : std::nullopt;
    return seconds ? base::iso8601(*seconds) : "an unknown time";
}

bool is_stub(std::string_view message_class) {
    const std::string lower = base::ascii_lower(message_class);
    return lower.find(".enterprisevault.") != std::string::npos || lower.ends_with(".shortcut");
}

/// PGP/MIME (RFC 3156 5) is kept as a text with its signature beside it, which Outlook can show;
/// the bytes that were signed are not ([MS-OXOSMIME] 2.1.3 keeps those of S/MIME).
bool has_pgp_signature(const Message& message) {
    return std::any_of(message.attachments.begin(), message.attachments.end(),
                       [](const Attachment& attachment) {
                           return base::equals_ignore_case(
                               attachment.properties.text(PidTagAttachMimeTag).value_or(""),
                               "application/pgp-signature");
                       });
}

}  // namespace

void report_mail_losses(const Message& message, ItemKind kind, base::Diagnostics& diagnostics) {
    const PropertyBag& properties = message.properties;
    if (!is_mail(kind)) {
        return;
    }
    if (const bool* set = properties.get<bool>(kReminderSet); set != nullptr && *set) {
        report_loss(diagnostics, "lossy-reminder",
                    fmt::format("a reminder for {}",
                                date_text(properties.get<base::FileTime>(kReminderTime))));
    }
    if (properties.integer(PidTagFlagStatus) == kFollowupComplete) {
        report_loss(diagnostics, "lossy-follow-up", "that the follow-up is completed");
    }
    if (properties.find(kVerbStream) != nullptr) {
        report_loss(diagnostics, "lossy-voting", "voting buttons");
    }
    if (const auto* vote = properties.get<std::string>(kVerbResponse);
        vote != nullptr && !vote->empty()) {
        report_loss(diagnostics, "lossy-voting",
                    fmt::format("the vote \"{}\"", base::escape(*vote)));
    }
    if (kind == ItemKind::Mail && has_pgp_signature(message)) {
        report_loss(diagnostics, "lossy-signature",
                    "a PGP signature: the store does not hold the bytes that were signed");
    }
    if (const std::string name = message_class_of(properties); is_stub(name)) {
        report_loss(diagnostics, "lossy-stub",
                    fmt::format("only a stub of an archived message is in the store: {}",
                                base::escape(name)));
    }
}

}  // namespace mbx::convert
