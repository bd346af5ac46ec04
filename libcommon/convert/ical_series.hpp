// RRULE as libical reads it, for ical_reader.cpp only (RFC 5545 3.8.5.3).
#pragma once

#include <libical/ical.h>

#include <optional>

#include "convert/recurrence.hpp"
#include "convert/time_zone.hpp"

namespace mbx::convert {

/// The pattern of an event that begins at a local time of the zone and takes so many minutes.
/// nullopt when Outlook has no such pattern, or when the event is not its own first occurrence.
std::optional<Recurrence> series_of(const icalrecurrencetype& rule, const icaltimetype& start,
                                    std::uint32_t minutes, const ZoneRule& zone);

}  // namespace mbx::convert
