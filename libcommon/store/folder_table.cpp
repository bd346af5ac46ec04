#include "store/folder_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {

mail::FolderPath FolderTable::add(mail::FolderPath path, std::vector<std::string> steps,
                                  bool subscribed, base::Diagnostics& diagnostics) {
    if (base::equals_ignore_case(path.front(), "INBOX")) {
        path.front() = "INBOX";
    }
    const std::string name = path.back();
    for (unsigned count = 2;; ++count) {
        const DiskFolder* const taken = find(path);
        if (taken == nullptr || !taken->folder.selectable) {
            break;
        }
        path.back() = fmt::format("{} ({})", name, count);
    }
    if (path.back() != name) {
        diagnostics.report({base::Severity::Warning, "folder-name-taken",
                            steps.empty() ? "the top of the mailbox"
                                          : base::escape(fmt::format("{}", fmt::join(steps, "/"))),
                            fmt::format("another folder on disk has the same name, taken as '{}'",
                                        base::escape(mail::to_string(path)))});
    }
    add_parents(path);
    DiskFolder& entry = folders_[path];
    entry.folder.path = path;
    entry.folder.selectable = true;
    entry.folder.subscribed = subscribed;
    if (path == mail::kInboxPath) {
        entry.folder.special_use = mail::SpecialUse::Inbox;
    }
    entry.steps = std::move(steps);
    return path;
}

void FolderTable::expect_inbox(base::Diagnostics& diagnostics) {
    const DiskFolder* const inbox = find(mail::kInboxPath);
    if (inbox == nullptr || !inbox->folder.selectable) {
        add(mail::kInboxPath, {}, true, diagnostics);
    }
}

const DiskFolder* FolderTable::find(const mail::FolderPath& path) const {
    const auto it = folders_.find(path);
    return it != folders_.end() ? &it->second : nullptr;
}

Directory FolderTable::open(const Directory& root, const mail::FolderPath& path,
                            std::size_t up) const {
    const DiskFolder* const entry = find(path);
    std::optional<Directory> folder;
    if (entry != nullptr && entry->folder.selectable) {
        folder = find_folder(
            root, {entry->steps.begin(), entry->steps.end() - static_cast<std::ptrdiff_t>(up)});
    }
    if (!folder) {
        throw Error(ErrorCode::NoInput, "the mailbox has no such folder")
            .with_place(base::escape(mail::to_string(path)));
    }
    return *std::move(folder);
}

std::vector<StoreFolder> FolderTable::list() const {
    std::vector<StoreFolder> result;
    result.reserve(folders_.size());
    for (const auto& [path, entry] : folders_) {
        result.push_back(entry.folder);
    }
    std::stable_partition(result.begin(), result.end(), [](const StoreFolder& folder) {
        return folder.path.front() == mail::kInboxPath.front();
    });
    return result;
}

void FolderTable::add_parents(const mail::FolderPath& path) {
    for (mail::FolderPath parent(path.begin(), path.end() - 1); !parent.empty();
         parent.pop_back()) {
        const auto [it, is_new] = folders_.try_emplace(parent);
        if (!is_new) {
            break;  // and then its own parents are there, too
        }
        it->second.folder.path = parent;
        it->second.folder.selectable = false;
    }
}

}  // namespace mbx::store
