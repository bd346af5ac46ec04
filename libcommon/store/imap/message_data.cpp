#include "store/imap/message_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct SystemFlag {
    std::string_view name;
    bool mail::Flags::*field;
};
constexpr std::array kSystemFlags{
    SystemFlag{"\\Seen", &mail::Flags::seen},
    SystemFlag{"\\Answered", &mail::Flags::answered},
    SystemFlag{"\\Flagged", &mail::Flags::flagged},
    SystemFlag{"\\Draft", &mail::Flags::draft},
    SystemFlag{"\\Deleted", &mail::Flags::deleted},
};

bool is_atom(std::string_view text) {
    constexpr std::string_view kSpecials = "(){%*\"\\] ";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
               kSpecials.find(c) == std::string_view::npos;
    });
}

template <typename T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc() && end == text.data() + text.size()
               ? std::optional(value)
               : std::nullopt;
}

/// Seconds east of Greenwich from "+0200".
std::optional<int> zone_offset(std::string_view text) {
    if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    const auto hours = number<int>(text.substr(1, 2));
    const auto minutes = number<int>(text.substr(3, 2));
    if (!hours || !minutes) {
        return std::nullopt;
    }
    return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes) * 60;
}

}  // namespace

void take_flags(const Element& list, mail::Message& message) {
    for (const Element& element : list.items) {
        if (!element.text.starts_with('\\')) {
            message.keywords.push_back(element.text);
            continue;
        }
        for (const SystemFlag& flag : kSystemFlags) {
            if (base::equals_ignore_case(element.text, flag.name)) {
                message.flags.*flag.field = true;
            }
        }
    }
}

bool PermanentFlags::allows(std::string_view flag) const {
    const bool listed = std::any_of(flags.begin(), flags.end(), [&](const std::string& known) {
        return base::equals_ignore_case(known, flag);
    });
    return listed || (new_keywords && !flag.starts_with('\\'));
}

PermanentFlags permanent_flags(const std::vector<Element>& arguments) {
    PermanentFlags result{{}, false};
    for (const Element& argument : arguments) {
        for (const Element& flag : argument.items) {
            if (flag.text == "\\*") {
                result.new_keywords = true;
            } else {
                result.flags.push_back(flag.text);
            }
        }
    }
    return result;
}

std::string flag_list(const mail::Message& message, const PermanentFlags& allowed,
                      std::vector<std::string>& dropped) {
    std::string result;
    const auto add = [&](std::string_view flag) {
        if (!allowed.allows(flag) || (!flag.starts_with('\\') && !is_atom(flag))) {
            dropped.emplace_back(flag);
            return;
        }
        result += result.empty() ? "" : " ";
        result += flag;
    };
    for (const SystemFlag& flag : kSystemFlags) {
        if (message.flags.*flag.field) {
            add(flag.name);
        }
    }
    for (const std::string& keyword : message.keywords) {
        add(keyword);
    }
    return "(" + result + ")";
}

std::optional<base::UnixTime> parse_internal_date(std::string_view text) {
    namespace ch = std::chrono;
    const std::vector<std::string_view> parts = base::split(base::trim(text), ' ');
    const std::vector<std::string_view> date = base::split(parts.front(), '-');
    if (parts.size() != 3 || date.size() != 3 || parts[1].size() != 8) {
        return std::nullopt;
    }
    const auto* const month = std::find_if(
        kMonths.begin(), kMonths.end(),
        [&](std::string_view name) { return base::equals_ignore_case(name, date[1]); });
    const auto day = number<unsigned>(date[0]);
    const auto year = number<int>(date[2]);
    const auto hour = number<int>(parts[1].substr(0, 2));
    const auto minute = number<int>(parts[1].substr(3, 2));
    const auto second = number<int>(parts[1].substr(6, 2));
    const auto zone = zone_offset(parts[2]);
    if (month == kMonths.end() || !day || !year || !hour || !minute || !second || !zone) {
        return std::nullopt;
    }
    const ch::year_month_day ymd{ch::year(*year),
                                 ch::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                 ch::day(*day)};
    if (!ymd.ok()) {
        return std::nullopt;
    }
    const auto days = ch::sys_days(ymd).time_since_epoch();
    return base::UnixTime{ch::duration_cast<ch::seconds>(days).count() + *hour * 3600 +
                          *minute * 60 + *second - *zone};
}

