// The folders in a tree of mbox files, and the names it can hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/directory.hpp"
#include "store/disk_names.hpp"
#include "store/folder_table.hpp"

namespace mbx::store {

/// Where the mbox of each folder lies. See FolderWalk for links to folders; those to files are
/// refused.
FolderTable scan_mbox_tree(const Directory& root, base::Diagnostics& diagnostics);

DiskNaming mbox_naming();

/// From the root to the file.
std::vector<std::string> mbox_steps_of(const mail::FolderPath& path);

/// Of the file beside an mbox; see NameFile.
std::string mbox_name_file(std::string_view mbox);

}  // namespace mbx::store
