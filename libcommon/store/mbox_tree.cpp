#include "store/mbox_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "store/folder_walk.hpp"
#include "store/mbox_look.hpp"
#include "store/side_file.hpp"
#include "store/stray_file.hpp"

namespace mbx::store {
namespace {

constexpr std::string_view kSubfolders = ".sbd";
constexpr std::string_view kMbox = ".mbox";
constexpr std::string_view kPart = ".mbx-part";

std::string_view without(std::string_view name, std::string_view end) noexcept {
    return has_ending(name, end) ? name.substr(0, name.size() - end.size()) : name;
}

std::string write_name(const std::string& name, OwnEscapes own) {
    std::string result = escape_name(name, "", own);
    if (result.front() == '.') {
        result = escape_at(result, 0);
    }
    if (is_companion(result) || has_ending(result, kSubfolders) || has_ending(result, kMbox)) {
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
        const bool is_hidden_place = std::any_of(steps.begin(), steps.end(), is_hidden);
        FolderWalk::Steps below;
        for (const DirectoryEntry& entry : entries) {
            if (entry.kind == EntryKind::Folder) {
                below.push_back(entry.name);
            } else if (is_mbox(folder, entry, !is_hidden_place && !is_hidden(entry.name))) {
                add_mbox(entry.name, steps);
            } else {
                report_stray(folder, entry,
                             is_hidden_place ? StrayPlace::Foreign : StrayPlace::Mailbox,
                             diagnostics_);
            }
        }
        return below;
    }

  private:
    void add_mbox(const std::string& name, const FolderWalk::Steps& place) {
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
    static bool is_mbox(const Directory& folder, const DirectoryEntry& entry, bool expected) {
        const std::string& name = entry.name;
        if (entry.kind != EntryKind::File || has_ending(name, kPart)) {
            return false;
        }
        try {
            const std::optional<base::File> file = folder.find_file(name);
            if (!file) {
                return false;
            }
            if (!expected || is_companion(name) || (is_side_file(name) && file->size() > 0)) {
                return starts_as_mbox(*file);
            }
            return look_at_mbox(*file) != MboxLook::None;
        } catch (const Error&) {
            return expected && !is_companion(name);
        }
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
