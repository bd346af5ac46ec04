#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "base/text.hpp"
#include "migration/folder_map.hpp"

namespace mbx::migration {
namespace {

using mail::FolderPath;
using mail::SpecialUse;
using mapi::SpecialFolder;

struct MailFolder {
    SpecialUse use;
    SpecialFolder special;
    std::string_view usual_name;
};

constexpr std::array<MailFolder, 5> kMailFolders{{
    {SpecialUse::Sent, SpecialFolder::SentItems, "Sent"},
    {SpecialUse::Drafts, SpecialFolder::Drafts, "Drafts"},
    {SpecialUse::Trash, SpecialFolder::DeletedItems, "Trash"},
    {SpecialUse::Junk, SpecialFolder::JunkEmail, "Junk"},
    {SpecialUse::Archive, SpecialFolder::None, "Archive"},
}};

// What Outlook calls its Inbox, for files that do not mark it; as base::fold_case has it.
constexpr std::string_view kInboxNames[] = {
    "inbox",
    "posteingang",
    "boîte de réception",
    "bandeja de entrada",
    "posta in arrivo",
    "postvak in",
    "caixa de entrada",
    "a receber",
    "inkorgen",
    "indbakke",
    "innboks",
    "saapuneet",
    "skrzynka odbiorcza",
    "doručená pošta",
    "beérkezett üzenetek",
    "входящие",
    "вхідні",
    "вхідна пошта",
    "входящи",
    "mesaje primite",
    "gelen kutusu",
    "εισερχόμενα",
    "受信トレイ",
    "收件箱",
    "收件匣",
    "받은 편지함",
    "תיבת דואר נכנס",
    "علبة الوارد",
    "prejeto",
    "ulazna pošta",
    "sisendkaust",
    "iesūtne",
    "gautieji",
    "hộp thư đến",
    "kotak masuk",
    "กล่องจดหมายเข้า",
    "prijemno sanduče",
    "пријемно сандуче",
};

bool is_inbox_name(std::string_view name) {
    const std::string lower = base::fold_case(base::trim(name));
    return std::find(std::begin(kInboxNames), std::end(kInboxNames), lower) !=
           std::end(kInboxNames);
}

SpecialUse use_of(SpecialFolder special) {
    if (special == SpecialFolder::Inbox) {
        return SpecialUse::Inbox;
    }
    const auto* const it = std::find_if(kMailFolders.begin(), kMailFolders.end(),
                                        [&](const MailFolder& f) { return f.special == special; });
    return special != SpecialFolder::None && it != kMailFolders.end() ? it->use : SpecialUse::None;
}

bool holds_mail(const mapi::Folder& folder) {
    const std::string& kind = folder.container_class;
    return kind.empty() || base::starts_with_ignore_case(kind, "IPF.Note") ||
           base::equals_ignore_case(kind, "IPF") || base::equals_ignore_case(kind, "IPF.Imap");
}

std::string shown_name(const mapi::Folder& folder) {
    return folder.display_name.empty() ? std::string("(no name)") : folder.display_name;
}

/// True when `now` is what plan_pst_folders made of `given`: itself, or with a number behind it.
bool is_name_given(const std::string& now, const std::string& given) {
    const std::size_t number = now.rfind(" (");
    if (now == given || number == std::string::npos || now.back() != ')') {
        return now == given;
    }
    const bool was_cut = number > 200 && number < given.size();
    return (number == given.size() || was_cut) && given.compare(0, number, now, 0, number) == 0;
}

/// The mail name of a folder below its parent: that of its origin, unless it was renamed since.
std::string mail_name(const mapi::Folder& folder, const std::optional<FolderOrigin>& origin) {
    if (origin && is_name_given(folder.display_name, pst_folder_name(origin->path.back()))) {
        return origin->path.back();
    }
    return folder.display_name.empty() ? "Folder" : folder.display_name;
}

class MailPlanner {
  public:
    MailPlanner(const std::vector<pst::PstFolder>& folders,
                const std::vector<store::StoreFolder>& destination,
                const std::function<FolderPath(const FolderPath&)>& possible_name,
                const MailPlanOptions& options)
        : folders_(folders),
          destination_(destination),
          possible_name_(possible_name),
          options_(options) {}

    MailPlan plan() {
        find_uses();
        place_special_folders();
        for (std::size_t i = 0; i < folders_.size(); ++i) {
            place(i);
        }
        std::stable_sort(plan_.folders.begin(), plan_.folders.end(),
                         [&](const MailTarget& a, const MailTarget& b) {
                             return rank_.at(a.nid.value) < rank_.at(b.nid.value);
                         });
        options_.filter.expect_some(plan_.folders.size());
        return std::move(plan_);
    }

