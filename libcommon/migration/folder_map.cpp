#include "migration/folder_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::migration {
namespace {

constexpr std::string_view kOriginPrefix = "Mail folder: ";
constexpr std::string_view kHolderPrefix = "Holder of mail folders: ";
constexpr std::size_t kLongestName = 255;   // UTF-16 units
constexpr std::size_t kRoomForNumber = 10;  // " (1234567)"

struct OutlookFolder {
    mail::SpecialUse use;
    mapi::SpecialFolder special;
    std::string_view name;
};

constexpr std::array<OutlookFolder, 6> kOutlookFolders{{
    {mail::SpecialUse::Inbox, mapi::SpecialFolder::Inbox, "Inbox"},
    {mail::SpecialUse::Sent, mapi::SpecialFolder::SentItems, "Sent Items"},
    {mail::SpecialUse::Drafts, mapi::SpecialFolder::Drafts, "Drafts"},
    {mail::SpecialUse::Trash, mapi::SpecialFolder::DeletedItems, "Deleted Items"},
    {mail::SpecialUse::Junk, mapi::SpecialFolder::JunkEmail, "Junk E-mail"},
    // Outlook finds its archive folder by an entry of the account, not of the PST.
    {mail::SpecialUse::Archive, mapi::SpecialFolder::None, "Archive"},
}};

const OutlookFolder* outlook_folder(mail::SpecialUse use) {
    const auto* const it = std::find_if(kOutlookFolders.begin(), kOutlookFolders.end(),
                                        [&](const OutlookFolder& f) { return f.use == use; });
    return it != kOutlookFolders.end() ? it : nullptr;
}

std::string without_bad_bytes(std::string_view name) {
    std::string result;
    while (!name.empty()) {
        const base::DecodedCodePoint c = base::take_utf8(name);
        const bool control = c.code_point < 0x20 || (c.code_point >= 0x7F && c.code_point < 0xA0);
        base::append_utf8(result, control ? U'_' : c.code_point);
    }
    return result;
}

/// At most `limit` UTF-16 units, cut between characters.
std::string shortened(std::string_view name, std::size_t limit) {
    std::string result;
    std::size_t units = 0;
    while (!name.empty()) {
        const char32_t c = base::take_utf8(name).code_point;
        units += c > 0xFFFF ? 2 : 1;
        if (units > limit) {
            break;
        }
        base::append_utf8(result, c);
    }
    return result;
}

mail::FolderPath parent_of(const mail::FolderPath& path) {
    return {path.begin(), path.end() - 1};
}

/// What a folder is for, folder by folder; each use at most once.
class UseFinder {
  public:
    UseFinder(const std::vector<store::StoreFolder>& folders, const SpecialFolders& known) {
        claim(mail::kInboxPath, mail::SpecialUse::Inbox);
        for (const auto& [use, path] : known) {
            claim(path, use);
        }
        for (const store::StoreFolder& folder : folders) {
            claim(folder.path, folder.special_use);
        }
        const std::size_t depth = depth_of_suggestions(folders);
        for (const bool selectable : {true, false}) {
            for (const store::StoreFolder& folder : folders) {
                if (folder.path.size() == depth && folder.selectable == selectable) {
                    claim(folder.path, mail::special_use_from_name(folder.path.back()));
                }
            }
        }
    }

    mail::SpecialUse use_of(const mail::FolderPath& path) const {
        const auto it = uses_.find(path);
        return it != uses_.end() ? it->second : mail::SpecialUse::None;
    }

  private:
    /// Servers of one namespace "INBOX." have every folder below the Inbox.
    static std::size_t depth_of_suggestions(const std::vector<store::StoreFolder>& folders) {
        const bool all_below_inbox =
            std::all_of(folders.begin(), folders.end(), [](const store::StoreFolder& folder) {
                return folder.path.front() == mail::kInboxPath.front();
            });
        return all_below_inbox ? 2 : 1;
    }

    void claim(const mail::FolderPath& path, mail::SpecialUse use) {
        if (use != mail::SpecialUse::None && uses_.count(path) == 0 &&
            claimed_.insert(use).second) {
            uses_[path] = use;
        }
    }

    std::map<mail::FolderPath, mail::SpecialUse> uses_;
    std::set<mail::SpecialUse> claimed_;
};

class PstPlanner {
  public:
    PstPlanner(const std::vector<store::StoreFolder>& folders, const FolderFilter& filter,
               const SpecialFolders& known)
        : uses_(folders, known), filter_(filter) {
        for (const store::StoreFolder& folder : folders) {
            by_path_.emplace(folder.path, &folder);
            if (!folder.path.empty()) {
                in_order_.push_back(&folder);
            }
        }
    }

    std::vector<PstTarget> plan() {
        // Names that Outlook reserves at the top are given out first, whatever comes first.
        for (const OutlookFolder& known : kOutlookFolders) {
            // Outlook takes names that differ by case only for one.
            taken_[std::nullopt].insert(base::fold_case(known.name));
        }
        std::stable_sort(in_order_.begin(), in_order_.end(), [&](const auto* a, const auto* b) {
            return rank(a->path) < rank(b->path);
        });
        for (const store::StoreFolder* folder : in_order_) {
            if (taken_by_filter(folder->path)) {
                place(folder->path);
            }
        }
        filter_.expect_some(plan_.size());
        return std::move(plan_);
    }

