// VTIMEZONE as libical reads it, for ical_reader.cpp only (RFC 5545 3.6.5).
#pragma once

#include <libical/ical.h>

#include <optional>
#include <string>

#include "convert/time_zone.hpp"

namespace mbx::convert {

/// The rule that the zone of that id has at a local time. nullopt when the calendar does not
/// describe the zone, or in a way that a rule for all years cannot say: what is then told of the
/// moment would be a guess.
std::optional<ZoneRule> zone_rule_of(icalcomponent* calendar, const std::string& id,
                                     const icaltimetype& local);

}  // namespace mbx::convert
