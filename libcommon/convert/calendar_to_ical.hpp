// Appointments, meeting messages and tasks as iCalendar ([MS-OXCICAL] 2.1.3.1, [MS-OXOCAL],
// [MS-OXOTASK]; RFC 5545, RFC 5546).
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "convert/address_resolution.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// REQUEST, CANCEL, REPLY, COUNTER for a meeting message; PUBLISH for what nobody was asked.
std::string calendar_method(const mapi::PropertyBag& properties);

/// A VCALENDAR with the event, its series, changed occurrences, and the time zone.
std::string calendar_to_ical(const mapi::Message& message, const AddressResolver& addresses,
                             base::Diagnostics& diagnostics);

/// A VCALENDAR with a VTODO.
std::string task_to_ical(const mapi::Message& message, const AddressResolver& addresses,
                         base::Diagnostics& diagnostics);

}  // namespace mbx::convert
