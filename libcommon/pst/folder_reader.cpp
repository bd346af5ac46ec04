#include "pst/folder_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "mapi/tags.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/object_reader.hpp"

namespace mbx::pst {
namespace {

using ndb::Nid;
using ndb::NidType;

/// Folders are followed to this depth; Outlook itself has limits of about 300 levels.
constexpr int kDeepestFolder = 1000;

bool is_folder(Nid nid) {
    return nid.type() == NidType::NormalFolder || nid.type() == NidType::SearchFolder;
}

std::string place_of(Nid nid) {
    return "folder " + to_string(nid);
}

class FolderTreeReader {
  public:
    FolderTreeReader(const StoreContext& context, const NodeSurvey& survey)
        : context_(context), survey_(survey) {}

    std::vector<PstFolder> read() {
        const auto root = context_.file()->find_node(ndb::kNidRootFolder);
        if (!root) {
            throw Error(ErrorCode::BadData, fmt::format("the root folder {} is missing",
                                                        to_string(ndb::kNidRootFolder)));
        }
        add(*root, root->nid, 0);
        add_unlisted();
        if (!survey_.damage.empty()) {
            add_lost(ndb::kNidNone, ndb::kNidRootFolder,
                     "some folders may not be known: " + survey_.damage);
        }
        return std::move(folders_);
    }

  private:
    /// The folder, then all below it.
    void add(const ndb::Node& node, Nid parent, int depth) {
        const std::string place = place_of(node.nid);
        if (!seen_.insert(node.nid).second) {
            context_.report(base::Severity::Error, "folder-loop", place,
                            "it is its own ancestor, or has two parents; the first one has it");
            return;
        }
        if (depth > kDeepestFolder) {
            add_lost(node.nid, parent, fmt::format("more than {} folders deep", kDeepestFolder));
            return;
        }
        folders_.push_back(describe(node, parent, place));
        if (node.nid.type() == NidType::SearchFolder) {
            return;
        }
        for (const Nid child : children_of(node.nid, place)) {
            add_child(child, node.nid, depth + 1);
        }
    }

    void add_child(Nid child, Nid parent, int depth) {
        std::optional<ndb::Node> node;
        std::string why =
            fmt::format("it is in the hierarchy table of {}, but has no node", to_string(parent));
        try {
            node = context_.file()->find_node(child);
        } catch (const Error& error) {
            why = error.what();
        }
        if (node) {
            add(*node, parent, depth);
        } else if (seen_.insert(child).second) {
            add_lost(child, parent, std::move(why));
        }
    }

    /// Folders with messages that no folder has in its hierarchy table.
    void add_unlisted() {
        for (const auto& [table, contents] : survey_.by_contents) {
            const Nid folder = table.with_type(NidType::NormalFolder);
            if (table.type() != NidType::ContentsTable || contents.count() == 0 ||
                seen_.contains(folder)) {
                continue;
            }
            while (const ndb::Node* const top = topmost_unseen(folder)) {
                context_.report(base::Severity::Warning, "unlisted-folder", place_of(top->nid),
                                fmt::format("is in no hierarchy table; it is put below {}",
                                            to_string(top->parent)));
                add(*top, top->parent, 1);
            }
            if (seen_.insert(folder).second) {
                add_lost(
                    folder, ndb::kNidRootFolder,
                    fmt::format("it has no place in the tree, and {} messages", contents.count()));
            }
        }
    }

    /// The folder itself, or one above it, by the parents that the nodes name; null when it has
    /// been seen, or they do not lead to a folder of the tree.
    const ndb::Node* topmost_unseen(Nid folder) const {
        for (int depth = 0; depth <= kDeepestFolder && !seen_.contains(folder); ++depth) {
            const auto node = survey_.folders.find(folder);
            if (node == survey_.folders.end()) {
                return nullptr;
            }
            if (seen_.contains(node->second.parent)) {
                return &node->second;
            }
            folder = node->second.parent;
        }
        return nullptr;
    }

    void add_lost(Nid nid, Nid parent, std::string why) {
        PstFolder folder;
        folder.nid = nid;
        folder.parent = parent;
        folder.folder.display_name = name_of_lost(nid);
        folder.search = nid.type() == NidType::SearchFolder;
        context_.report(base::Severity::Error, "lost-folder", place_of(nid), why);
        folder.lost = std::move(why);
        folders_.push_back(std::move(folder));
    }

