#include "store/imap/mailbox_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace mbx::store::imap {

MailboxTable::MailboxTable(std::vector<ListedMailbox> listed, const NameRules& rules,
                           base::Diagnostics& diagnostics) {
    std::sort(listed.begin(), listed.end(),
              [](const ListedMailbox& a, const ListedMailbox& b) { return a.name < b.name; });
    // Names spelled as we would spell them come first, and keep their path.
    std::stable_partition(listed.begin(), listed.end(), [&](const ListedMailbox& mailbox) {
        const auto path = path_of(mailbox.name, rules);
        return path && mailbox_of(*path, rules) == mailbox.name;
    });
    for (ListedMailbox& mailbox : listed) {
        add(std::move(mailbox), rules, diagnostics);
    }
}

void MailboxTable::add(ListedMailbox mailbox, const NameRules& rules,
                       base::Diagnostics& diagnostics) {
    NameRules its_rules = rules;
    its_rules.separator = mailbox.separator;
    std::optional<mail::FolderPath> path = path_of(mailbox.name, its_rules);
    if (!path || by_name_.contains(mailbox.name)) {
        return;  // the root of a namespace; a mailbox that two patterns match
    }
    const std::string wanted = path->back();
    for (unsigned n = 2; by_path_.contains(*path); ++n) {
        path->back() = fmt::format("{} ({})", wanted, n);
    }
    if (path->back() != wanted) {
        if (!mailbox.folder.selectable) {
            return;  // nothing but a parent, and there is one of that name
        }
        diagnostics.report({base::Severity::Warning, "folder-name-taken",
                            base::escape(mailbox.name),
                            fmt::format("another folder has the same name, taken as '{}'",
                                        base::escape(mail::to_string(*path)))});
    }
    mailbox.folder.path = *path;
    if (*path == mail::kInboxPath) {
        mailbox.folder.special_use = mail::SpecialUse::Inbox;
    }
    by_name_.emplace(mailbox.name, *path);
    by_path_.emplace(*std::move(path), Entry{std::move(mailbox.folder), std::move(mailbox.name)});
}

const std::string* MailboxTable::name_of(const mail::FolderPath& path) const {
    const auto it = by_path_.find(path);
    return it != by_path_.end() ? &it->second.name : nullptr;
}

std::vector<StoreFolder> MailboxTable::folders() const {
    std::vector<StoreFolder> result;
    result.reserve(by_path_.size());
    for (const auto& [path, entry] : by_path_) {
        result.push_back(entry.folder);
    }
    std::stable_partition(result.begin(), result.end(), [](const StoreFolder& folder) {
        return folder.path.front() == mail::kInboxPath.front();
    });
    return result;
}

StoreFolder* MailboxTable::find(std::string_view name) {
    const auto it = by_name_.find(name);
    return it != by_name_.end() ? &by_path_.at(it->second).folder : nullptr;
}

}  // namespace mbx::store::imap
