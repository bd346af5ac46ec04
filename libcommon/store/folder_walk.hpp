// A walk over the folders of a mailbox on disk: each once, links between them included.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/error.hpp"
#include "store/directory.hpp"

namespace mbx::store {

/// Folders come before those below them. Links to folders are followed as Directory::find_folder()
/// does, but only when all else has been visited: one that leads to a folder of the mailbox is
/// another name for what is there anyway. One that cannot be followed is an error that names it,
/// and so is a folder that lies deeper than any mailbox.
class FolderWalk {
  public:
    using Steps = std::vector<std::string>;  ///< file names, from the root to a folder

    /// Looks at a folder; `entries` has links to folders as Folder. Returns the names of those to
    /// go into.
    using Visit = std::function<Steps(const Directory& folder, const Steps& steps,
                                      const std::vector<DirectoryEntry>& entries)>;

    /// Takes a folder that cannot be opened or listed: a folder of the mailbox, most likely, which
    /// then fails when its messages are read. False when it is none: then, and without such a
    /// function, it is an error.
    using Unreadable = std::function<bool(const Steps& steps)>;

    FolderWalk(Directory root, base::Diagnostics& diagnostics)
        : root_(std::move(root)), diagnostics_(diagnostics) {}

    void run(const Visit& visit, const Unreadable& unreadable = {});

  private:
    struct Link {
        Directory folder;
        Steps steps;
    };

    void walk(const Directory& folder, const Steps& steps);
    void enter(const Directory& folder, const Steps& steps);
    void follow(const Link& link);
    std::vector<DirectoryEntry> entries_of(const Directory& folder, std::set<std::string>& links);
    void give_up(const Directory& above, const Steps& steps, const Error& error);
    void report_known(std::string_view place);
    void report(base::Severity severity, const char* id, std::string_view place, std::string text);

    Directory root_;
    base::Diagnostics& diagnostics_;
    Visit visit_;
    Unreadable unreadable_;
    std::set<Directory::Identity> visited_;
    std::set<Directory::Identity> above_root_;
    std::deque<Link> links_;
    bool is_behind_link_ = false;
};

}  // namespace mbx::store
