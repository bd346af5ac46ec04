// The folders in a tree of mbox files, and the names it can hold.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/directory.hpp"
#include "store/disk_names.hpp"
#include "store/folder_table.hpp"

namespace mbx::store {

/// Where the mbox of each folder lies. Links to folders are not followed but reported.
FolderTable scan_mbox_tree(const Directory& root, base::Diagnostics& diagnostics);

/// From the root to the file. Pre: `path` is possible.
std::vector<std::string> mbox_steps_of(const mail::FolderPath& path);

mail::FolderPath possible_mbox_path(const mail::FolderPath& path,
                                    Percent percent = Percent::Escape);

}  // namespace mbx::store
