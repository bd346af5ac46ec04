#include "convert/ical_reader.hpp"

#include <libical/ical.h>

#include <array>
#include <charconv>
#include <chrono>
#include <memory>

#include "base/text.hpp"
#include "convert/ical_series.hpp"
#include "convert/ical_zone.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;

struct FreeComponent {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

std::string string_of(const char* text) {
    return text != nullptr ? text : "";
}

std::string unfold(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t newline = text[i] == '\r' && text.substr(i + 1, 1) == "\n" ? i + 1 : i;
        const std::string_view behind = text.substr(newline + 1, 1);
        if (text[newline] == '\n' && (behind == " " || behind == "\t")) {
            i = newline + 1;
        } else {
            result += text[i];
        }
    }
    return result;
}

/// libical follows nested components by recursion, and complains on the standard error of ends that
/// nothing began.
bool is_balanced(std::string_view unfolded) {
    constexpr std::size_t kMostComponents = 1000;
    std::size_t begun = 0;
    std::size_t ended = 0;
    for (const std::string_view line : base::split(unfolded, '\n')) {
        const std::string_view name = line.substr(0, line.find_first_of(":;"));
        begun += base::equals_ignore_case(name, "BEGIN") ? 1 : 0;
        ended += base::equals_ignore_case(name, "END") ? 1 : 0;
        if (ended > begun || begun > kMostComponents) {
            return false;
        }
    }
    return begun == ended;
}

Component parse(std::string_view utf8) {
    static const bool kSurvivesErrors = [] {
        icalerror_set_errors_are_fatal(0);
        return true;
    }();
    if (!kSurvivesErrors || utf8.size() > kLargest) {
        return nullptr;
    }
    const std::string text = unfold(utf8);
    return Component(is_balanced(text) ? icalparser_parse_string(text.c_str()) : nullptr);
}

template <typename Take>
void for_each_property(icalcomponent* component, icalproperty_kind kind, const Take& take) {
    for (icalproperty* property = icalcomponent_get_first_property(component, kind);
         property != nullptr; property = icalcomponent_get_next_property(component, kind)) {
        take(property);
    }
}

std::string value_of(icalproperty* property) {
    return property != nullptr
               ? std::string(base::trim(string_of(icalproperty_get_value_as_string(property))))
               : std::string();
}

std::string keyword_of(icalcomponent* component, icalproperty_kind kind) {
    return base::ascii_upper(value_of(icalcomponent_get_first_property(component, kind)));
}

std::string parameter_of(icalproperty* property, const char* name) {
    return string_of(icalproperty_get_parameter_as_string(property, name));
}

icalproperty* extension_of(icalcomponent* component, std::string_view name) {
    icalproperty* found = nullptr;
    for_each_property(component, ICAL_X_PROPERTY, [&](icalproperty* property) {
        const std::string own = string_of(icalproperty_get_x_name(property));
        if (found == nullptr && base::equals_ignore_case(own, name)) {
            found = property;
        }
    });
    return found;
}

std::string extension_keyword(icalcomponent* component, std::string_view name) {
    return base::ascii_upper(value_of(extension_of(component, name)));
}

class EventReader {
  public:
    EventReader(icalcomponent* calendar, icalcomponent* event)
        : calendar_(calendar), event_(event) {}

    IcalEvent run() {
        IcalEvent result;
        texts(result);
        times(result);
        people(result);
        extensions(result);
        result.alarm_minutes = alarm_minutes();
        repetition(result);
        return result;
    }

  private:
    icalproperty* first(icalproperty_kind kind) const {
        return icalcomponent_get_first_property(event_, kind);
    }

    void texts(IcalEvent& result) const {
        if (icalproperty* uid = first(ICAL_UID_PROPERTY)) {
            result.uid = base::trim(string_of(icalproperty_get_uid(uid)));
        }
        if (icalproperty* location = first(ICAL_LOCATION_PROPERTY)) {
            result.location = base::trim(string_of(icalproperty_get_location(location)));
        }
        if (icalproperty* description = first(ICAL_DESCRIPTION_PROPERTY)) {
            result.description = string_of(icalproperty_get_description(description));
        }
        result.classification = keyword_of(event_, ICAL_CLASS_PROPERTY);
        result.transparency = keyword_of(event_, ICAL_TRANSP_PROPERTY);
        if (icalproperty* sequence = first(ICAL_SEQUENCE_PROPERTY)) {
            result.sequence = icalproperty_get_sequence(sequence);
        }
    }