  private:
    /// Marked folders first; then, at the top, what names suggest of the uses that are left.
    void find_uses() {
        std::set<SpecialUse> claimed;
        const auto claim = [&](const pst::PstFolder& folder, SpecialUse use) {
            if (use != SpecialUse::None && uses_.count(folder.nid.value) == 0 &&
                claimed.insert(use).second) {
                uses_[folder.nid.value] = use;
            }
        };
        for (const pst::PstFolder& folder : folders_) {
            by_nid_[folder.nid.value] = &folder;
            claim(folder, use_of(folder.folder.special));
        }
        for (const pst::PstFolder& folder : folders_) {
            if (is_at_top(folder) && !folder.hidden && !folder.search &&
                holds_mail(folder.folder)) {
                const std::string& name = folder.folder.display_name;
                claim(folder,
                      is_inbox_name(name) ? SpecialUse::Inbox : mail::special_use_from_name(name));
            }
        }
    }

    bool is_at_top(const pst::PstFolder& folder) const {
        const auto parent = by_nid_.find(folder.parent.value);
        return folder.below_ipm_subtree &&
               (parent == by_nid_.end() || !parent->second->below_ipm_subtree);
    }

    /// Before all others, so that an ordinary folder of the same name gives way to them.
    void place_special_folders() {
        for (const pst::PstFolder& folder : folders_) {
            if (const auto use = uses_.find(folder.nid.value); use != uses_.end()) {
                paths_[folder.nid.value] = claim_path(special_path(folder, use->second));
            }
        }
    }

    FolderPath special_path(const pst::PstFolder& folder, SpecialUse use) const {
        if (use == SpecialUse::Inbox) {
            return mail::kInboxPath;
        }
        if (const auto it = options_.known.find(use); it != options_.known.end()) {
            return it->second;
        }
        for (const store::StoreFolder& there : destination_) {
            if (there.special_use == use) {
                return there.path;
            }
        }
        const auto origin = parse_origin_comment(folder.folder.comment);
        if (origin && exists(origin->path)) {
            return origin->path;
        }
        for (const store::StoreFolder& there : destination_) {
            if (there.path.size() == 1 && there.selectable &&
                mail::special_use_from_name(there.path.back()) == use) {
                return there.path;
            }
        }
        if (origin) {
            return origin->path;
        }
        const auto* const usual = std::find_if(kMailFolders.begin(), kMailFolders.end(),
                                               [&](const MailFolder& f) { return f.use == use; });
        return {std::string(usual->usual_name)};
    }

    bool exists(const FolderPath& path) const {
        return std::any_of(destination_.begin(), destination_.end(),
                           [&](const store::StoreFolder& there) { return there.path == path; });
    }

    /// `path` as the destination can hold it, or with a number when another folder has that place.
    FolderPath claim_path(FolderPath path) {
        const std::string name = path.back();
        for (unsigned n = 2;; ++n) {
            FolderPath possible = path == mail::kInboxPath ? path : possible_name_(path);
            if (taken_.insert(possible).second) {
                return possible;
            }
            path.back() = fmt::format("{} ({})", name, n);
        }
    }

    const char* reason_to_skip(const pst::PstFolder& folder) const {
        if (folder.search) {
            return "search folder";
        }
        if (folder.hidden) {
            return "hidden";
        }
        // What would lie below a lost folder is not known.
        if (!folder.below_ipm_subtree && !is_subtree_with_messages(folder) && folder.lost.empty()) {
            return "not a folder that people see";
        }
        if (options_.mail_only && !holds_mail(folder.folder)) {
            return "does not hold mail";
        }
        return nullptr;
    }

    /// Messages may lie in the IPM subtree folder itself: Outlook lets people drop them there.
    bool is_subtree_with_messages(const pst::PstFolder& folder) const {
        return folder.message_count > 0 &&
               std::any_of(folders_.begin(), folders_.end(), [&](const pst::PstFolder& child) {
                   return child.parent == folder.nid && child.below_ipm_subtree;
               });
    }

