#include "pst/folder_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
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
    explicit FolderTreeReader(const StoreContext& context) : context_(context) {}

    std::vector<PstFolder> read() {
        const auto root = context_.file()->find_node(ndb::kNidRootFolder);
        if (!root) {
            throw Error(ErrorCode::BadData, fmt::format("the root folder {} is missing",
                                                        to_string(ndb::kNidRootFolder)));
        }
        add(*root, root->nid, 0);
        return std::move(folders_);
    }

  private:
    /// The folder, then all below it.
    void add(const ndb::Node& node, Nid parent, int depth) {
        const std::string place = place_of(node.nid);
        if (depth > kDeepestFolder || !seen_.insert(node.nid).second) {
            context_.report(base::Severity::Error, "folder-loop", place,
                            "it is its own ancestor, has two parents, or is too deep; left out");
            return;
        }
        try {
            folders_.push_back(describe(node, parent, place));
        } catch (const Error& error) {
            context_.report(base::Severity::Error, "damaged-folder", place, error.what());
            return;
        }
        if (node.nid.type() == NidType::SearchFolder) {
            return;
        }
        for (const Nid child : children_of(node.nid, place)) {
            const auto child_node = context_.file()->find_node(child);
            if (!child_node) {
                context_.report(base::Severity::Error, "damaged-folder", place_of(child),
                                fmt::format("is in the hierarchy table of {}, but has no node",
                                            to_string(node.nid)));
                continue;
            }
            add(*child_node, node.nid, depth + 1);
        }
    }

    PstFolder describe(const ndb::Node& node, Nid parent, const std::string& place) const {
        const ltp::PropertyContextReader object(context_.file(), node.data, node.sub);
        const mapi::PropertyBag bag =
            read_properties(object, code_page_of(object, context_.code_page()), place, context_);
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
            result.message_count = count(node.nid, NidType::ContentsTable, place);
            result.associated_count = count(node.nid, NidType::AssociatedContentsTable, place);
        }
        return result;
    }

    std::uint64_t count(Nid folder, NidType type, const std::string& place) const {
        try {
            const auto node = context_.file()->find_node(folder.with_type(type));
            return node ? ltp::TableReader(context_.file(), node->data, node->sub).row_count() : 0;
        } catch (const Error& error) {
            context_.report(base::Severity::Error, "damaged-table", place, error.what());
            return 0;
        }
    }

    /// From the hierarchy table; where there is none that can be read, from all nodes.
    std::vector<Nid> children_of(Nid folder, const std::string& place) {
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
        const auto found = children_by_parent().find(folder);
        return found != children_by_parent().end() ? found->second : std::vector<Nid>{};
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

    const std::map<Nid, std::vector<Nid>>& children_by_parent() {
        if (!children_by_parent_) {
            auto& children = children_by_parent_.emplace();
            for (auto node = context_.file()->first_node_from(Nid{0}); node;
                 node = context_.file()->first_node_from(Nid{node->nid.value + 1})) {
                if (is_folder(node->nid) && node->parent != node->nid) {
                    children[node->parent].push_back(node->nid);
                }
                if (node->nid.value == 0xFFFFFFFF) {
                    break;
                }
            }
        }
        return *children_by_parent_;
    }

    const StoreContext& context_;
    std::vector<PstFolder> folders_;
    std::set<Nid> seen_;
    std::optional<std::map<Nid, std::vector<Nid>>> children_by_parent_;
};

}  // namespace

std::vector<PstFolder> read_folders(const StoreContext& context) {
    return FolderTreeReader(context).read();
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
