#include "migration/message_filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migration/message_header.hpp"

namespace mbx::migration {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

struct Moment {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int zone_minutes = 0;  // east of Greenwich
};

std::optional<base::UnixTime> to_time(const Moment& m) {
    const std::chrono::year_month_day date{std::chrono::year(m.year), std::chrono::month(m.month),
                                           std::chrono::day(m.day)};
    if (!date.ok() || m.hour > 23 || m.minute > 59 || m.second > 60 || m.hour < 0 || m.minute < 0 ||
        m.second < 0) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return base::UnixTime{((days * 24 + m.hour) * 60 + m.minute - m.zone_minutes) * 60 + m.second};
}

std::string without_comments(std::string_view text) {
    std::string result;
    int depth = 0;
    for (const char c : text) {
        if (c == '(') {
            ++depth;
        } else if (c == ')' && depth > 0) {
            --depth;
        } else if (depth == 0) {
            result += c == ',' || c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
        }
    }
    return result;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words = base::split(text, ' ');
    words.erase(std::remove_if(words.begin(), words.end(), [](auto word) { return word.empty(); }),
                words.end());
    return words;
}

/// RFC 5322 4.3.
int full_year(int year, std::size_t digits) {
    if (digits == 2) {
        return year < 50 ? 2000 + year : 1900 + year;
    }
    return digits == 3 ? 1900 + year : year;
}

bool read_clock(std::string_view text, Moment& moment) {
    const auto parts = base::split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) {
        return false;
    }
    const auto hour = number(parts[0]);
    const auto minute = number(parts[1]);
    const auto second = parts.size() == 3 ? number(parts[2]) : std::optional<int>(0);
    if (!hour || !minute || !second) {
        return false;
    }
    moment.hour = *hour;
    moment.minute = *minute;
    moment.second = *second;
    return true;
}

int zone_minutes(std::string_view zone) {
    struct Named {
        std::string_view name;
        int hours;
    };
    static constexpr std::array<Named, 8> kNamed{{{"EST", -5},
                                                  {"EDT", -4},
                                                  {"CST", -6},
                                                  {"CDT", -5},
                                                  {"MST", -7},
                                                  {"MDT", -6},
                                                  {"PST", -8},
                                                  {"PDT", -7}}};
    for (const Named& named : kNamed) {
        if (base::equals_ignore_case(named.name, zone)) {
            return named.hours * 60;
        }
    }
    if (zone.size() == 5 && (zone[0] == '+' || zone[0] == '-')) {
        const int digits = number(zone.substr(1)).value_or(0);
        const int minutes = digits / 100 * 60 + digits % 100;
        return zone[0] == '-' ? -minutes : minutes;
    }
    return 0;
}

}  // namespace

std::optional<base::UnixTime> parse_mail_date(std::string_view text) {
    const std::string plain = without_comments(text);
    const std::vector<std::string_view> words = words_of(plain);
    std::size_t i = 0;
    if (!words.empty() && !number(words[0])) {
        i = 1;  // the weekday
    }
    if (words.size() < i + 3) {
        return std::nullopt;
    }
    const auto day = number(words[i]);
    const std::string month_name = base::ascii_lower(words[i + 1].substr(0, 3));
    const auto* const month = std::find(kMonths.begin(), kMonths.end(), month_name);
    const auto year = number(words[i + 2]);
    if (!day || month == kMonths.end() || !year || *day < 1 || *year < 0) {
        return std::nullopt;
    }
    Moment moment;
    moment.day = static_cast<unsigned>(*day);
    moment.month = static_cast<unsigned>(month - kMonths.begin()) + 1;
    moment.year = full_year(*year, words[i + 2].size());
    if (words.size() > i + 3 && read_clock(words[i + 3], moment) && words.size() > i + 4) {
        moment.zone_minutes = zone_minutes(words[i + 4]);
    }
    return to_time(moment);
}

base::UnixTime parse_date(std::string_view text) {
    const std::string_view day = text.substr(0, 10);
    const std::string_view rest = text.size() > 10 ? text.substr(10) : std::string_view();
    const auto parts = base::split(day, '-');
    Moment moment;
    bool good = parts.size() == 3 && parts[0].size() == 4 && parts[1].size() == 2 &&
                parts[2].size() == 2 && number(parts[0]) && number(parts[1]) && number(parts[2]);
    if (good) {
        moment.year = *number(parts[0]);
        moment.month = static_cast<unsigned>(*number(parts[1]));
        moment.day = static_cast<unsigned>(*number(parts[2]));
        good = rest.empty() || (rest.front() == 'T' && rest.back() == 'Z' &&
                                read_clock(rest.substr(1, rest.size() - 2), moment));
    }
    const auto time = good ? to_time(moment) : std::nullopt;
    if (!time) {
        throw Error(ErrorCode::Usage, "'" + base::escape(text) + "' is no date",
                    "write 2020-01-31 or 2020-01-31T12:00:00Z");
    }
    return *time;
}

std::optional<base::UnixTime> date_of(const mail::Message& message) {
    if (message.internal_date) {
        return message.internal_date;
    }
    const auto field = header_field(read_header(*message.source), "Date");
    return field ? parse_mail_date(*field) : std::nullopt;
}

bool MessageFilter::takes(const mail::Message& message) const {
    if (largest_size && message.source->size() > *largest_size) {
        return false;
    }
    if (!since && !before) {
        return true;
    }
    const auto date = date_of(message);
    return !date || ((!since || *date >= *since) && (!before || *date < *before));
}

}  // namespace mbx::migration