std::string internal_date(base::UnixTime time) {
    namespace ch = std::chrono;
    const ch::sys_seconds point{ch::seconds{time.seconds}};
    const auto day = ch::floor<ch::days>(point);
    const ch::year_month_day date{day};
    const ch::hh_mm_ss clock{point - day};
    return fmt::format(
        "\"{:02}-{}-{:04} {:02}:{:02}:{:02} +0000\"", static_cast<unsigned>(date.day()),
        kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
        clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string uid_set(const std::vector<std::uint32_t>& uids) {
    std::string result;
    for (std::size_t i = 0; i < uids.size();) {
        std::size_t last = i;
        while (last + 1 < uids.size() && uids[last + 1] == uids[last] + 1) {
            ++last;
        }
        result += result.empty() ? "" : ",";
        result +=
            last == i ? fmt::format("{}", uids[i]) : fmt::format("{}:{}", uids[i], uids[last]);
        i = last + 1;
    }
    return result;
}

std::optional<std::vector<std::uint32_t>> parse_uid_set(std::string_view text, std::size_t limit) {
    std::vector<std::uint32_t> result;
    for (const std::string_view part : base::split(text, ',')) {
        const std::size_t colon = part.find(':');
        auto first = number<std::uint32_t>(part.substr(0, colon));
        auto last =
            colon == std::string_view::npos ? first : number<std::uint32_t>(part.substr(colon + 1));
        if (!first || !last) {
            return std::nullopt;
        }
        if (*first > *last) {
            std::swap(first, last);
        }
        if (*last - *first >= limit - result.size()) {
            return std::nullopt;
        }
        for (std::uint64_t uid = *first; uid <= *last; ++uid) {
            result.push_back(static_cast<std::uint32_t>(uid));
        }
    }
    return result;
}

void UidRanges::add(std::uint32_t uid) {
    if (!ranges_.empty() && uid == std::uint64_t{ranges_.back().last} + 1) {
        ranges_.back().last = uid;
        return;
    }
    is_sorted_ = is_sorted_ && (ranges_.empty() || uid > ranges_.back().last);
    ranges_.push_back({uid, uid});
}

void UidRanges::sort() {
    if (std::exchange(is_sorted_, true)) {
        return;
    }
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    std::deque<Range> merged;
    for (const Range& range : ranges_) {
        if (!merged.empty() && range.first <= std::uint64_t{merged.back().last} + 1) {
            merged.back().last = std::max(merged.back().last, range.last);
        } else {
            merged.push_back(range);
        }
    }
    ranges_ = std::move(merged);
}

UidRanges UidRanges::from_numbers(std::string_view text) {
    UidRanges result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (const auto uid = number<std::uint32_t>(text.substr(0, end))) {
            result.add(*uid);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::optional<UidRanges> UidRanges::from_set(std::string_view text) {
    UidRanges result;
    for (const std::string_view part : base::split(text, ',')) {
        const std::size_t colon = part.find(':');
        const auto first = number<std::uint32_t>(part.substr(0, colon));
        const auto last =
            colon == std::string_view::npos ? first : number<std::uint32_t>(part.substr(colon + 1));
        if (!first || !last) {
            return std::nullopt;
        }
        result.ranges_.push_back({std::min(*first, *last), std::max(*first, *last)});
    }
    result.is_sorted_ = false;
    return result;
}

std::uint64_t UidRanges::count() {
    sort();
    std::uint64_t sum = 0;
    for (const Range& range : ranges_) {
        sum += std::uint64_t{range.last} - range.first + 1;
    }
    return sum;
}

std::vector<std::uint32_t> UidRanges::take(std::size_t most) {
    sort();
    std::vector<std::uint32_t> uids;
    while (uids.size() < most && !ranges_.empty()) {
        Range& range = ranges_.front();
        uids.push_back(range.first);
        if (range.first == range.last) {
            ranges_.pop_front();
        } else {
            ++range.first;
        }
    }
    return uids;
}

}  // namespace mbx::store::imap
