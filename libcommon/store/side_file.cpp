#include "store/side_file.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

constexpr std::array kCompanionEndings{".msf"sv,  ".lock"sv, ".dat"sv,     ".html"sv,
                                       ".json"sv, ".log"sv,  ".mbx-part"sv};

constexpr std::array kSideEndings{".cmeta"sv,  ".ev-summary"sv, ".ev-summary-meta"sv,
                                  ".index"sv,  ".data"sv,       ".ids"sv,
                                  ".sorted"sv, ".toc"sv,        ".snm"sv,
                                  ".db"sv,     ".sqlite"sv,     ".sqlite-wal"sv,
                                  ".ini"sv,    ".plist"sv,      ".sieve"sv,
                                  ".svbin"sv,  ".sqlite-shm"sv, ".cache"sv};

constexpr std::array kSideStarts{"dovecot."sv,
                                 "dovecot-"sv,
                                 "courierimap"sv,
                                 "courierpop3"sv,
                                 "maildirsize"sv,
                                 "maildirfolder"sv,
                                 "shared-maildirs"sv,
                                 "sqwebmail-"sv,
                                 "table_of_contents"sv,
                                 "mbx-folder-name"sv,
                                 "subscriptions"sv,
                                 "Thumbs.db"sv,
                                 ".nfs"sv};

template <std::size_t Count>
bool has_any_ending(std::string_view name, const std::array<std::string_view, Count>& endings) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return has_ending(name, ending); });
}

}  // namespace

bool is_hidden(std::string_view name) noexcept {
    return name.front() == '.';
}

bool has_ending(std::string_view name, std::string_view ending) noexcept {
    return name.size() > ending.size() &&
           base::equals_ignore_case(name.substr(name.size() - ending.size()), ending);
}

bool is_companion(std::string_view name) noexcept {
    return has_any_ending(name, kCompanionEndings);
}

bool is_side_file(std::string_view name) noexcept {
    return is_companion(name) || has_any_ending(name, kSideEndings) ||
           std::any_of(kSideStarts.begin(), kSideStarts.end(),
                       [&](std::string_view start) { return name.starts_with(start); });
}

}  // namespace mbx::store