  private:
    bool taken_by_filter(const mail::FolderPath& path) const {
        return filter_.takes(path, nearest_use(path));
    }

    /// Of the folder itself, or of the nearest special folder above it: "\Junk" stands for a
    /// subtree.
    mail::SpecialUse nearest_use(mail::FolderPath path) const {
        for (; !path.empty(); path.pop_back()) {
            if (const mail::SpecialUse use = uses_.use_of(path); use != mail::SpecialUse::None) {
                return use;
            }
        }
        return mail::SpecialUse::None;
    }

    int rank(const mail::FolderPath& path) const {
        switch (nearest_use(path)) {
            case mail::SpecialUse::Inbox:
                return 0;
            case mail::SpecialUse::Sent:
                return 1;
            default:
                return 2;
        }
    }

    /// The index in the plan of the folder, which is put there with all above it if need be.
    std::size_t place(const mail::FolderPath& path) {
        if (const auto it = placed_.find(path); it != placed_.end()) {
            return it->second;
        }
        PstTarget target;
        target.path = path;
        target.use = uses_.use_of(path);
        const OutlookFolder* outlook = outlook_folder(target.use);
        if (outlook == nullptr && path.size() > 1) {
            target.parent = place(parent_of(path));
        }
        if (const auto it = by_path_.find(path); it != by_path_.end()) {
            target.message_count = it->second->message_count;
            target.has_messages = it->second->selectable && taken_by_filter(path);
        } else {
            target.has_messages = false;
        }
        name(target, outlook);
        plan_.push_back(std::move(target));
        placed_[path] = plan_.size() - 1;
        return plan_.size() - 1;
    }

    void name(PstTarget& target, const OutlookFolder* outlook) {
        mapi::Folder& folder = target.folder;
        if (outlook != nullptr) {
            folder.special = outlook->special;
            folder.display_name = outlook->name;
        } else {
            folder.display_name = free_name(target.parent, pst_folder_name(target.path.back()));
        }
        const bool at_its_place = target.parent.has_value() || target.path.size() == 1 ||
                                  target.use == mail::SpecialUse::Inbox;
        const bool holder =
            by_path_.count(target.path) == 0 || !by_path_.at(target.path)->selectable;
        const bool same_name =
            folder.display_name == target.path.back() || target.use == mail::SpecialUse::Inbox;
        const bool always_there = folder.special == mapi::SpecialFolder::DeletedItems;
        if (!same_name || !at_its_place || holder || always_there) {
            folder.comment = origin_comment({target.path, !holder});
        }
    }

    std::string free_name(const std::optional<std::size_t>& parent, const std::string& name) {
        std::set<std::string>& taken = taken_[parent];
        std::string result = name;
        for (unsigned n = 2; !taken.insert(base::fold_case(result)).second; ++n) {
            result = fmt::format("{} ({})", shortened(name, kLongestName - kRoomForNumber), n);
        }
        return result;
    }

    UseFinder uses_;
    const FolderFilter& filter_;
    std::map<mail::FolderPath, const store::StoreFolder*> by_path_;
    std::vector<const store::StoreFolder*> in_order_;
    std::map<mail::FolderPath, std::size_t> placed_;
    std::map<std::optional<std::size_t>, std::set<std::string>> taken_;
    std::vector<PstTarget> plan_;
};

/// As mail::to_string, with bytes that are no UTF-8 as %XX, since a PST holds only text.
std::string text_of_path(const mail::FolderPath& path) {
    const std::string text = mail::to_string(path);
    std::string result;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view before = rest;
        const bool valid = base::take_utf8(rest).valid;
        for (const char c : before.substr(0, before.size() - rest.size())) {
            result +=
                valid ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

}  // namespace

bool shows_other_folders(mail::SpecialUse use) {
    return use == mail::SpecialUse::All || use == mail::SpecialUse::Flagged ||
           use == mail::SpecialUse::Important;
}

std::vector<PstTarget> plan_pst_folders(const std::vector<store::StoreFolder>& folders,
                                        const FolderFilter& filter, const SpecialFolders& known) {
    return PstPlanner(folders, filter, known).plan();
}

SpecialFolders missing_folders(const std::vector<store::StoreFolder>& folders,
                               const SpecialFolders& known) {
    SpecialFolders missing = known;
    for (const store::StoreFolder& folder : folders) {
        std::erase_if(missing, [&](const auto& entry) { return entry.second == folder.path; });
    }
    return missing;
}

std::string pst_folder_name(std::string_view name) {
    const std::string clean = shortened(without_bad_bytes(name), kLongestName);
    const std::string_view trimmed = base::trim(clean);
    return trimmed.empty() ? "_" : std::string(trimmed);
}

std::string origin_comment(const FolderOrigin& origin) {
    return std::string(origin.has_messages ? kOriginPrefix : kHolderPrefix) +
           text_of_path(origin.path);
}

std::optional<FolderOrigin> parse_origin_comment(std::string_view comment) {
    FolderOrigin origin;
    origin.has_messages = comment.substr(0, kOriginPrefix.size()) == kOriginPrefix;
    const std::string_view prefix = origin.has_messages ? kOriginPrefix : kHolderPrefix;
    if (comment.substr(0, prefix.size()) != prefix) {
        return std::nullopt;
    }
    try {
        origin.path = mail::parse_folder_path(comment.substr(prefix.size()));
    } catch (const Error&) {
        return std::nullopt;  // somebody has edited it
    }
    return origin;
}

}  // namespace mbx::migration
