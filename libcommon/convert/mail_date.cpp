#include "convert/mail_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace mbx::convert {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

struct Zone {
    std::string_view name;
    int hours;
};
// RFC 5322 4.3; all others, the military letters too, mean "unknown", which is UTC.
constexpr Zone kZones[] = {{"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5},
                           {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}};

struct Fields {
    std::optional<int> day;
    std::optional<int> month;
    std::optional<int> year;
    std::optional<int> seconds_of_day;
    std::optional<int> zone_seconds;
};

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = error == std::errc() && end == text.data() + text.size();
    return all && !text.empty() && text.front() != '-' ? std::optional(value) : std::nullopt;
}

std::optional<int> month_of(std::string_view word) {
    if (word.size() < 3) {
        return std::nullopt;
    }
    const std::string lower = base::ascii_lower(word.substr(0, 3));
    const auto* const it = std::find(kMonths.begin(), kMonths.end(), lower);
    const bool letters = std::all_of(word.begin(), word.end(),
                                     [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
    return it != kMonths.end() && letters
               ? std::optional(static_cast<int>(it - kMonths.begin()) + 1)
               : std::nullopt;
}

// RFC 5322 4.3
int full_year(int year, std::size_t digits) {
    if (digits >= 4) {
        return year;
    }
    return digits == 2 && year < 50 ? year + 2000 : year + 1900;
}

// hh:mm, hh:mm:ss, hh:mm:ss.fraction
std::optional<int> time_of_day(std::string_view word) {
    const auto parts = base::split(word.substr(0, word.find_first_of(".,")), ':');
    if (parts.size() < 2 || parts.size() > 3) {
        return std::nullopt;
    }
    const auto hours = number(parts[0]);
    const auto minutes = number(parts[1]);
    const auto seconds = parts.size() == 3 ? number(parts[2]) : std::optional(0);
    if (!hours || !minutes || !seconds || *hours > 24 || *minutes > 59 || *seconds > 60) {
        return std::nullopt;
    }
    return *hours * 3600 + *minutes * 60 + *seconds;
}

// +hhmm, +hh:mm, +hh; digits as they are up to 9959, beyond that UTC.
int numeric_zone(std::string_view word) {
    const int sign = word.front() == '-' ? -1 : 1;
    std::string digits(word.substr(1));
    std::erase(digits, ':');
    const auto value = number(digits);
    if (!value || digits.size() > 4) {
        return 0;
    }
    const int hours = digits.size() <= 2 ? *value : *value / 100;
    const int minutes = digits.size() <= 2 ? 0 : *value % 100;
    return minutes > 59 ? 0 : sign * (hours * 3600 + minutes * 60);
}

int named_zone(std::string_view word) {
    const std::size_t sign = word.find_first_of("+-");  // GMT+0200
    if (sign != std::string_view::npos) {
        return numeric_zone(word.substr(sign));
    }
    const std::string lower = base::ascii_lower(word);
    const auto* const it = std::find_if(std::begin(kZones), std::end(kZones),
                                        [&](const Zone& zone) { return zone.name == lower; });
    return it != std::end(kZones) ? it->hours * 3600 : 0;
}

// year-month-day, with "-" or "/"; anything may follow a "T".
bool take_iso_date(std::string_view word, Fields& fields) {
    const char mark = word.size() > 4 ? word[4] : ' ';
    if (mark != '-' && mark != '/') {
        return false;
    }
    const auto year = number(word.substr(0, 4));
    const std::size_t second = word.find(mark, 5);
    if (!year || second == std::string_view::npos) {
        return false;
    }
    const std::size_t end = std::min(word.find_first_not_of("0123456789", second + 1), word.size());
    fields.year = year;
    fields.month = number(word.substr(5, second - 5));
    fields.day = number(word.substr(second + 1, end - second - 1));
    std::string_view time = word.substr(end);
    if (time.size() > 1 && (time[0] | 0x20) == 't') {
        time.remove_prefix(1);
        const std::size_t zone = std::min(time.find_first_of("Zz+-"), time.size());
        fields.seconds_of_day = time_of_day(time.substr(0, zone));
        if (zone < time.size()) {
            fields.zone_seconds = (time[zone] | 0x20) == 'z' ? 0 : numeric_zone(time.substr(zone));
        }
    }
    return true;
}

// day-month-year with a month in letters, "21-Nov-97"
bool take_dashed_date(std::string_view word, Fields& fields) {
    const auto parts = base::split(word, '-');
    if (parts.size() != 3 || !month_of(parts[1]) || !number(parts[0]) || !number(parts[2])) {
        return false;
    }
    fields.day = number(parts[0]);
    fields.month = month_of(parts[1]);
    fields.year = full_year(*number(parts[2]), parts[2].size());
    return true;
}

void take_number(std::string_view word, int value, Fields& fields) {
    if (!fields.day && word.size() <= 2) {
        fields.day = value;
    } else if (!fields.year && fields.month && word.size() <= 5) {
        fields.year = full_year(value, word.size());
    }
}

void take_word(std::string_view word, Fields& fields) {
    if (const auto value = number(word)) {
        take_number(word, *value, fields);
    } else if ((word.front() == '+' || word.front() == '-') && fields.seconds_of_day) {
        fields.zone_seconds = fields.zone_seconds.value_or(numeric_zone(word));
    } else if (!fields.year && (take_iso_date(word, fields) || take_dashed_date(word, fields))) {
        return;
    } else if (!fields.seconds_of_day && word.find(':') != std::string_view::npos) {
        // The zone may stick to the time: 10:20:30+0200
        const std::size_t zone = std::min(word.find_first_of("+-"), word.size());
        fields.seconds_of_day = time_of_day(word.substr(0, zone));
        if (zone < word.size()) {
            fields.zone_seconds = numeric_zone(word.substr(zone));
        }
    } else if (!fields.month && month_of(word)) {
        fields.month = month_of(word);
    } else if (fields.seconds_of_day && !fields.zone_seconds) {
        fields.zone_seconds = named_zone(word);
    }
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
            result += c == ',' || c == '\t' || c == '"' ? ' ' : c;
        }
    }
    return result;
}