    void times(IcalEvent& result) const {
        if (icalproperty* start = first(ICAL_DTSTART_PROPERTY)) {
            result.start = time_of(start, icalproperty_get_dtstart(start));
        }
        if (icalproperty* end = first(ICAL_DTEND_PROPERTY)) {
            result.end = time_of(end, icalproperty_get_dtend(end));
        } else if (result.start) {
            result.end = result.start;
            constexpr int kDay = 86'400;
            icalproperty* duration = first(ICAL_DURATION_PROPERTY);
            result.end->utc.seconds +=
                duration != nullptr ? icaldurationtype_as_int(icalproperty_get_duration(duration))
                : result.start->is_date ? kDay
                                        : 0;
        }
        if (icalproperty* stamp = first(ICAL_DTSTAMP_PROPERTY)) {
            const auto time = time_of(stamp, icalproperty_get_dtstamp(stamp));
            result.stamp = time ? std::optional(time->utc) : std::nullopt;
        }
        for (const auto& [name, time] :
             {std::pair{"X-MS-OLK-ORIGINALSTART", &result.original_start},
              std::pair{"X-MS-OLK-ORIGINALEND", &result.original_end}}) {
            if (icalproperty* property = extension_of(event_, name)) {
                *time = time_of(property, icaltime_from_string(value_of(property).c_str()));
            }
        }
    }

    std::optional<IcalTime> time_of(icalproperty* property, const icaltimetype& time) const {
        namespace ch = std::chrono;
        const ch::year_month_day day{ch::year{time.year},
                                     ch::month{static_cast<unsigned>(time.month)},
                                     ch::day{static_cast<unsigned>(time.day)}};
        if (icaltime_is_null_time(time) != 0 || !day.ok() || time.year < 1601) {
            return std::nullopt;
        }
        const ch::sys_seconds moment = ch::sys_days{day} + ch::hours{time.hour} +
                                       ch::minutes{time.minute} + ch::seconds{time.second};
        const base::UnixTime clock{moment.time_since_epoch().count()};
        if (time.is_date != 0 || icaltime_is_utc(time) != 0) {
            return IcalTime{clock, time.is_date != 0, std::nullopt};
        }
        const std::string id = parameter_of(property, "TZID");
        const auto rule = zone_rule_of(calendar_, id, time);
        return rule
                   ? std::optional(IcalTime{utc_of_local(*rule, clock), false, TimeZone{id, *rule}})
                   : std::nullopt;
    }

    /// What libical cannot read it takes away, and leaves a property with what it said.
    bool has_broken_repetition() const {
        bool found = false;
        for_each_property(event_, ICAL_XLICERROR_PROPERTY, [&](icalproperty* property) {
            const std::string complaint = value_of(property);
            for (const char* name : {"RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"}) {
                found = found || complaint.find(name) != std::string::npos;
            }
        });
        return found;
    }

    void repetition(IcalEvent& result) const {
        bool has_exceptions = false;
        for (const icalproperty_kind kind : {ICAL_RDATE_PROPERTY, ICAL_EXDATE_PROPERTY,
                                             ICAL_EXRULE_PROPERTY, ICAL_RECURRENCEID_PROPERTY}) {
            has_exceptions = has_exceptions || first(kind) != nullptr;
        }
        has_exceptions = has_exceptions || has_broken_repetition();
        const int rules = icalcomponent_count_properties(event_, ICAL_RRULE_PROPERTY);
        result.repeats = has_exceptions || rules > 0;
        if (has_exceptions || rules != 1 || !result.start || !result.end ||
            result.end->utc < result.start->utc) {
            return;
        }
        const auto seconds =
            static_cast<std::uint64_t>(result.end->utc.seconds - result.start->utc.seconds);
        constexpr std::uint64_t kLongest = std::uint64_t{366} * 86'400;
        if (seconds % 60 == 0 && seconds <= kLongest) {
            result.series = series_of(icalproperty_get_rrule(first(ICAL_RRULE_PROPERTY)),
                                      icalproperty_get_dtstart(first(ICAL_DTSTART_PROPERTY)),
                                      static_cast<std::uint32_t>(seconds / 60),
                                      result.start->zone ? result.start->zone->rule : ZoneRule{});
        }
    }

