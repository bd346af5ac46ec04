// What events and tasks have in common in iCalendar.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "convert/address_list.hpp"
#include "convert/content_lines.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::convert {

std::string ical_utc(base::UnixTime time);    ///< "20240101T080910Z"
std::string ical_local(base::UnixTime time);  ///< "20240101T080910"; seconds count as local
std::string ical_date(base::UnixTime time);   ///< "20240101"

std::optional<base::UnixTime> named_time(const mapi::PropertyBag& properties, const base::Guid& set,
                                         std::uint32_t lid);
std::optional<base::UnixTime> fixed_time(const mapi::PropertyBag& properties,
                                         mapi::PropertyTag tag);
std::int32_t named_integer(const mapi::PropertyBag& properties, const base::Guid& set,
                           std::uint32_t lid, std::int32_t absent = 0);
bool named_boolean(const mapi::PropertyBag& properties, const base::Guid& set, std::uint32_t lid);
std::string named_string(const mapi::PropertyBag& properties, const base::Guid& set,
                         std::uint32_t lid);

void begin_calendar(ContentLines& lines, std::string_view method);

/// CLASS, PRIORITY, CATEGORIES, CREATED, LAST-MODIFIED.
void put_common(ContentLines& lines, const mapi::PropertyBag& properties);

/// ORGANIZER or ATTENDEE.
void put_person(ContentLines& lines, std::string_view name, const Mailbox& mailbox,
                std::vector<LineParameter> parameters = {});

/// The UID of a meeting by its global object id, else one made from what never changes.
std::string ical_uid(const mapi::PropertyBag& properties);

/// PidLidGlobalObjectId of a UID, whose program it may be; ical_uid() gives the UID back.
base::Bytes global_object_id(std::string_view uid);
/// PidLidCleanGlobalObjectId: that of the series where `id` is one of its occurrences.
base::Bytes clean_global_object_id(base::Bytes id);

/// METHOD of a calendar, in capitals; empty when it has none, or one that is no word.
std::string method_of_ical(std::string_view text);

}  // namespace mbx::convert
