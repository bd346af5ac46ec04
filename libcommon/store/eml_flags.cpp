#include "store/eml_flags.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

#include "base/error.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "store/disk_names.hpp"
#include "store/maildir_name.hpp"

namespace mbx::store {
namespace {

constexpr std::uint64_t kLargestFile = 1024 * 1024 * 1024;

/// Keywords with what parts them as %XX.
std::string joined(const std::vector<std::string>& keywords) {
    std::string result;
    for (const std::string& keyword : keywords) {
        result += (result.empty() ? "" : " ") + escape_name(keyword, " ");
    }
    return result;
}

/// "2026-11-23T05:48:08Z", as base::iso8601 writes it.
std::optional<base::UnixTime> parse_iso8601(std::string_view text) {
    namespace ch = std::chrono;
    std::array<int, 6> parts{};  // year, month, day, hour, minute, second
    constexpr std::string_view kEnds = "--T::Z";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [end, failure] =
            std::from_chars(text.data(), text.data() + text.size(), parts[i]);
        if (failure != std::errc() || end == text.data() + text.size() || *end != kEnds[i]) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    }
    const auto& [year, month, day, hour, minute, second] = parts;
    const ch::year_month_day date{ch::year(year), ch::month(static_cast<unsigned>(month)),
                                  ch::day(static_cast<unsigned>(day))};
    if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    const std::int64_t days = ch::sys_days(date).time_since_epoch().count();
    return base::UnixTime{days * 86400 + hour * 3600 + minute * 60 + second};
}

std::optional<EmlFlags> parse_line(const std::vector<std::string_view>& fields) {
    if (fields.size() != 4 || fields[0].empty()) {
        return std::nullopt;
    }
    EmlFlags result;
    result.flags = flags_of_letters(fields[1]);
    for (const std::string_view keyword : base::split(fields[2], ' ')) {
        if (!keyword.empty()) {
            result.keywords.push_back(base::percent_decoded(keyword));
        }
    }
    if (fields[3] != "-") {
        result.internal_date = parse_iso8601(fields[3]);
        if (!result.internal_date) {
            return std::nullopt;
        }
    }
    return result;
}

}  // namespace

std::string eml_flags_line(const std::string& file_name, const mail::Message& message) {
    return fmt::format("{}\t{}\t{}\t{}\n", file_name, letters_of_flags(message.flags, false),
                       joined(message.keywords),
                       message.internal_date ? base::iso8601(*message.internal_date) : "-");
}

std::map<std::string, EmlFlags, std::less<>> load_eml_flags(const Directory& folder,
                                                            base::Diagnostics& diagnostics) {
    std::map<std::string, EmlFlags, std::less<>> result;
    const std::string content = folder.read_file(kEmlFlagsFile, kLargestFile);
    std::size_t number = 0;
    for (const std::string_view line : base::split(content, '\n')) {
        ++number;
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::vector<std::string_view> fields = base::split(line, '\t');
        if (std::optional<EmlFlags> flags = parse_line(fields)) {
            result[std::string(fields[0])] = *std::move(flags);
        } else {
            diagnostics.report(
                {base::Severity::Warning, "flags-damaged",
                 base::escape(folder.path_of(kEmlFlagsFile)),
                 fmt::format("line {} cannot be read: '{}'", number, base::escape(line, 80))});
        }
    }
    return result;
}

}  // namespace mbx::store
