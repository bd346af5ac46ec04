#include "store/mbox_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "store/folder_walk.hpp"
#include "store/mbox_look.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLongestPath = 3500;  // leaves room below PATH_MAX for the root
constexpr std::string_view kSubfolders = ".sbd";
constexpr std::string_view kMbox = ".mbox";

constexpr std::string_view kPart = ".mbx-part";

/// Endings of files that mail programs keep beside their mboxes. No folder is written so.
constexpr std::array kCompanions{".msf"sv,  ".lock"sv, ".dat"sv, ".html"sv,
                                 ".json"sv, ".log"sv,  kPart};

/// More of them: a file of such a name is a folder all the same when it is an mbox, or empty.
constexpr std::array kSideEndings{".cmeta"sv,  ".ev-summary"sv, ".ev-summary-meta"sv,
                                  ".index"sv,  ".data"sv,       ".ids"sv,
                                  ".sorted"sv, ".toc"sv,        ".snm"sv,
                                  ".db"sv,     ".sqlite"sv,     ".sqlite-wal"sv,
                                  ".ini"sv,    ".plist"sv,      ".sieve"sv,
                                  ".svbin"sv,  ".sqlite-shm"sv, ".cache"sv};
constexpr std::array kSideStarts{"dovecot."sv,      "dovecot-"sv,          "courierimap"sv,
                                 "subscriptions"sv, "table_of_contents"sv, "Thumbs.db"sv};

bool ends_with(std::string_view text, std::string_view end) noexcept {
    return text.size() > end.size() &&
           base::equals_ignore_case(text.substr(text.size() - end.size()), end);
}

bool is_companion(std::string_view name) noexcept {
    return std::any_of(kCompanions.begin(), kCompanions.end(),
                       [&](std::string_view ending) { return ends_with(name, ending); });
}

bool is_side_file(std::string_view name) noexcept {
    return is_companion(name) ||
           std::any_of(kSideEndings.begin(), kSideEndings.end(),
                       [&](std::string_view ending) { return ends_with(name, ending); }) ||
           std::any_of(kSideStarts.begin(), kSideStarts.end(),
                       [&](std::string_view start) { return name.starts_with(start); });
}

bool is_hidden(std::string_view name) noexcept {
    return name.front() == '.';
}

std::string_view without(std::string_view name, std::string_view end) noexcept {
    return ends_with(name, end) ? name.substr(0, name.size() - end.size()) : name;
}

std::string write_name(const std::string& name, OwnEscapes own) {
    std::string result = escape_name(name, "", own);
    if (result.front() == '.') {
        result = escape_at(result, 0);
    }
    if (is_companion(result) || ends_with(result, kSubfolders) || ends_with(result, kMbox)) {
        result = escape_at(result, result.rfind('.'));
    }
    // What would be read as modified UTF-7 must not look so.
    return name_from_disk(result, false) == result ? result
                                                   : escape_name(result, "&", OwnEscapes::Keep);
}

std::vector<std::string> steps_to(const mail::FolderPath& names) {
    std::vector<std::string> steps;
    steps.reserve(names.size());
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        steps.push_back(fmt::format("{}{}", names[i], kSubfolders));
    }
    steps.push_back(names.back());
    return steps;
}

class Scanner {
  public:
    Scanner(Directory root, FolderTable& table, base::Diagnostics& diagnostics)
        : root_(std::move(root)),
          table_(table),
          diagnostics_(diagnostics),
          naming_(mbox_naming()) {}

    FolderWalk::Steps visit(const Directory& folder, const FolderWalk::Steps& steps,
                            const std::vector<DirectoryEntry>& entries) {
        FolderWalk::Steps below;
        for (const DirectoryEntry& entry : entries) {
            if (entry.kind == EntryKind::Folder) {
                below.push_back(entry.name);
            } else if (entry.kind == EntryKind::File) {
                add_file(folder, entry.name, steps);
            } else if (!is_hidden(entry.name) && !is_companion(entry.name) &&
                       !folder.is_broken_link(entry.name)) {
                report(base::Severity::Error, "not-followed", folder.path_of(entry.name),
                       "neither a file nor a folder (a symbolic link, say); it is left out");
            }
        }
        return below;
    }

  private:
    void add_file(const Directory& folder, const std::string& name,
                  const FolderWalk::Steps& place) {
        if (ends_with(name, kPart) || !is_mbox(folder, name)) {
            return;
        }
        mail::FolderPath names;
        for (const std::string& step : place) {
            names.push_back(name_from_disk(without(step, kSubfolders), false));
        }
        names.push_back(name_from_disk(without(name, kMbox), false));
        FolderWalk::Steps steps = place;
        steps.push_back(name);
        mail::FolderPath path = NameFile::path_of(root_, place, mbox_name_file(name),
                                                  with_inbox(std::move(names)), naming_);
        table_.add(std::move(path), std::move(steps), true, diagnostics_);
    }

    /// A file that cannot be read counts: reading its messages tells why. Hidden files and those
    /// that mail programs keep for themselves count when they begin as an mbox.
    bool is_mbox(const Directory& folder, const std::string& name) {
        const bool expected = !is_hidden(name) && !is_companion(name);
        try {
            const std::optional<base::File> file = folder.find_file(name);
            if (!file) {
                return false;
            }
            if (!expected || (is_side_file(name) && file->size() > 0)) {
                return starts_as_mbox(*file);
            }
            return is_mbox(*file);
        } catch (const Error&) {
            return expected;
        }
    }

    bool is_mbox(const base::File& file) {
        const MboxLook look = look_at_mbox(file);
        if (look == MboxLook::MayBeMail) {
            report(base::Severity::Error, "not-an-mbox", file.path(),
                   "is no mbox that can be read, but mail may be in it (compressed, damaged, or of "
                   "another kind); it is left out");
        } else if (look == MboxLook::Other) {
            report(base::Severity::Warning, "not-an-mbox", file.path(),
                   "is no mbox; it is left out");
        }
        return look == MboxLook::Mbox || look == MboxLook::Damaged;
    }

    void report(base::Severity severity, const char* id, std::string_view place, std::string text) {
        diagnostics_.report({severity, id, base::escape(place), std::move(text)});
    }

    Directory root_;
    FolderTable& table_;
    base::Diagnostics& diagnostics_;
    DiskNaming naming_;
};

}  // namespace

FolderTable scan_mbox_tree(const Directory& root, base::Diagnostics& diagnostics) {
    FolderTable table;
    Scanner scanner(root, table, diagnostics);
    FolderWalk(root, diagnostics)
        .run([&](const Directory& folder, const FolderWalk::Steps& steps,
                 const std::vector<DirectoryEntry>& entries) {
            return scanner.visit(folder, steps, entries);
        });
    return table;
}

DiskNaming mbox_naming() {
    const auto path_length = [](const mail::FolderPath& names) {
        return fmt::format("{}", fmt::join(steps_to(names), "/")).size();
    };
    const auto name_length = [](const std::string& name) { return name.size(); };
    const NameEscape escape('%', write_name);
    return {escape, escape,
            PathLimits{kLongestPath, kLongestFileName - kSubfolders.size() - kMbox.size(),
                       path_length, name_length}};
}

std::vector<std::string> mbox_steps_of(const mail::FolderPath& path) {
    return steps_to(mbox_naming().encode(path));
}

std::string mbox_name_file(std::string_view mbox) {
    // The name itself may be as long as a file name can be.
    return fmt::format(".{}.mbx-name", base::to_hex(base::sha256(base::as_bytes(mbox))));
}

}  // namespace mbx::store