    PstFolder describe(const ndb::Node& node, Nid parent, const std::string& place) const {
        const mapi::PropertyBag bag = properties_of(node, parent, place);
        PstFolder result;
        result.nid = node.nid;
        result.parent = parent;
        result.folder.display_name = bag.text(mapi::PidTagDisplayName).value_or("");
        result.folder.container_class = bag.text(mapi::PidTagContainerClass).value_or("");
        result.folder.comment = bag.text(mapi::PidTagComment).value_or("");
        result.hidden = bag.boolean(mapi::PidTagAttributeHidden);
        result.search = node.nid.type() == NidType::SearchFolder;
        result.unread_count =
            static_cast<std::uint64_t>(std::max(0, bag.integer(mapi::PidTagContentUnreadCount)));
        if (!result.search) {
            result.message_count = survey_.contents(node.nid, NidType::ContentsTable).count();
            result.associated_count =
                survey_.contents(node.nid, NidType::AssociatedContentsTable).count();
        }
        return result;
    }

    /// Of the folder itself; when they are damaged, what its parent's table repeats of them.
    mapi::PropertyBag properties_of(const ndb::Node& node, Nid parent,
                                    const std::string& place) const {
        try {
            const ltp::PropertyContextReader object(context_.file(), node.data, node.sub);
            return read_properties(object, code_page_of(object, context_.code_page()), place,
                                   context_);
        } catch (const Error& error) {
            mapi::PropertyBag bag = row_of(node.nid, parent, place);
            if (!bag.contains(mapi::PidTagDisplayName)) {
                bag.set(mapi::PidTagDisplayName, name_of_lost(node.nid));
            }
            context_.report(
                base::Severity::Error, "damaged-folder", place,
                fmt::format("{}; it is read without its properties, as \"{}\"", error.what(),
                            base::escape(*bag.text(mapi::PidTagDisplayName))));
            return bag;
        }
    }

    mapi::PropertyBag row_of(Nid folder, Nid parent, const std::string& place) const {
        try {
            if (const auto node =
                    context_.file()->find_node(parent.with_type(NidType::HierarchyTable))) {
                ltp::TableReader table(context_.file(), node->data, node->sub);
                while (const auto row = table.next_row()) {
                    if (Nid{row->id} == folder) {
                        return read_row(table, row->index, context_.code_page(), place, context_);
                    }
                }
            }
        } catch (const Error&) {
            return {};  // children_of() tells of it
        }
        return {};
    }

    /// From the hierarchy table; where there is none that can be read, from all nodes.
    std::vector<Nid> children_of(Nid folder, const std::string& place) const {
        try {
            const auto node = context_.file()->find_node(folder.with_type(NidType::HierarchyTable));
            if (node) {
                return rows_of(*node);
            }
            context_.report(base::Severity::Warning, "missing-table", place,
                            "has no hierarchy table; its children are found without it");
        } catch (const Error& error) {
            context_.report(
                base::Severity::Error, "damaged-table", place,
                fmt::format("{}; the folder's children are found without it", error.what()));
        }
        std::vector<Nid> result;
        for (const auto& [nid, node] : survey_.folders) {
            if (node.parent == folder && nid != folder) {
                result.push_back(nid);
            }
        }
        return result;
    }

    std::vector<Nid> rows_of(const ndb::Node& node) const {
        ltp::TableReader table(context_.file(), node.data, node.sub);
        std::vector<Nid> result;
        while (const auto row = table.next_row()) {
            if (is_folder(Nid{row->id})) {
                result.push_back(Nid{row->id});
            }
        }
        return result;
    }

    const StoreContext& context_;
    const NodeSurvey& survey_;
    std::vector<PstFolder> folders_;
    std::set<Nid> seen_;
};

}  // namespace

std::vector<PstFolder> read_folders(const StoreContext& context, const NodeSurvey& survey) {
    return FolderTreeReader(context, survey).read();
}

std::string name_of_lost(Nid folder) {
    return fmt::format("Folder 0x{:x}", folder.value);
}

mapi::PropertyBag read_node_properties(const StoreContext& context, Nid nid,
                                       const std::string& place) {
    try {
        if (const auto node = context.file()->find_node(nid)) {
            const ltp::PropertyContextReader object(context.file(), node->data, node->sub);
            return read_properties(object, code_page_of(object, context.code_page()), place,
                                   context);
        }
        context.report(base::Severity::Error, "missing-node", place,
                       fmt::format("node {} is missing", to_string(nid)));
    } catch (const Error& error) {
        context.report(base::Severity::Error, "damaged-node", place, error.what());
    }
    return {};
}

}  // namespace mbx::pst
