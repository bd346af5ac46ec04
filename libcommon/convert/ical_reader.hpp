// iCalendar as mail carries it, read by libical (RFC 5545, RFC 5546).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "convert/recurrence.hpp"
#include "convert/time_zone.hpp"

namespace mbx::convert {

struct IcalTime {
    base::UnixTime utc;  ///< of a date: midnight in UTC
    bool is_date = false;
    std::optional<TimeZone> zone;  ///< that it was told in; none for UTC and dates
};

struct IcalPerson {
    std::string address;  ///< without "mailto:"; may be empty
    std::string name;
    std::string state;  ///< PARTSTAT, in capitals
    bool is_optional = false;
    bool is_resource = false;
    bool reply_wanted = false;
};

/// Texts are UTF-8, enumerations are in capitals, both empty where there is none.
struct IcalEvent {
    std::string uid;
    std::string location;
    std::string description;
    std::string classification;
    std::string transparency;
    std::string busy_status;      ///< X-MICROSOFT-CDO-BUSYSTATUS
    std::string intended_status;  ///< X-MICROSOFT-CDO-INTENDEDSTATUS
    std::optional<IcalTime> start;
    std::optional<IcalTime> end;
    std::optional<IcalTime> original_start;  ///< X-MS-OLK-ORIGINALSTART, of a counter proposal
    std::optional<IcalTime> original_end;
    std::optional<base::UnixTime> stamp;
    std::int32_t sequence = 0;
    std::optional<std::int32_t> owner_appointment_id;
    std::optional<bool> no_counter_proposal;
    bool says_all_day = false;  ///< X-MICROSOFT-CDO-ALLDAYEVENT
    bool repeats = false;       ///< it is a series, or an occurrence of one
    /// Of a whole series without exceptions, when its pattern is one of Outlook's.
    std::optional<Recurrence> series;
    std::optional<std::int32_t> alarm_minutes;  ///< before its start
    std::optional<IcalPerson> organizer;
    std::vector<IcalPerson> attendees;
};

struct IcalCalendar {
    std::string method;
    std::vector<IcalEvent> events;
    bool has_other_items = false;  ///< tasks, journals, free and busy times
};

/// nullopt for what is no single VCALENDAR. A time is absent when it cannot be said which moment it
/// is: it has no zone, or one that is not described in a way that ZoneRule can hold.
std::optional<IcalCalendar> read_ical(std::string_view utf8);

}  // namespace mbx::convert
