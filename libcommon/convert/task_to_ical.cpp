#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "convert/bodies_to_mail.hpp"
#include "convert/calendar_to_ical.hpp"
#include "convert/ical_common.hpp"
#include "convert/loss.hpp"
#include "convert/mail_headers.hpp"
#include "convert/recurrence.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

// PSETID_Task, [MS-OXOTASK] 2.2.2.2
constexpr std::uint32_t kStatus = 0x8101;
constexpr std::uint32_t kPercentComplete = 0x8102;
constexpr std::uint32_t kStartDate = 0x8104;
constexpr std::uint32_t kDueDate = 0x8105;
constexpr std::uint32_t kDateCompleted = 0x810F;
constexpr std::uint32_t kActualEffort = 0x8110;
constexpr std::uint32_t kEstimatedEffort = 0x8111;
constexpr std::uint32_t kRecurrence = 0x8116;
constexpr std::uint32_t kOwner = 0x811F;
// PSETID_Common
constexpr std::uint32_t kReminderTime = 0x8502;
constexpr std::uint32_t kReminderSet = 0x8503;

void put_date(ContentLines& lines, std::string_view name, const PropertyBag& properties,
              std::uint32_t lid) {
    if (const auto time = named_time(properties, PSETID_Task, lid)) {
        lines.put(name, ical_date(*time), {{"VALUE", "DATE"}});
    }
}

void put_state(ContentLines& lines, const PropertyBag& properties) {
    constexpr std::array<std::string_view, 5> kStates{"NEEDS-ACTION", "IN-PROCESS", "COMPLETED",
                                                      "NEEDS-ACTION", "CANCELLED"};
    const auto state = static_cast<std::size_t>(named_integer(properties, PSETID_Task, kStatus));
    lines.put("STATUS", state < kStates.size() ? kStates.at(state) : kStates[0]);
    const auto* percent = properties.get<double>(PropertyName{PSETID_Task, kPercentComplete});
    if (percent != nullptr && *percent >= 0 && *percent <= 1) {
        lines.put("PERCENT-COMPLETE", fmt::format("{}", std::lround(*percent * 100)));
    }
    if (const auto time = named_time(properties, PSETID_Task, kDateCompleted)) {
        lines.put("COMPLETED", ical_utc(*time));
    }
}

void put_series(ContentLines& lines, const PropertyBag& properties,
                base::Diagnostics& diagnostics) {
    const auto* pattern = properties.get<base::Bytes>(PropertyName{PSETID_Task, kRecurrence});
    if (pattern == nullptr || pattern->empty()) {
        return;
    }
    const auto recurrence = decode_recurrence(*pattern);
    if (!recurrence) {
        report_loss(diagnostics, "lossy-recurrence", "the pattern of a task cannot be expressed");
        return;
    }
    const base::UnixTime end = since_1601(recurrence->end_date);
    lines.put("RRULE", rrule(*recurrence, ical_date(end)));
}

void put_alarm(ContentLines& lines, const PropertyBag& properties) {
    const auto time = named_time(properties, PSETID_Common, kReminderTime);
    if (!time || !named_boolean(properties, PSETID_Common, kReminderSet)) {
        return;
    }
    lines.put("BEGIN", "VALARM");
    lines.put("ACTION", "DISPLAY");
    lines.put("DESCRIPTION", "REMINDER");
    lines.put("TRIGGER", ical_utc(*time), {{"VALUE", "DATE-TIME"}});
    lines.put("END", "VALARM");
}

}  // namespace

std::string task_to_ical(const Message& message, const AddressResolver& addresses,
                         base::Diagnostics& diagnostics) {
    const PropertyBag& properties = message.properties;
    ContentLines lines;
    begin_calendar(lines, "PUBLISH");
    lines.put("BEGIN", "VTODO");
    lines.put_text("UID", ical_uid(properties));
    auto stamp = fixed_time(properties, PidTagLastModificationTime);
    stamp = stamp ? stamp : sent_time(properties, {});
    lines.put("DTSTAMP", ical_utc(stamp.value_or(base::UnixTime{})));
    lines.put_text("SUMMARY", subject_of(properties));
    put_date(lines, "DTSTART", properties, kStartDate);
    put_date(lines, "DUE", properties, kDueDate);
    put_state(lines, properties);
    put_series(lines, properties, diagnostics);
    base::IgnoreDiagnostics ignore;
    lines.put_text("DESCRIPTION",
                   base::trim(choose_bodies(properties, {}, ignore).plain.value_or("")));
    if (const auto organizer = addresses.resolve(properties, kSentRepresenting);
        organizer && is_known(organizer->origin)) {
        put_person(lines, "ORGANIZER", organizer->mailbox);
    }
    lines.put_text("X-MS-TASK-OWNER", named_string(properties, PSETID_Task, kOwner));
    for (const auto& [lid, name] : {std::pair{kEstimatedEffort, "X-MS-ESTIMATED-MINUTES"},
                                    std::pair{kActualEffort, "X-MS-ACTUAL-MINUTES"}}) {
        if (const std::int32_t minutes = named_integer(properties, PSETID_Task, lid); minutes > 0) {
            lines.put(name, fmt::format("{}", minutes));
        }
    }
    put_common(lines, properties);
    put_alarm(lines, properties);
    lines.put("END", "VTODO");
    lines.put("END", "VCALENDAR");
    return std::move(lines).take();
}

}  // namespace mbx::convert