    static IcalPerson person_of(icalproperty* property) {
        IcalPerson person;
        person.address = value_of(property);
        if (base::starts_with_ignore_case(person.address, "mailto:")) {
            person.address.erase(0, 7);
        }
        person.name = parameter_of(property, "CN");
        person.state = base::ascii_upper(parameter_of(property, "PARTSTAT"));
        const std::string role = base::ascii_upper(parameter_of(property, "ROLE"));
        const std::string kind = base::ascii_upper(parameter_of(property, "CUTYPE"));
        person.is_resource = kind == "RESOURCE" || kind == "ROOM";
        person.is_optional =
            !person.is_resource && (role == "OPT-PARTICIPANT" || role == "NON-PARTICIPANT");
        person.reply_wanted = base::equals_ignore_case(parameter_of(property, "RSVP"), "TRUE");
        return person;
    }

    void people(IcalEvent& result) const {
        if (icalproperty* organizer = first(ICAL_ORGANIZER_PROPERTY)) {
            result.organizer = person_of(organizer);
        }
        for_each_property(event_, ICAL_ATTENDEE_PROPERTY, [&](icalproperty* property) {
            result.attendees.push_back(person_of(property));
        });
    }

    void extensions(IcalEvent& result) const {
        result.busy_status = extension_keyword(event_, "X-MICROSOFT-CDO-BUSYSTATUS");
        result.intended_status = extension_keyword(event_, "X-MICROSOFT-CDO-INTENDEDSTATUS");
        result.says_all_day = extension_keyword(event_, "X-MICROSOFT-CDO-ALLDAYEVENT") == "TRUE";
        const std::string id = extension_keyword(event_, "X-MICROSOFT-CDO-OWNERAPPTID");
        std::int32_t number = 0;
        if (!id.empty() &&
            std::from_chars(id.data(), id.data() + id.size(), number).ec == std::errc()) {
            result.owner_appointment_id = number;
        }
        const std::string answer = extension_keyword(event_, "X-MICROSOFT-DISALLOW-COUNTER");
        if (!answer.empty()) {
            result.no_counter_proposal = answer == "TRUE";
        }
    }

    std::optional<std::int32_t> alarm_minutes() const {
        icalcomponent* alarm = icalcomponent_get_first_component(event_, ICAL_VALARM_COMPONENT);
        icalproperty* trigger = alarm != nullptr
                                    ? icalcomponent_get_first_property(alarm, ICAL_TRIGGER_PROPERTY)
                                    : nullptr;
        if (trigger == nullptr || parameter_of(trigger, "RELATED") == "END") {
            return std::nullopt;
        }
        const icaltriggertype value = icalproperty_get_trigger(trigger);
        const int before = -icaldurationtype_as_int(value.duration);
        return icaltime_is_null_time(value.time) != 0 && before >= 0 ? std::optional(before / 60)
                                                                     : std::nullopt;
    }

    icalcomponent* calendar_;
    icalcomponent* event_;
};

}  // namespace

std::optional<IcalCalendar> read_ical(std::string_view utf8) {
    const Component calendar = parse(utf8);
    if (!calendar || icalcomponent_isa(calendar.get()) != ICAL_VCALENDAR_COMPONENT) {
        return std::nullopt;
    }
    IcalCalendar result;
    result.method = keyword_of(calendar.get(), ICAL_METHOD_PROPERTY);
    // The place of libical in a list of components is one for all who read it: first they are
    // gathered, then looked into.
    std::vector<icalcomponent*> events;
    for (icalcomponent* part =
             icalcomponent_get_first_component(calendar.get(), ICAL_ANY_COMPONENT);
         part != nullptr;
         part = icalcomponent_get_next_component(calendar.get(), ICAL_ANY_COMPONENT)) {
        const icalcomponent_kind kind = icalcomponent_isa(part);
        if (kind == ICAL_VEVENT_COMPONENT) {
            events.push_back(part);
        } else if (kind != ICAL_VTIMEZONE_COMPONENT) {
            result.has_other_items = true;
        }
    }
    for (icalcomponent* event : events) {
        result.events.push_back(EventReader(calendar.get(), event).run());
    }
    return result;
}

}  // namespace mbx::convert