    void place(std::size_t index) {
        const pst::PstFolder& folder = folders_[index];
        const auto parent = by_nid_.find(folder.parent.value);
        const bool top = !folder.below_ipm_subtree || is_at_top(folder);
        const std::string above =
            top || parent == by_nid_.end() ? std::string() : pst_paths_[folder.parent.value] + "/";
        const std::string pst_path = above + shown_name(folder.folder);
        pst_paths_[folder.nid.value] = pst_path;
        const bool parent_skipped = !top && skipped_.count(folder.parent.value) != 0;
        const char* const reason =
            parent_skipped ? "below a folder that is left out" : reason_to_skip(folder);
        if (reason != nullptr) {
            skip(folder, pst_path, reason);
            return;
        }
        if (!folder.lost.empty()) {
            add_lost(folder, pst_path, top);
            return;
        }
        add(folder, pst_path, top);
    }

    void add_lost(const pst::PstFolder& folder, const std::string& pst_path, bool top) {
        FolderPath path = top ? FolderPath() : paths_[folder.parent.value];
        path.push_back(shown_name(folder.folder));
        if (options_.filter.takes(path, SpecialUse::None)) {
            plan_.lost.push_back({folder.nid, pst_path, folder.lost});
        } else {
            plan_.skipped.push_back({folder.nid, pst_path, 0, "left out on request"});
        }
    }

    void skip(const pst::PstFolder& folder, const std::string& pst_path, const char* reason) {
        skipped_.insert(folder.nid.value);
        plan_.skipped.push_back({folder.nid, pst_path, folder.message_count, reason});
    }

    void add(const pst::PstFolder& folder, const std::string& pst_path, bool top) {
        const std::uint32_t nid = folder.nid.value;
        const auto origin = parse_origin_comment(folder.folder.comment);
        if (paths_.count(nid) == 0) {
            FolderPath path = top ? FolderPath() : paths_[folder.parent.value];
            path.push_back(mail_name(folder.folder, origin));
            paths_[nid] = claim_path(std::move(path));
        }
        MailTarget target;
        target.nid = folder.nid;
        target.pst_path = pst_path;
        target.path = paths_[nid];
        target.special = folder.folder.special;
        target.message_count = folder.message_count;
        const auto use = uses_.find(nid);
        target.use = use != uses_.end() ? use->second : SpecialUse::None;
        // "\Junk" as a pattern, and the order of import, stand for a subtree.
        const SpecialUse nearest =
            target.use != SpecialUse::None || top ? target.use : nearest_[folder.parent.value];
        nearest_[nid] = nearest;
        rank_[nid] = nearest == SpecialUse::Inbox ? 0 : nearest == SpecialUse::Sent ? 1 : 2;
        if (target.special == SpecialFolder::None && use != uses_.end()) {
            target.special = special_of(use->second);
        }
        if (!options_.filter.takes(target.path, nearest)) {
            plan_.skipped.push_back(
                {folder.nid, pst_path, folder.message_count, "left out on request"});
            return;
        }
        target.wanted =
            folder.message_count > 0 || (origin ? origin->has_messages : !is_always_there(target));
        plan_.folders.push_back(std::move(target));
    }

    /// Every PST has Deleted Items, whether the mailbox had such a folder or not.
    static bool is_always_there(const MailTarget& target) {
        return target.special == SpecialFolder::DeletedItems;
    }

    static SpecialFolder special_of(SpecialUse use) {
        if (use == SpecialUse::Inbox) {
            return SpecialFolder::Inbox;
        }
        const auto* const it = std::find_if(kMailFolders.begin(), kMailFolders.end(),
                                            [&](const MailFolder& f) { return f.use == use; });
        return it != kMailFolders.end() ? it->special : SpecialFolder::None;
    }

    const std::vector<pst::PstFolder>& folders_;
    const std::vector<store::StoreFolder>& destination_;
    const std::function<FolderPath(const FolderPath&)>& possible_name_;
    const MailPlanOptions& options_;

    std::unordered_map<std::uint32_t, const pst::PstFolder*> by_nid_;
    std::unordered_map<std::uint32_t, SpecialUse> uses_;
    std::unordered_map<std::uint32_t, SpecialUse> nearest_;
    std::unordered_map<std::uint32_t, int> rank_;
    std::unordered_map<std::uint32_t, FolderPath> paths_;
    std::unordered_map<std::uint32_t, std::string> pst_paths_;
    std::set<std::uint32_t> skipped_;
    std::set<FolderPath> taken_;
    MailPlan plan_;
};

}  // namespace

MailPlan plan_mail_folders(const std::vector<pst::PstFolder>& folders,
                           const std::vector<store::StoreFolder>& destination,
                           const std::function<FolderPath(const FolderPath&)>& possible_name,
                           const MailPlanOptions& options) {
    return MailPlanner(folders, destination, possible_name, options).plan();
}

}  // namespace mbx::migration
