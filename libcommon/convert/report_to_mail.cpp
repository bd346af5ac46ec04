#include "convert/report_to_mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/attachments_to_mail.hpp"
#include "convert/bodies_to_mail.hpp"
#include "convert/header_line.hpp"
#include "convert/mail_tree.hpp"
#include "convert/message_class.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

constexpr PropertyTag kNdrStatusCode{0x0C20, PropertyType::Integer32};
constexpr PropertyTag kSupplementaryInfo{0x0C1B, PropertyType::String};
constexpr PropertyTag kRemoteMta{0x0C21, PropertyType::String};

/// What the last words of the class say.
struct ReportClass {
    std::string_view ending;
    std::string_view value;   // of Action, or of the disposition
    std::string_view status;  // where the row has none
    bool about_reading = false;
};
constexpr ReportClass kReportClasses[] = {
    {".NDR", "failed", "5.0.0"},         {".Delayed.DR", "delayed", "4.0.0"},
    {".Relayed.DR", "relayed", "2.0.0"}, {".Expanded.DR", "expanded", "2.0.0"},
    {".DR", "delivered", "2.0.0"},       {".IPNRN", "displayed", {}, true},
    {".IPNNRN", "deleted", {}, true},
};

const ReportClass* report_class(std::string_view message_class) {
    const auto* const found =
        std::find_if(std::begin(kReportClasses), std::end(kReportClasses), [&](const auto& row) {
            return message_class.size() >= row.ending.size() &&
                   base::equals_ignore_case(
                       message_class.substr(message_class.size() - row.ending.size()), row.ending);
        });
    return found != std::end(kReportClasses) ? found : nullptr;
}

std::string string_of(const PropertyBag& properties, PropertyTag tag) {
    return std::string(base::trim(properties.text(tag).value_or("")));
}

/// 511 is 5.1.1, [MS-OXCMAIL] 2.1.3.6.1.
std::string status_of(const PropertyBag& recipient, std::string_view absent) {
    const std::int32_t code = recipient.integer(kNdrStatusCode);
    return code >= 200 && code <= 599
               ? fmt::format("{}.{}.{}", code / 100, code / 10 % 10, code % 10)
               : std::string(absent);
}

/// "<mta #5.1.1 smtp;550 no such user>": what follows the status.
std::string diagnosis_of(const PropertyBag& recipient) {
    std::string info = string_of(recipient, kSupplementaryInfo);
    const std::size_t mark = info.find('#');
    const std::size_t blank = mark == std::string::npos ? mark : info.find(' ', mark);
    if (blank == std::string::npos) {
        return info;
    }
    const std::size_t end = info.ends_with('>') ? info.size() - 1 : info.size();
    return info.substr(blank + 1, end - blank - 1);
}

/// A line of a status part, which knows no encoded words for most fields: other bytes become "?".
std::string status_line(std::string_view name, std::string value) {
    std::replace_if(
        value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
        '?');
    return value.empty() ? std::string() : token_header(name, value);
}

/// An address with its type; what is not ASCII as \x{E4} (RFC 6533 3).
std::string typed_address(const std::string& address) {
    if (base::is_ascii(address)) {
        return "rfc822; " + address;
    }
    std::string result = "utf-8; ";
    for (std::string_view rest = address; !rest.empty();) {
        const char32_t point = base::take_utf8(rest).code_point;
        result += point < 0x80 ? std::string(1, static_cast<char>(point))
                               : fmt::format("\\x{{{:X}}}", static_cast<std::uint32_t>(point));
    }
    return result;
}

std::string delivery_status(const Message& message, const AddressResolver& addresses,
                            const ReportClass& kind) {
    const std::string mta = string_of(message.properties, PidTagReportingMessageTransferAgent);
    std::string text =
        status_line("Reporting-MTA", mta.empty()                          ? "x-unknown; unknown"
                                     : mta.find(';') != std::string::npos ? mta
                                                                          : "dns; " + mta);
    for (const PropertyBag& recipient : message.recipients) {
        const auto address = addresses.resolve(recipient, kRecipient);
        if (!address) {
            continue;
        }
        text += "\r\n" + status_line("Final-Recipient", typed_address(address->mailbox.address)) +
                status_line("Action", std::string(kind.value)) +
                status_line("Status", status_of(recipient, kind.status));
        const std::string diagnosis = diagnosis_of(recipient);
        if (!diagnosis.empty()) {
            text += status_line("Diagnostic-Code", diagnosis.find(';') != std::string::npos
                                                       ? diagnosis
                                                       : "x-text; " + diagnosis);
        }
        const std::string remote = string_of(recipient, kRemoteMta);
        text += status_line("Remote-MTA", remote.empty() ? remote : "dns; " + remote);
        if (!address->mailbox.name.empty()) {
            text += text_header("X-Display-Name", address->mailbox.name);
        }
    }
    return text;
}

std::string disposition(const Message& message, const AddressResolver& addresses,
                        const ReportClass& kind) {
    std::string text;
    auto reader = addresses.resolve(message.properties, kSender);
    if (!reader) {
        reader = addresses.resolve(message.properties, kSentRepresenting);
    }
    text += status_line("Final-Recipient",
                        typed_address(reader ? reader->mailbox.address
                                             : std::string("unknown@unresolved.invalid")));
    text +=
        status_line("Original-Message-ID", string_of(message.properties, PidTagOriginalMessageId));
    return text + status_line("Disposition",
                              fmt::format("manual-action/MDN-sent-automatically; {}", kind.value));
}

MimePart text_for_people(const Message& message, const RebuildContext& context) {
    Bodies bodies = choose_bodies(message.properties, {}, context.diagnostics);
    if (base::trim(bodies.plain.value_or("")).empty() && !bodies.html) {
        bodies.plain = message.properties.text(PidTagReportText).value_or("");
    }
    return body_part(bodies, stated_pages(message.properties), {});
}

}  // namespace

MimePart report_part(const Message& message, const AddressResolver& addresses,
                     const RebuildContext& context) {
    const ReportClass* kind = report_class(message_class_of(message.properties));
    if (kind == nullptr) {
        return mail_tree(message, context);
    }
    const std::string type = kind->about_reading ? "disposition-notification" : "delivery-status";
    std::string status = kind->about_reading ? disposition(message, addresses, *kind)
                                             : delivery_status(message, addresses, *kind);
    std::vector<MimePart> parts;
    parts.push_back(text_for_people(message, context));
    parts.push_back(verbatim_part(fmt::format("Content-Type: message/{}\r\n", type),
                                  base::memory_source(std::move(status))));
    for (const OutgoingAttachment& attachment : read_attachments(message, context)) {
        parts.push_back(attachment_part(attachment, false));
    }
    return multipart("report", std::move(parts), {{"report-type", type}});
}

}  // namespace mbx::convert