std::optional<base::UnixTime> to_time(const Fields& fields) {
    if (!fields.day || !fields.month || !fields.year) {
        return std::nullopt;
    }
    namespace chrono = std::chrono;
    const chrono::year_month_day date{chrono::year(*fields.year),
                                      chrono::month(static_cast<unsigned>(*fields.month)),
                                      chrono::day(static_cast<unsigned>(*fields.day))};
    if (!date.ok() || *fields.year < 1 || *fields.year > 30827) {
        return std::nullopt;
    }
    const std::int64_t days = chrono::sys_days(date).time_since_epoch().count();
    return base::UnixTime{days * 86400 + fields.seconds_of_day.value_or(0) -
                          fields.zone_seconds.value_or(0)};
}

}  // namespace

std::optional<base::UnixTime> parse_mail_date(std::string_view unfolded) {
    constexpr std::size_t kLongestDate = 1000;
    const std::string text = without_comments(unfolded.substr(0, kLongestDate));
    Fields fields;
    for (const std::string_view word : base::split(text, ' ')) {
        if (!word.empty()) {
            take_word(word, fields);
        }
    }
    return to_time(fields);
}

std::optional<base::UnixTime> parse_received_date(std::string_view unfolded) {
    const std::size_t semicolon = unfolded.rfind(';');
    return semicolon == std::string_view::npos ? std::nullopt
                                               : parse_mail_date(unfolded.substr(semicolon + 1));
}

std::optional<base::UnixTime> parse_envelope_date(std::string_view from_line) {
    // "From ADDRESS DATE"
    const std::size_t begin = std::string_view("From ").size();
    const std::size_t blank = from_line.find(' ', begin);
    return from_line.size() <= begin || blank == std::string_view::npos
               ? std::nullopt
               : parse_mail_date(base::trim(from_line.substr(blank)));
}

}  // namespace mbx::convert
