#include "pst/folder_tree.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "pst/utf16_text.hpp"

namespace mbx::pst {
namespace {

StoreFolder made_of(ndb::Nid parent, const mapi::Folder& folder) {
    if (folder.display_name.empty()) {
        throw Error(ErrorCode::Internal, "a folder without a name");
    }
    StoreFolder result;
    result.parent = parent;
    result.name = cut_utf8(folder.display_name, kMostUnitsOfName);
    result.container_class = folder.container_class;
    if (!folder.comment.empty()) {
        result.comment = folder.comment;
    }
    return result;
}

}  // namespace

FolderTree::FolderTree(const std::string& ipm_subtree, const std::string& deleted_items) {
    const auto add = [this](ndb::Nid nid, ndb::Nid parent, const std::string& name,
                            std::optional<std::string> comment = std::nullopt) {
        StoreFolder& folder = folders_[nid];
        folder.parent = parent;
        folder.name = cut_utf8(name, kMostUnitsOfName);
        folder.comment = std::move(comment);
    };
    add(ndb::kNidRootFolder, ndb::kNidRootFolder, "");
    add(kNidSpamSearchFolder, ndb::kNidRootFolder, "SPAM Search Folder 2");
    add(ndb::kNidIpmSubtree, ndb::kNidRootFolder, ipm_subtree);
    add(ndb::kNidSearchRoot, ndb::kNidRootFolder, "Search Root");
    add(ndb::kNidDeletedItems, ndb::kNidIpmSubtree, deleted_items, "Deleted Items folder");
    add(ndb::kNidCommonViews, ndb::kNidRootFolder, "IPM_COMMON_VIEWS", "");
}

void FolderTree::claim(mapi::SpecialFolder kind, ndb::Nid nid) {
    if (kind != mapi::SpecialFolder::None && !special_.emplace(kind, nid).second) {
        throw Error(ErrorCode::Internal, "a special folder is made twice");
    }
}

void FolderTree::add(ndb::Nid nid, ndb::Nid parent, const mapi::Folder& folder) {
    at(parent);
    StoreFolder made = made_of(parent, folder);
    claim(folder.special, nid);
    folders_.emplace(nid, std::move(made));
}

void FolderTree::set_deleted_items(const mapi::Folder& folder) {
    StoreFolder made = made_of(ndb::kNidIpmSubtree, folder);
    claim(mapi::SpecialFolder::DeletedItems, ndb::kNidDeletedItems);
    StoreFolder& there = at(ndb::kNidDeletedItems);
    there.name = std::move(made.name);
    there.container_class = std::move(made.container_class);
    if (made.comment) {
        there.comment = std::move(made.comment);
    }
}

StoreFolder& FolderTree::at(ndb::Nid nid) {
    const auto found = folders_.find(nid);
    if (found == folders_.end() || nid.type() != ndb::NidType::NormalFolder) {
        throw Error(ErrorCode::Internal, fmt::format("no folder {}", ndb::to_string(nid)));
    }
    return found->second;
}

}  // namespace mbx::pst
