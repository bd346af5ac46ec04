#include "convert/ical_series.hpp"

#include <chrono>
#include <memory>

namespace mbx::convert {
namespace {

constexpr short kEndOfList = ICAL_RECURRENCE_ARRAY_MAX;
/// A longer series is not counted.
constexpr int kMostOccurrences = 5000;
constexpr std::int64_t kMinutesTo1970 = 194'074'560;  // since 1601

struct FreeIterator {
    void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};
using Iterator = std::unique_ptr<icalrecur_iterator, FreeIterator>;

bool has(const short* list) {
    return list[0] != kEndOfList;
}
bool has_one(const short* list) {
    return has(list) && list[1] == kEndOfList;
}

base::UnixTime clock_of(const icaltimetype& time) {
    namespace ch = std::chrono;
    const ch::sys_days day{ch::year{time.year} / time.month / time.day};
    return {(day + ch::hours{time.hour} + ch::minutes{time.minute} + ch::seconds{time.second})
                .time_since_epoch()
                .count()};
}

LocalMinutes midnight_of(const icaltimetype& time) {
    const std::int64_t minutes = clock_of(time).seconds / 60 + kMinutesTo1970;
    return static_cast<LocalMinutes>(minutes - minutes % 1440);
}

std::uint32_t weekday_bit(int day_of_week) {  // 1 Sunday
    return 1U << static_cast<unsigned>(day_of_week - 1);
}

bool same_day(const icaltimetype& a, const icaltimetype& b) {
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

/// "MO,WE", or one "2TU": what stands before the day is the week.
bool take_weekdays(const icalrecurrencetype& rule, Recurrence& result, int& position) {
    for (const short* day = rule.by_day; *day != kEndOfList; ++day) {
        const int weekday = icalrecurrencetype_day_day_of_week(*day);
        if (weekday < 1 || weekday > 7) {
            return false;
        }
        position = icalrecurrencetype_day_position(*day);
        if (position != 0 && !has_one(rule.by_day)) {
            return false;
        }
        result.weekdays |= weekday_bit(weekday);
    }
    return true;
}

/// The n-th of certain weekdays of a month.
bool take_week_of_month(const icalrecurrencetype& rule, Recurrence& result) {
    int position = 0;
    if (!take_weekdays(rule, result, position) || has(rule.by_month_day)) {
        return false;
    }
    if (has(rule.by_set_pos)) {
        if (position != 0 || !has_one(rule.by_set_pos)) {
            return false;
        }
        position = rule.by_set_pos[0];
    }
    result.week_of_month = position == -1 ? 5 : static_cast<std::uint32_t>(position);
    return position == -1 || (position >= 1 && position <= 4);
}

/// A day that all months have, or the last one: of others Outlook and RRULE do not think alike.
bool take_day_of_month(const icalrecurrencetype& rule, const icaltimetype& start,
                       Recurrence& result) {
    if (has(rule.by_set_pos) || (has(rule.by_month_day) && !has_one(rule.by_month_day))) {
        return false;
    }
    const int day = has(rule.by_month_day) ? rule.by_month_day[0] : start.day;
    result.day_of_month = day == -1 ? 31 : static_cast<std::uint32_t>(day);
    return day == -1 || (day >= 1 && day <= 28);
}

bool take_pattern(const icalrecurrencetype& rule, const icaltimetype& start, Recurrence& result) {
    const bool by_days = has(rule.by_day) || has(rule.by_month_day) || has(rule.by_set_pos);
    switch (rule.freq) {
        case ICAL_DAILY_RECURRENCE:
            result.frequency = Recurrence::Frequency::Daily;
            return !by_days && !has(rule.by_month);
        case ICAL_WEEKLY_RECURRENCE: {
            result.frequency = Recurrence::Frequency::Weekly;
            int position = 0;
            if (!has(rule.by_day)) {
                result.weekdays = weekday_bit(icaltime_day_of_week(start));
            }
            return take_weekdays(rule, result, position) && position == 0 &&
                   !has(rule.by_month_day) && !has(rule.by_set_pos) && !has(rule.by_month);
        }
        case ICAL_MONTHLY_RECURRENCE:
            result.frequency = Recurrence::Frequency::Monthly;
            return !has(rule.by_month) &&
                   (has(rule.by_day) ? take_week_of_month(rule, result)
                                     : take_day_of_month(rule, start, result));
        case ICAL_YEARLY_RECURRENCE:
            result.frequency = Recurrence::Frequency::Yearly;
            if (has(rule.by_month) ? !has_one(rule.by_month) || rule.by_month[0] != start.month
                                   : by_days) {
                return false;
            }
            return has(rule.by_day) ? take_week_of_month(rule, result)
                                    : take_day_of_month(rule, start, result);
        default:
            return false;
    }
}

bool is_beyond(const icaltimetype& occurrence, const icaltimetype& until, const ZoneRule& zone) {
    if (until.is_date != 0) {
        return midnight_of(occurrence) > midnight_of(until);
    }
    const base::UnixTime clock = clock_of(occurrence);
    return (icaltime_is_utc(until) != 0 ? utc_of_local(zone, clock) : clock) > clock_of(until);
}

/// Counts the occurrences up to the last one, which the pattern names as well.
bool take_end(icalrecurrencetype rule, const icaltimetype& start, const ZoneRule& zone,
              Recurrence& result) {
    const int count = rule.count;
    const icaltimetype until = rule.until;
    const bool has_until = icaltime_is_null_time(until) == 0;
    rule.count = 0;
    rule.until = icaltime_null_time();
    const Iterator iterator(icalrecur_iterator_new(rule, start));
    if (!iterator) {
        return false;
    }
    icaltimetype last = icalrecur_iterator_next(iterator.get());
    if (!same_day(last, start)) {
        return false;
    }
    if (count == 0 && !has_until) {
        return true;
    }
    int counted = 1;
    for (; count == 0 || counted < count; ++counted) {
        const icaltimetype next = icalrecur_iterator_next(iterator.get());
        if (icaltime_is_null_time(next) != 0 || counted == kMostOccurrences) {
            return false;
        }
        if (count == 0 && is_beyond(next, until, zone)) {
            break;
        }
        last = next;
    }
    result.end = count != 0 ? Recurrence::End::ByCount : Recurrence::End::ByDate;
    result.count = static_cast<std::uint32_t>(counted);
    result.end_date = midnight_of(last);
    return true;
}

}  // namespace

std::optional<Recurrence> series_of(const icalrecurrencetype& rule, const icaltimetype& start,
                                    std::uint32_t minutes, const ZoneRule& zone) {
    constexpr short kLongestInterval = 99;
    const bool is_usual = rule.interval >= 1 && rule.interval <= kLongestInterval &&
                          rule.rscale == nullptr && !has(rule.by_second) && !has(rule.by_minute) &&
                          !has(rule.by_hour) && !has(rule.by_year_day) && !has(rule.by_week_no);
    Recurrence result;
    if (!is_usual || start.second != 0 || !take_pattern(rule, start, result)) {
        return std::nullopt;
    }
    result.interval = static_cast<std::uint32_t>(rule.interval);
    result.first_weekday =
        rule.week_start >= 1 ? static_cast<std::uint32_t>(rule.week_start - 1) : 1;
    result.start_date = midnight_of(start);
    result.start_offset = static_cast<std::uint32_t>(start.hour * 60 + start.minute);
    result.end_offset = result.start_offset + minutes;
    return take_end(rule, start, zone, result) ? std::optional(result) : std::nullopt;
}

}  // namespace mbx::convert
