#include "store/mbox_postmark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

#include "base/text.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kFrom = "From ";
constexpr std::string_view kPatchDate = "Mon Sep 17 00:00:00 2001";
constexpr std::array kDays{"Sun"sv, "Mon"sv, "Tue"sv, "Wed"sv, "Thu"sv, "Fri"sv, "Sat"sv};
constexpr std::array kMonths{"Jan"sv, "Feb"sv, "Mar"sv, "Apr"sv, "May"sv, "Jun"sv,
                             "Jul"sv, "Aug"sv, "Sep"sv, "Oct"sv, "Nov"sv, "Dec"sv};

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (const std::string_view word : base::split(text, ' ')) {
        if (!word.empty()) {
            words.push_back(word);
        }
    }
    return words;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = failure == std::errc() && end == text.data() + text.size();
    return whole && !text.empty() && text.front() != '-' ? std::optional(value) : std::nullopt;
}

template <std::size_t Count>
std::optional<int> index_in(const std::array<std::string_view, Count>& names,
                            std::string_view name) {
    const auto* const it = std::find_if(names.begin(), names.end(), [&](std::string_view known) {
        return base::equals_ignore_case(known, name);
    });
    return it != names.end() ? std::optional(static_cast<int>(it - names.begin())) : std::nullopt;
}

/// "01:05" or "01:05:34", as seconds of the day.
std::optional<int> time_of_day(std::string_view text) {
    const std::vector<std::string_view> parts = base::split(text, ':');
    if (parts.size() != 2 && parts.size() != 3) {
        return std::nullopt;
    }
    const std::optional<int> hour = number(parts[0]);
    const std::optional<int> minute = number(parts[1]);
    const std::optional<int> second = parts.size() == 3 ? number(parts[2]) : 0;
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    return *hour * 3600 + *minute * 60 + *second;
}

/// "+0200", as seconds east of UTC.
std::optional<int> zone_offset(std::string_view text) {
    const bool east = text.substr(0, 1) == "+";
    if (text.size() != 5 || (!east && text.front() != '-')) {
        return std::nullopt;
    }
    const std::optional<int> digits = number(text.substr(1));
    if (!digits || *digits > 1459 || *digits % 100 > 59) {
        return std::nullopt;
    }
    const int seconds = *digits / 100 * 3600 + *digits % 100 * 60;
    return east ? seconds : -seconds;
}

std::optional<base::UnixTime> date_from(int year, int month, int day, int second, int offset) {
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month + 1)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return base::UnixTime{days * 86400 + second - offset};
}

/// What follows the weekday: "Jan 3 01:05:34 [ZONE] 1996 [ZONE]" or "3 Jan 1996 01:05:34 [ZONE]".
std::optional<base::UnixTime> parse_date(const std::vector<std::string_view>& words,
                                         std::size_t first) {
    std::optional<int> month;
    std::optional<int> day;
    std::optional<int> second;
    std::optional<int> year;
    int offset = 0;
    const std::size_t end = std::min(words.size(), first + 7);
    for (std::size_t i = first; i < end; ++i) {
        const std::string_view word = words[i];
        if (const auto m = index_in(kMonths, word); m && !month) {
            month = m;
        } else if (const auto t = time_of_day(word); t && !second) {
            second = t;
        } else if (const auto n = number(word); n && !day && word.size() <= 2) {
            day = n;
        } else if (n && !year && word.size() == 4) {
            year = n;
        } else if (const auto z = zone_offset(word)) {
            offset = *z;
        }
    }
    if (!month || !day || !second || !year) {
        return std::nullopt;
    }
    return date_from(*year, *month, *day, *second, offset);
}

bool is_commit_id(std::string_view word) noexcept {
    return (word.size() == 40 || word.size() == 64) &&
           word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<base::UnixTime> find_date(const std::vector<std::string_view>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string_view day = words[i];
        if (day.size() == 4 && day.back() == ',') {
            day.remove_suffix(1);
        }
        if (index_in(kDays, day)) {
            if (const std::optional<base::UnixTime> date = parse_date(words, i + 1)) {
                return date;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

bool has_bare_cr(std::string_view line) noexcept {
    const std::size_t cr = line.find('\r');
    return cr != std::string_view::npos &&
           line.find_first_not_of('\r', cr) != std::string_view::npos;
}

std::optional<Postmark> parse_postmark(std::string_view line) {
    if (line.substr(0, kFrom.size()) != kFrom || has_bare_cr(line)) {
        return std::nullopt;
    }
    const std::vector<std::string_view> words = words_of(base::trim(line.substr(kFrom.size())));
    Postmark postmark;
    postmark.date = find_date(words);
    if (postmark.date) {
        const bool patch = is_commit_id(words.front()) && line.find(kPatchDate) != line.npos;
        postmark.shape = patch ? Postmark::Shape::Patch : Postmark::Shape::Dated;
        if (patch || postmark.date->seconds == 0) {
            postmark.date.reset();
        }
        return postmark;
    }
    postmark.shape = Postmark::Shape::Undated;
    const bool sender_alone =
        words.size() == 1 && (words[0] == "-" || words[0] == "MAILER-DAEMON" ||
                              words[0].find('@') != std::string_view::npos);
    return sender_alone ? std::optional(postmark) : std::nullopt;
}

bool is_header_line(std::string_view line) noexcept {
    std::size_t end = 0;
    while (end < line.size() && line[end] > 0x20 && line[end] < 0x7f && line[end] != ':') {
        ++end;
    }
    const std::size_t colon = std::min(line.find_first_not_of(" \t", end), line.size());
    return end > 0 && line.substr(colon, 1) == ":";
}

std::string make_postmark(std::optional<base::UnixTime> date) {
    using std::chrono::sys_days;
    constexpr std::int64_t kEndOf9999 = 253402300799;
    const std::int64_t seconds =
        date && date->seconds >= 0 && date->seconds <= kEndOf9999 ? date->seconds : 0;
    const sys_days day{std::chrono::days(seconds / 86400)};
    const std::chrono::year_month_day ymd{day};
    return fmt::format("{}{} {} {} {:2} {:02}:{:02}:{:02} {}\n", kFrom, kMboxrdSender,
                       kDays[std::chrono::weekday(day).c_encoding()],
                       kMonths[static_cast<unsigned>(ymd.month()) - 1],
                       static_cast<unsigned>(ymd.day()), seconds / 3600 % 24, seconds / 60 % 60,
                       seconds % 60, static_cast<int>(ymd.year()));
}

}  // namespace mbx::store
