#include "store/folder_walk.hpp"

#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kDeepest = 1000;

}  // namespace

void FolderWalk::run(const Visit& visit, const Unreadable& unreadable) {
    visit_ = visit;
    unreadable_ = unreadable;
    std::optional<Directory> above = root_.parent();
    for (std::size_t i = 0; above && i < kDeepest; ++i) {
        above_root_.insert(above->identity());
        above = above->parent();
    }
    visited_.insert(root_.identity());
    walk(root_, {});
    is_behind_link_ = true;
    while (!links_.empty()) {
        const Link link = std::move(links_.front());
        links_.pop_front();
        try {
            follow(link);
        } catch (const Error& error) {
            give_up(link.folder, link.steps, error);
        }
    }
}

void FolderWalk::walk(const Directory& folder, const Steps& steps) {
    if (steps.size() > kDeepest) {
        report(base::Severity::Error, "folders-too-deep", folder.path(),
               "folders below this one are left out");
        return;
    }
    std::set<std::string> links;
    const std::vector<DirectoryEntry> entries = entries_of(folder, links);
    Steps there = steps;
    for (const std::string& name : visit_(folder, steps, entries)) {
        there.push_back(name);
        if (links.count(name) != 0) {
            links_.push_back({folder, there});
        } else {
            enter(folder, there);
        }
        there.pop_back();
    }
}

void FolderWalk::enter(const Directory& folder, const Steps& steps) {
    try {
        const std::optional<Directory> child = folder.find_folder(steps.back());
        if (!child) {
            return;
        }
        // Behind a link only: not every file system has numbers that tell its folders apart.
        if (!visited_.insert(child->identity()).second && is_behind_link_) {
            report_known(folder.path_of(steps.back()));
            return;
        }
        walk(*child, steps);
    } catch (const Error& error) {
        give_up(folder, steps, error);
    }
}

void FolderWalk::give_up(const Directory& above, const Steps& steps, const Error& error) {
    if (!unreadable_ || !unreadable_(steps)) {
        report(base::Severity::Error, "folder-unreadable", above.path_of(steps.back()),
               error.text());
    }
}

void FolderWalk::follow(const Link& link) {
    const std::string& name = link.steps.back();
    const std::string place = link.folder.path_of(name);
    const std::optional<Directory> target = link.folder.find_folder(name);
    if (!target) {
        report(base::Severity::Error, "link-not-followed", place,
               "leads to a folder of another owner and is not followed; what is in it is left out");
    } else if (above_root_.count(target->identity()) != 0) {
        report(base::Severity::Error, "link-not-followed", place,
               "leads to a folder that the mailbox itself lies in, and is not followed");
    } else if (!visited_.insert(target->identity()).second) {
        report_known(place);
    } else {
        walk(*target, link.steps);
    }
}

std::vector<DirectoryEntry> FolderWalk::entries_of(const Directory& folder,
                                                   std::set<std::string>& links) {
    std::vector<DirectoryEntry> entries = folder.entries();
    for (DirectoryEntry& entry : entries) {
        if (entry.kind == EntryKind::Link && folder.is_link_to_folder(entry.name)) {
            entry.kind = EntryKind::Folder;
            links.insert(entry.name);
        }
    }
    return entries;
}

void FolderWalk::report_known(std::string_view place) {
    report(base::Severity::Warning, "link-to-known-folder", place,
           "is another folder of the mailbox, too, and is taken once, under its other name");
}

void FolderWalk::report(base::Severity severity, const char* id, std::string_view place,
                        std::string text) {
    diagnostics_.report({severity, id, base::escape(place), std::move(text)});
}

}  // namespace mbx::store
