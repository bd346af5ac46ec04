#include "store/maildir_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/modified_utf7.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "store/folder_walk.hpp"
#include "store/side_file.hpp"
#include "store/stray_file.hpp"

namespace mbx::store {
namespace {

constexpr std::uint64_t kLargestSubscriptions = 16 * 1024 * 1024;
constexpr std::string_view kVersion2 = "V\t2";  // Dovecot 2.3: levels parted by tabs

/// Names that mean something else in a Maildir folder.
constexpr std::array<std::string_view, 12> kReserved{"cur",
                                                     "new",
                                                     "tmp",
                                                     "subscriptions",
                                                     "maildirsize",
                                                     "maildirfolder",
                                                     "dovecot-acl",
                                                     "dovecot-keywords",
                                                     "dovecot-uidlist",
                                                     "dovecot-uidvalidity",
                                                     "courierimapkeywords",
                                                     "courierimaphieracl"};

bool is_maildir(const Directory& folder) {
    return folder.find_folder("cur") || folder.find_folder("new");
}

bool is_reserved(std::string_view name) {
    return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

/// A folder as found: where, and its names as they are on disk.
struct Found {
    std::vector<std::string> steps;
    std::vector<std::string> names;
    bool nested = false;
    bool readable = true;
};

/// ".A.B" → "A", "B". A dot too many stays with the name behind it: ".A..B" → "A", ".B".
std::vector<std::string> names_of_dotted(std::string_view file_name) {
    std::vector<std::string> names;
    std::string dots;
    for (const std::string_view part : base::split(file_name.substr(1), '.')) {
        if (part.empty()) {
            dots += '.';
        } else {
            names.push_back(std::exchange(dots, {}) + std::string(part));
        }
    }
    if (names.empty()) {
        names.push_back(std::exchange(dots, {}));
    }
    names.back() += dots;
    return names;
}

Found found_at(const FolderWalk::Steps& steps) {
    Found found{steps, {}, !is_hidden(steps.back())};
    for (const std::string& step : steps) {
        const std::vector<std::string> names =
            is_hidden(step) ? names_of_dotted(step) : std::vector<std::string>{step};
        found.names.insert(found.names.end(), names.begin(), names.end());
    }
    return found;
}

/// What a folder of the tree is to the mailbox.
enum class Place {
    Maildir,  ///< a folder of the mailbox
    Half,     ///< cur or new: its files are messages
    Lost,     ///< further down, where no mail program looks
    Between,  ///< holds folders only
    Foreign,  ///< begins with a dot, but is no Maildir: something else has made it
};

/// The step that leads into cur or new.
FolderWalk::Steps::const_iterator half_in(const FolderWalk::Steps& steps) {
    return std::find_if(steps.begin(), steps.end(),
                        [](const std::string& step) { return step == "cur" || step == "new"; });
}

Place place_of(const Directory& folder, const FolderWalk::Steps& steps) {
    const auto half = half_in(steps);
    if (half != steps.end()) {
        return half + 1 == steps.end() ? Place::Half : Place::Lost;
    }
    if (is_maildir(folder)) {
        return Place::Maildir;
    }
    return !steps.empty() && is_hidden(steps.back()) ? Place::Foreign : Place::Between;
}

FolderWalk::Steps folders_below(Place place, const std::vector<DirectoryEntry>& entries) {
    FolderWalk::Steps below;
    const bool has_tmp = place == Place::Maildir || place == Place::Between;
    for (const DirectoryEntry& entry : entries) {
        if (entry.kind == EntryKind::Folder && place != Place::Foreign &&
            !(has_tmp && entry.name == "tmp")) {
            below.push_back(entry.name);
        }
    }
    return below;
}

void report_strays(const Directory& folder, Place place, const std::vector<DirectoryEntry>& entries,
                   base::Diagnostics& diagnostics) {
    for (const DirectoryEntry& entry : entries) {
        if (entry.kind == EntryKind::Folder || place == Place::Half) {
            continue;
        }
        const bool may_be_folder = place == Place::Between && folder.is_broken_link(entry.name);
        const bool is_of_mailbox = place == Place::Maildir || place == Place::Lost || may_be_folder;
        report_stray(folder, entry, is_of_mailbox ? StrayPlace::Mailbox : StrayPlace::Foreign,
                     diagnostics);
    }
}

std::vector<Found> find_folders(const Directory& root, base::Diagnostics& diagnostics) {
    std::vector<Found> found;
    const auto visit = [&](const Directory& folder, const FolderWalk::Steps& steps,
                           const std::vector<DirectoryEntry>& entries) {
        const Place place = place_of(folder, steps);
        if (place == Place::Maildir && !steps.empty()) {
            found.push_back(found_at(steps));
        }
        report_strays(folder, place, entries, diagnostics);
        return folders_below(place, entries);
    };
    const auto unreadable = [&](const FolderWalk::Steps& steps) {
        const auto half = half_in(steps);
        if (half == steps.end()) {
            found.push_back(found_at(steps));
            found.back().readable = false;
        }
        return half == steps.end() || half + 1 == steps.end();
    };
    FolderWalk(root, diagnostics).run(visit, unreadable);
    return found;
}

/// The names in the subscription files of Dovecot and Courier.
class Subscriptions {
  public:
    explicit Subscriptions(const Directory& root) {
        load(root, kSubscriptions);
        load(root, "courierimapsubscribed");
    }

    /// Without a file everything counts as subscribed.
    bool has(const Found& folder) const {
        const char* separator = folder.nested ? "/" : ".";
        const std::string name = fmt::format("{}", fmt::join(folder.names, separator));
        return !any_file_ || lines_.count(name) != 0 || lines_.count("INBOX." + name) != 0 ||
               lines_.count(fmt::format("{}", fmt::join(folder.names, "\t"))) != 0;
    }

  private:
    void load(const Directory& root, const char* file_name) {
        const std::string content = root.read_file(file_name, kLargestSubscriptions);
        for (const std::string_view line : base::split(content, '\n')) {
            if (!line.empty()) {
                lines_.emplace(line);
            }
        }
        any_file_ = any_file_ || !content.empty();
    }

    std::set<std::string, std::less<>> lines_;
    bool any_file_ = false;
};

bool has_utf8_names(const std::vector<Found>& found) {
    return std::any_of(found.begin(), found.end(), [](const Found& folder) {
        return std::any_of(folder.names.begin(), folder.names.end(), [](const std::string& name) {
            return !base::is_ascii(name) && base::is_valid_utf8(name);
        });
    });
}

std::string in_file_name(std::string_view name, bool utf8) {
    return utf8 ? std::string(name) : base::encode_modified_utf7(name);
}

}  // namespace

std::vector<std::string> MaildirNaming::steps_of(const mail::FolderPath& path) const {
    return path == mail::kInboxPath ? std::vector<std::string>() : steps(on_disk().encode(path));
}

std::vector<std::string> MaildirNaming::steps(const mail::FolderPath& names) const {
    std::vector<std::string> result;
    result.reserve(names.size());
    for (const std::string& name : names) {
        result.push_back(in_file_name(name, utf8));
    }
    return nested ? result : std::vector{fmt::format(".{}", fmt::join(result, "."))};
}

DiskNaming MaildirNaming::on_disk() const {
    const auto write = [naming = *this](bool is_top) {
        return [naming, is_top](const std::string& name, OwnEscapes own) {
            return naming.write_name(name, is_top, own);
        };
    };
    const auto path_length = [naming = *this](const mail::FolderPath& names) {
        return fmt::format("{}", fmt::join(naming.steps(names), "/")).size();
    };
    const auto name_length = [is_utf8 = utf8](const std::string& name) {
        return in_file_name(name, is_utf8).size();
    };
    return {NameEscape('%', write(true)), NameEscape('%', write(false)),
            PathLimits{nested ? kLongestPath : kLongestFileName,
                       nested ? kLongestFileName : kLongestFileName - 1, path_length, name_length}};
}

std::string MaildirNaming::write_name(const std::string& name, bool is_top, OwnEscapes own) const {
    std::string result = escape_name(name, nested ? "" : ".", own);
    const char first = result.front();
    if ((nested && (first == '.' || is_reserved(result))) || (is_top && first == '~')) {
        result = escape_at(result, 0);
    }
    if (utf8 && name_from_disk(result, true) != result) {
        result = escape_name(result, "&", OwnEscapes::Keep);
    }
    return result;
}

std::string MaildirNaming::subscription_of(const mail::FolderPath& path) const {
    if (path == mail::kInboxPath) {
        return "INBOX";
    }
    const std::string name = fmt::format("{}", fmt::join(steps_of(path), "/"));
    return nested ? name : name.substr(1);
}

MaildirTree scan_maildir(const Directory& root, base::Diagnostics& diagnostics) {
    const std::vector<Found> found = find_folders(root, diagnostics);
    MaildirTree tree;
    tree.naming.utf8 = has_utf8_names(found);
    const bool any_readable = std::any_of(found.begin(), found.end(),
                                          [](const Found& folder) { return folder.readable; });
    tree.naming.nested =
        any_readable && std::all_of(found.begin(), found.end(), [](const Found& folder) {
            return folder.nested || !folder.readable;
        });
    if (is_maildir(root)) {
        tree.folders.add(mail::kInboxPath, {}, true, diagnostics);
    } else if (!any_readable) {
        return tree;
    }
    const Subscriptions subscriptions(root);
    const DiskNaming naming = tree.naming.on_disk();
    for (const Found& folder : found) {
        mail::FolderPath on_disk;
        for (const std::string& name : folder.names) {
            on_disk.push_back(name_from_disk(name, tree.naming.utf8));
        }
        const bool subscribed = subscriptions.has(folder);
        tree.folders.add(NameFile::path_of(root, folder.steps, kMaildirNameFile, on_disk, naming),
                         folder.steps, subscribed, diagnostics);
    }
    return tree;
}

void subscribe(const Directory& root, const MaildirNaming& naming, const mail::FolderPath& path) {
    std::string content = root.read_file(kSubscriptions, kLargestSubscriptions);
    std::string line = naming.subscription_of(path);
    if (content.substr(0, kVersion2.size()) == kVersion2) {
        std::replace(line.begin(), line.end(), naming.separator(), '\t');
    }
    const std::vector<std::string_view> lines = base::split(content, '\n');
    if (std::find(lines.begin(), lines.end(), line) != lines.end()) {
        return;
    }
    if (!content.empty() && content.back() != '\n') {
        content += '\n';
    }
    root.replace_file(kSubscriptions, content + line + '\n');
}

}  // namespace mbx::store
