#include "convert/time_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "base/little_endian.hpp"
#include "base/utf.hpp"
#include "convert/content_lines.hpp"

namespace mbx::convert {
namespace {

// [MS-DTYP] 2.3.13
struct SystemTimeRecord {
    base::le16 wYear;
    base::le16 wMonth;
    base::le16 wDayOfWeek;
    base::le16 wDay;
    base::le16 wHour;
    base::le16 wMinute;
    base::le16 wSecond;
    base::le16 wMilliseconds;
};
static_assert(sizeof(SystemTimeRecord) == 16);

// [MS-OXOCAL] 2.2.1.39
struct ZoneStructRecord {
    base::le32 lBias;
    base::le32 lStandardBias;
    base::le32 lDaylightBias;
    base::le16 wStandardYear;
    SystemTimeRecord stStandardDate;
    base::le16 wDaylightYear;
    SystemTimeRecord stDaylightDate;
};
static_assert(sizeof(ZoneStructRecord) == 48);

// [MS-OXOCAL] 2.2.1.41.1
struct ZoneRuleRecord {
    std::uint8_t bMajorVersion;
    std::uint8_t bMinorVersion;
    base::le16 wReserved;
    base::le16 wTzRuleFlags;
    base::le16 wYear;
    std::array<std::uint8_t, 14> X;
    base::le32 lBias;
    base::le32 lStandardBias;
    base::le32 lDaylightBias;
    SystemTimeRecord stStandardDate;
    SystemTimeRecord stDaylightDate;
};
static_assert(sizeof(ZoneRuleRecord) == 66);

// [MS-OXOCAL] 2.2.1.41: what stands before the name of the zone
struct ZoneDefinitionRecord {
    std::uint8_t bMajorVersion;
    std::uint8_t bMinorVersion;
    base::le16 cbHeader;  // of what follows, up to the rules
    base::le16 wReserved;
    base::le16 cchKeyName;
};
static_assert(sizeof(ZoneDefinitionRecord) == 8);

constexpr std::uint16_t kEffectiveRule = 0x2;

bool is_transition(const ZoneTransition& t) {
    return t.month >= 1 && t.month <= 12 && t.weekday <= 6 && t.week >= 1 && t.week <= 5 &&
           t.minute < 24 * 60;
}

ZoneTransition transition_of(const SystemTimeRecord& record) {
    ZoneTransition t{record.wMonth, record.wDayOfWeek, record.wDay,
                     record.wHour * 60 + record.wMinute};
    if (record.wYear != 0) {  // a date of one year: the same week of the month in the others
        t.week = (record.wDay - 1) / 7 + 1;
    }
    return is_transition(t) ? t : ZoneTransition{};
}

SystemTimeRecord record_of(const ZoneTransition& t) {
    SystemTimeRecord record{};
    record.wMonth = static_cast<std::uint16_t>(t.month);
    record.wDayOfWeek = static_cast<std::uint16_t>(t.weekday);
    record.wDay = static_cast<std::uint16_t>(t.week);
    record.wHour = static_cast<std::uint16_t>(t.minute / 60);
    record.wMinute = static_cast<std::uint16_t>(t.minute % 60);
    return record;
}

template <typename Record>
std::optional<ZoneRule> rule_of(const Record& record) {
    constexpr std::int32_t kMostMinutes = 24 * 60;
    ZoneRule rule;
    rule.bias = static_cast<std::int32_t>(std::uint32_t{record.lBias});
    rule.standard_bias = static_cast<std::int32_t>(std::uint32_t{record.lStandardBias});
    rule.daylight_bias = static_cast<std::int32_t>(std::uint32_t{record.lDaylightBias});
    rule.to_standard = transition_of(record.stStandardDate);
    rule.to_daylight = transition_of(record.stDaylightDate);
    for (const int minutes : {rule.bias, rule.standard_bias, rule.daylight_bias}) {
        if (minutes < -kMostMinutes || minutes > kMostMinutes) {
            return std::nullopt;
        }
    }
    return rule;
}

template <typename Record>
void fill(Record& record, const ZoneRule& rule) {
    record.lBias = static_cast<std::uint32_t>(rule.bias);
    record.lStandardBias = static_cast<std::uint32_t>(rule.standard_bias);
    record.lDaylightBias = static_cast<std::uint32_t>(rule.daylight_bias);
    if (rule.has_daylight_time()) {
        record.stStandardDate = record_of(rule.to_standard);
        record.stDaylightDate = record_of(rule.to_daylight);
    }
}

std::chrono::sys_days day_of(const ZoneTransition& t, std::chrono::year year) {
    namespace ch = std::chrono;
    const ch::month month{static_cast<unsigned>(t.month)};
    const ch::weekday weekday{static_cast<unsigned>(t.weekday)};
    if (t.week == 5) {
        return ch::sys_days{year / month / weekday[ch::last]};
    }
    return ch::sys_days{year / month / weekday[static_cast<unsigned>(t.week)]};
}

/// The moment, as local time in the offset before the transition, in seconds since 1970.
std::int64_t local_seconds(const ZoneTransition& t, std::chrono::year year) {
    return std::int64_t{day_of(t, year).time_since_epoch().count()} * 86'400 + t.minute * 60;
}

std::string offset_text(int minutes) {
    const int size = std::abs(minutes);
    return fmt::format("{}{:02}{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

void append_observance(ContentLines& lines, std::string_view name, const ZoneTransition* transition,
                       int from, int to) {
    constexpr std::array<std::string_view, 7> kDays{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    lines.put("BEGIN", name);
    if (transition == nullptr) {
        lines.put("DTSTART", "16010101T000000");
    } else {
        const std::chrono::year_month_day day{day_of(*transition, std::chrono::year{1970})};
        lines.put("DTSTART",
                  fmt::format("1970{:02}{:02}T{:02}{:02}00", static_cast<unsigned>(day.month()),
                              static_cast<unsigned>(day.day()), transition->minute / 60,
                              transition->minute % 60));
        lines.put("RRULE", fmt::format("FREQ=YEARLY;BYDAY={}{};BYMONTH={}",
                                       transition->week == 5 ? -1 : transition->week,
                                       kDays.at(static_cast<std::size_t>(transition->weekday)),
                                       transition->month));
    }
    lines.put("TZOFFSETFROM", offset_text(from));
    lines.put("TZOFFSETTO", offset_text(to));
    lines.put("END", name);
}

}  // namespace

std::optional<TimeZone> decode_time_zone_definition(base::ByteView bytes) {
    constexpr std::size_t kFixed = sizeof(ZoneDefinitionRecord);
    if (bytes.size() < kFixed) {
        return std::nullopt;
    }
    const std::size_t name_size =
        base::read_record<ZoneDefinitionRecord>(bytes).cchKeyName * std::size_t{2};
    if (bytes.size() < kFixed + name_size + 2) {
        return std::nullopt;
    }
    TimeZone zone;
    zone.id = base::utf8_from_utf16le(bytes.subspan(kFixed, name_size));
    const std::size_t count = base::read_record<base::le16>(bytes, kFixed + name_size);
    std::optional<ZoneRule> rule;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = kFixed + name_size + 2 + i * sizeof(ZoneRuleRecord);
        if (at + sizeof(ZoneRuleRecord) > bytes.size()) {
            break;
        }
        const auto record = base::read_record<ZoneRuleRecord>(bytes, at);
        const bool counts = (record.wTzRuleFlags & kEffectiveRule) != 0;
        if (counts || !rule) {
            rule = rule_of(record);
        }
        if (counts) {
            break;
        }
    }
    if (!rule || zone.id.empty()) {
        return std::nullopt;
    }
    zone.rule = *rule;
    return zone;
}

base::Bytes encode_time_zone_definition(const TimeZone& zone) {
    constexpr std::size_t kLongestName = 260;
    base::Bytes name = base::utf16le_from_utf8(zone.id);
    name.resize(std::min(name.size(), 2 * kLongestName));
    const ZoneDefinitionRecord head{2, 1, static_cast<std::uint16_t>(6 + name.size()), 2,
                                    static_cast<std::uint16_t>(name.size() / 2)};
    ZoneRuleRecord rule{};
    rule.bMajorVersion = 2;
    rule.bMinorVersion = 1;
    rule.wReserved = 0x3E;
    rule.wTzRuleFlags = kEffectiveRule;
    rule.wYear = 1601;
    fill(rule, zone.rule);
    base::Bytes bytes;
    base::append(bytes, base::record_bytes(head));
    base::append(bytes, name);
    base::append_le<std::uint16_t>(bytes, 1);
    base::append(bytes, base::record_bytes(rule));
    return bytes;
}

base::Bytes encode_time_zone_struct(const ZoneRule& rule) {
    ZoneStructRecord record{};
    fill(record, rule);
    return base::to_bytes(base::as_text(base::record_bytes(record)));
}

std::optional<ZoneRule> decode_time_zone_struct(base::ByteView bytes) {
    return bytes.size() >= sizeof(ZoneStructRecord)
               ? rule_of(base::read_record<ZoneStructRecord>(bytes))
               : std::nullopt;
}

int utc_offset(const ZoneRule& rule, base::UnixTime utc) {
    const int standard = -(rule.bias + rule.standard_bias);
    const int daylight = -(rule.bias + rule.daylight_bias);
    if (!rule.has_daylight_time()) {
        return standard;
    }
    namespace ch = std::chrono;
    const auto day = ch::floor<ch::days>(ch::sys_seconds{ch::seconds{utc.seconds + standard * 60}});
    const ch::year year = ch::year_month_day{day}.year();
    const std::int64_t to_daylight = local_seconds(rule.to_daylight, year) - standard * 60;
    const std::int64_t to_standard = local_seconds(rule.to_standard, year) - daylight * 60;
    const bool is_daylight = to_daylight < to_standard
                                 ? utc.seconds >= to_daylight && utc.seconds < to_standard
                                 : utc.seconds >= to_daylight || utc.seconds < to_standard;
    return is_daylight ? daylight : standard;
}

base::UnixTime utc_of_local(const ZoneRule& rule, base::UnixTime local) {
    const int first = utc_offset(rule, local);
    const int second = utc_offset(rule, {local.seconds - first * 60});
    return {local.seconds - second * 60};
}

std::string vtimezone(const TimeZone& zone) {
    const int standard = -(zone.rule.bias + zone.rule.standard_bias);
    const int daylight = -(zone.rule.bias + zone.rule.daylight_bias);
    ContentLines lines;
    lines.put("BEGIN", "VTIMEZONE");
    lines.put_text("TZID", zone.id);
    if (zone.rule.has_daylight_time()) {
        append_observance(lines, "STANDARD", &zone.rule.to_standard, daylight, standard);
        append_observance(lines, "DAYLIGHT", &zone.rule.to_daylight, standard, daylight);
    } else {
        append_observance(lines, "STANDARD", nullptr, standard, standard);
    }
    lines.put("END", "VTIMEZONE");
    return std::move(lines).take();
}

}  // namespace mbx::convert
