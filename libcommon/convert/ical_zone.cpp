#include "convert/ical_zone.hpp"

#include <vector>

namespace mbx::convert {
namespace {

/// STANDARD or DAYLIGHT.
struct Observance {
    icaltimetype onset;
    int offset = 0;  ///< local time minus UTC, minutes
    std::optional<ZoneTransition> yearly;
    bool is_sound = false;
};

/// FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU, and not yet over.
std::optional<ZoneTransition> transition_of(const icalrecurrencetype& rule,
                                            const icaltimetype& onset, const icaltimetype& local) {
    constexpr short kEnd = ICAL_RECURRENCE_ARRAY_MAX;
    const bool is_yearly =
        rule.freq == ICAL_YEARLY_RECURRENCE && rule.interval == 1 && rule.count == 0 &&
        rule.by_month[0] != kEnd && rule.by_month[1] == kEnd && rule.by_day[0] != kEnd &&
        rule.by_day[1] == kEnd && rule.by_month_day[0] == kEnd && rule.by_set_pos[0] == kEnd;
    const bool is_over =
        icaltime_is_null_time(rule.until) == 0 && icaltime_compare(rule.until, local) < 0;
    if (!is_yearly || is_over) {
        return std::nullopt;
    }
    const int week = icalrecurrencetype_day_position(rule.by_day[0]);
    ZoneTransition result;
    result.month = rule.by_month[0];
    result.weekday = icalrecurrencetype_day_day_of_week(rule.by_day[0]) - ICAL_SUNDAY_WEEKDAY;
    result.week = week == -1 ? 5 : week;
    result.minute = onset.hour * 60 + onset.minute;
    const bool sound = result.month >= 1 && result.month <= 12 && result.weekday >= 0 &&
                       (week == -1 || (week >= 1 && week <= 4));
    return sound ? std::optional(result) : std::nullopt;
}

Observance observance_of(icalcomponent* component, const icaltimetype& local) {
    Observance result;
    icalproperty* start = icalcomponent_get_first_property(component, ICAL_DTSTART_PROPERTY);
    icalproperty* offset = icalcomponent_get_first_property(component, ICAL_TZOFFSETTO_PROPERTY);
    icalproperty* rule = icalcomponent_get_first_property(component, ICAL_RRULE_PROPERTY);
    if (start == nullptr || offset == nullptr) {
        return result;
    }
    result.onset = icalproperty_get_dtstart(start);
    const int seconds = icalproperty_get_tzoffsetto(offset);
    result.offset = seconds / 60;
    if (rule != nullptr) {
        result.yearly = transition_of(icalproperty_get_rrule(rule), result.onset, local);
    }
    const bool has_dates =
        icalcomponent_get_first_property(component, ICAL_RDATE_PROPERTY) != nullptr;
    result.is_sound =
        seconds % 60 == 0 && !has_dates && (rule == nullptr) == !result.yearly.has_value();
    return result;
}

/// The one that began last before the local time.
std::optional<Observance> current(icalcomponent* zone, icalcomponent_kind kind,
                                  const icaltimetype& local) {
    std::vector<icalcomponent*> components;
    for (icalcomponent* component = icalcomponent_get_first_component(zone, kind);
         component != nullptr; component = icalcomponent_get_next_component(zone, kind)) {
        components.push_back(component);
    }
    std::optional<Observance> result;
    for (icalcomponent* component : components) {
        const Observance candidate = observance_of(component, local);
        if (icaltime_compare(candidate.onset, local) <= 0 &&
            (!result || icaltime_compare(candidate.onset, result->onset) > 0)) {
            result = candidate;
        }
    }
    return result;
}

std::optional<ZoneRule> rule_of(icalcomponent* zone, const icaltimetype& local) {
    const auto standard = current(zone, ICAL_XSTANDARD_COMPONENT, local);
    const auto daylight = current(zone, ICAL_XDAYLIGHT_COMPONENT, local);
    if (!standard || !standard->is_sound || (daylight && !daylight->is_sound)) {
        return std::nullopt;
    }
    ZoneRule rule;
    rule.bias = -standard->offset;
    if (daylight && daylight->offset != standard->offset) {
        if (!standard->yearly || !daylight->yearly) {
            return std::nullopt;
        }
        rule.daylight_bias = standard->offset - daylight->offset;
        rule.to_standard = *standard->yearly;
        rule.to_daylight = *daylight->yearly;
    }
    return rule;
}

}  // namespace

std::optional<ZoneRule> zone_rule_of(icalcomponent* calendar, const std::string& id,
                                     const icaltimetype& local) {
    if (id.empty()) {
        return std::nullopt;
    }
    std::vector<icalcomponent*> zones;
    for (icalcomponent* zone =
             icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
         zone != nullptr;
         zone = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT)) {
        icalproperty* name = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);
        const char* text = name != nullptr ? icalproperty_get_tzid(name) : nullptr;
        if (text != nullptr && id == text) {
            zones.push_back(zone);
        }
    }
    return zones.size() == 1 ? rule_of(zones.front(), local) : std::nullopt;
}

}  // namespace mbx::convert
