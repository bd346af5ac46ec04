#include "migration/folder_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::migration {
namespace {

struct Step {
    bool matches = false;
    std::size_t length = 0;  // of the pattern's part
};

/// One character, '?' or [set] at the front of the pattern against `c`.
Step match_one(std::string_view pattern, char c) {
    if (pattern.front() == '?') {
        return {c != '/', 1};
    }
    const std::size_t end = pattern.front() == '[' ? pattern.find(']', 2) : std::string_view::npos;
    if (end == std::string_view::npos) {
        return {pattern.front() == c, 1};
    }
    const bool negated = pattern[1] == '!' || pattern[1] == '^';
    bool found = false;
    for (std::size_t i = negated ? 2 : 1; i < end; ++i) {
        if (i + 2 < end && pattern[i + 1] == '-') {
            found = found || (pattern[i] <= c && c <= pattern[i + 2]);
            i += 2;
        } else {
            found = found || pattern[i] == c;
        }
    }
    return {c != '/' && found != negated, end + 1};
}

bool is_inbox_prefix(std::string_view text) {
    return base::starts_with_ignore_case(text, "INBOX") && (text.size() == 5 || text[5] == '/');
}

std::string checked(std::string pattern) {
    if (pattern.empty()) {
        throw Error(ErrorCode::Usage, "empty folder pattern");
    }
    if (pattern.front() == '\\') {
        if (!base::equals_ignore_case(pattern, "\\Inbox") &&
            mail::special_use_from_attribute(pattern) == mail::SpecialUse::None) {
            throw Error(
                ErrorCode::Usage,
                "unknown special use \\" + base::escape(pattern.substr(1)) + " as folder pattern",
                "known are \\Inbox \\Sent \\Drafts \\Trash \\Junk \\Archive \\All \\Flagged "
                "\\Important");
        }
        return pattern;
    }
    if (pattern.back() == '/') {
        pattern.pop_back();
    }
    if (is_inbox_prefix(pattern)) {
        pattern.replace(0, 5, "INBOX");
    }
    return pattern;
}

mail::SpecialUse use_of_pattern(std::string_view pattern) {
    return base::equals_ignore_case(pattern, "\\Inbox") ? mail::SpecialUse::Inbox
                                                        : mail::special_use_from_attribute(pattern);
}

/// True when the pattern matches the path or a folder above it.
bool covers(const std::string& pattern, const mail::FolderPath& path, mail::SpecialUse use) {
    if (pattern.front() == '\\') {
        return use != mail::SpecialUse::None && use_of_pattern(pattern) == use;
    }
    mail::FolderPath above;
    return std::any_of(path.begin(), path.end(), [&](const std::string& name) {
        above.push_back(name);
        return glob_matches(pattern, mail::to_string(above));
    });
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
    // One place to come back to is enough, since a later star makes an earlier one moot; but for
    // each kind, since '**' reaches further than a '*' behind it.
    struct Retry {
        std::size_t pattern = std::string_view::npos;
        std::size_t path = 0;
    };
    Retry star;
    Retry star_star;
    std::size_t p = 0;
    std::size_t t = 0;
    while (p < pattern.size() || t < path.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            const bool wide = p + 1 < pattern.size() && pattern[p + 1] == '*';
            p += wide ? 2 : 1;
            (wide ? star_star : star) = {p, t};
            if (wide) {
                star = {};
            }
            continue;
        }
        if (p < pattern.size() && t < path.size()) {
            if (const Step step = match_one(pattern.substr(p), path[t]); step.matches) {
                p += step.length;
                ++t;
                continue;
            }
        }
        if (star.pattern != std::string_view::npos && star.path < path.size() &&
            path[star.path] != '/') {
            ++star.path;
            p = star.pattern;
            t = star.path;
        } else if (star_star.pattern != std::string_view::npos && star_star.path < path.size()) {
            ++star_star.path;
            p = star_star.pattern;
            t = star_star.path;
            star = {};
        } else {
            return false;
        }
    }
    return true;
}

FolderFilter::FolderFilter(std::vector<std::string> only, std::vector<std::string> except) {
    add(std::move(only), false);
    add(std::move(except), true);
}

void FolderFilter::add(std::vector<std::string> patterns, bool excludes) {
    for (std::string& pattern : patterns) {
        patterns_.push_back({checked(std::move(pattern)), excludes});
    }
}

bool FolderFilter::takes(const mail::FolderPath& path, mail::SpecialUse use) const {
    bool takes_some_only = false;
    bool is_among_them = false;
    bool is_excluded = false;
    for (const Pattern& pattern : patterns_) {
        const bool is_covered = covers(pattern.text, path, use);
        *pattern.has_covered = *pattern.has_covered || is_covered;
        (pattern.excludes ? is_excluded : is_among_them) |= is_covered;
        takes_some_only = takes_some_only || !pattern.excludes;
    }
    return (is_among_them || !takes_some_only) && !is_excluded;
}

std::vector<std::string> FolderFilter::idle_patterns() const {
    std::vector<std::string> idle;
    for (const Pattern& pattern : patterns_) {
        const bool is_rule = pattern.excludes && pattern.text.front() == '\\';
        if (!*pattern.has_covered && !is_rule) {
            idle.push_back(pattern.text);
        }
    }
    return idle;
}

void FolderFilter::expect_some(std::size_t folders) const {
    if (folders > 0 || takes_all()) {
        return;
    }
    std::vector<std::string> idle;
    for (const std::string& pattern : idle_patterns()) {
        idle.push_back("'" + base::escape(pattern) + "'");
    }
    throw Error(ErrorCode::NoInput,
                idle.empty() ? "--folder and --exclude leave no folder"
                             : fmt::format("no folder matches {}", fmt::join(idle, " or ")),
                "names are written as INBOX/Work; case counts");
}

}  // namespace mbx::migration
