// Time zones as appointments carry them ([MS-OXOCAL] 2.2.1.39, 2.2.1.41), and VTIMEZONE
// (RFC 5545 3.6.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace mbx::convert {

/// When a zone goes over to another offset: the n-th weekday of a month (n = 5: the last), at a
/// local time.
struct ZoneTransition {
    int month = 0;    ///< 1..12; 0: the zone has no daylight saving time
    int weekday = 0;  ///< 0 Sunday
    int week = 0;     ///< 1..5
    int minute = 0;   ///< of the day
};

/// Minutes. UTC is local time plus bias plus the standard or daylight bias.
struct ZoneRule {
    int bias = 0;
    int standard_bias = 0;
    int daylight_bias = 0;
    ZoneTransition to_standard;
    ZoneTransition to_daylight;

    bool has_daylight_time() const noexcept {
        return to_standard.month != 0 && to_daylight.month != 0;
    }
};

struct TimeZone {
    std::string id;  ///< UTF-8, what TZID says
    ZoneRule rule;
};

/// PidLidAppointmentTimeZoneDefinition...: its key name, and the rule that counts.
std::optional<TimeZone> decode_time_zone_definition(base::ByteView bytes);
/// PidLidTimeZoneStruct, which has no name of its own.
std::optional<ZoneRule> decode_time_zone_struct(base::ByteView bytes);

/// PidLidAppointmentTimeZoneDefinition... with one rule, for all years.
base::Bytes encode_time_zone_definition(const TimeZone& zone);

/// PidLidTimeZoneStruct.
base::Bytes encode_time_zone_struct(const ZoneRule& rule);

/// Local time minus UTC at that moment, minutes.
int utc_offset(const ZoneRule& rule, base::UnixTime utc);
/// Of a local time, given as seconds since 1970 on the clock of the place.
base::UnixTime utc_of_local(const ZoneRule& rule, base::UnixTime local);

/// The component, from BEGIN to END.
std::string vtimezone(const TimeZone& zone);

}  // namespace mbx::convert
