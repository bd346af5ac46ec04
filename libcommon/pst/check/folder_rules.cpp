#include "pst/check/folder_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "mapi/tags.hpp"
#include "pst/check/message_rules.hpp"
#include "pst/conversation.hpp"
#include "pst/value_codec.hpp"

namespace mbx::pst::check {
namespace {

using mapi::PropertyTag;
using ndb::NidType;

constexpr int kDeepestFolder = 1000;

constexpr PropertyTag kMandatory[]{mapi::PidTagDisplayName, mapi::PidTagContentCount,
                                   mapi::PidTagContentUnreadCount, mapi::PidTagSubfolders};

constexpr PropertyTag kLinks[]{
    mapi::PidTagIpmAppointmentEntryId,
    mapi::PidTagIpmContactEntryId,
    mapi::PidTagIpmJournalEntryId,
    mapi::PidTagIpmNoteEntryId,
    mapi::PidTagIpmTaskEntryId,
    {0x36D5, mapi::PropertyType::Binary},  // Reminders, a search folder
    mapi::PidTagIpmDraftsEntryId,
    mapi::PidTagAdditionalRenEntryIds,
    mapi::PidTagFreeBusyEntryIds,
};

class FolderRules {
  public:
    FolderRules(Store& store, Nid nid) : store_(store), reporter_(store.reporter), nid_(nid) {}

    void check(base::Progress& progress) {
        auto object = store_.open(nid_);
        if (!object) {
            return;
        }
        const auto context = PropertyContext::open(*object, reporter_);
        if (context) {
            store_.note_names(*context);
            mandatory(*context, object->place());
            links(*context, object->place());
        }
        object->report_unused(reporter_);
        if (nid_.type() == NidType::SearchFolder) {
            search_folder();
            return;
        }
        hierarchy(context);
        contents(NidType::ContentsTable, ndb::kNidContentsTableTemplate, NidType::NormalMessage,
                 context, progress);
        contents(NidType::AssociatedContentsTable, ndb::kNidAssociatedContentsTableTemplate,
                 NidType::AssociatedMessage, context, progress);
    }

  private:
    void mandatory(const PropertyContext& context, const Place& place) {
        for (const PropertyTag tag : kMandatory) {
            if (context.contains(tag)) {
                continue;
            }
            // Exchange leaves PidTagSubfolders out of what it exports.
            reporter_.report(tag == mapi::PidTagSubfolders ? "S8" : "S9", place,
                             describe(tag) + " is missing");
        }
    }

    /// S20: what the root folder and the Inbox say of the Calendar, the Drafts, ...
    void links(const PropertyContext& context, const Place& place) {
        for (const PropertyTag tag : kLinks) {
            const auto value = context.bytes(tag);
            if (!value || value->empty()) {
                continue;
            }
            const auto ids = value_of_links(tag, *value);
            for (std::size_t i = 0; i < ids.size(); ++i) {
                if (ids[i].empty()) {
                    continue;
                }
                if (const auto problem = store_.entry_id_problem(ids[i], target_of(tag, i))) {
                    reporter_.report(
                        "S20",
                        place.with(describe(tag) + (ids.size() > 1 ? fmt::format(" [{}]", i) : "")),
                        *problem);
                }
            }
        }
    }

    /// [MS-OXOSFLD] 2.2.6: the second of PidTagFreeBusyEntryIds is the delegates' message.
    static Store::Target target_of(PropertyTag tag, std::size_t position) {
        return tag == mapi::PidTagFreeBusyEntryIds && position == 1 ? Store::Target::Message
                                                                    : Store::Target::Folder;
    }

    static std::vector<Bytes> value_of_links(PropertyTag tag, const Bytes& value) {
        if (tag.type != mapi::PropertyType::MultipleBinary) {
            return {value};
        }
        const auto decoded = decode_value(tag.type, value, 1252);
        const auto* many = decoded ? std::get_if<std::vector<Bytes>>(&decoded->value) : nullptr;
        return many != nullptr ? *many : std::vector<Bytes>{};
    }

    void search_criteria() {
        const auto object = store_.open(nid_.with_type(NidType::SearchCriteriaObject));
        if (!object || object->data().is_none()) {
            return;
        }
        Object criteria = *object;
        const auto context = PropertyContext::open(criteria, reporter_);
        if (context && !context->contains(mapi::PidTagSearchFlags)) {
            reporter_.report(Finding{&rule("S6"),
                                     Severity::Warning,
                                     criteria.place(),
                                     describe(mapi::PidTagSearchFlags) + " is missing",
                                     {},
                                     {}});
        }
    }

    void search_folder() {
        search_criteria();
        for (const auto& [type, severity] :
             {std::pair{NidType::SearchContentsTable, Severity::Error},
              std::pair{NidType::SearchUpdateQueue, Severity::Info},
              std::pair{NidType::SearchCriteriaObject, Severity::Info}}) {
            const Nid nid = nid_.with_type(type);
            if (store_.index.lacks(nid)) {
                reporter_.report(
                    Finding{&rule("S6"),
                            severity,
                            at_node(nid_),
                            fmt::format("node {} of the search folder is missing", to_string(nid)),
                            {},
                            {}});
            }
        }
        if (auto object = store_.open(nid_.with_type(NidType::SearchContentsTable))) {
            if (auto table = Table::open(*object, reporter_)) {
                check_required_columns(*table, ndb::kNidSearchContentsTableTemplate,
                                       object->place(), store_);
                found_messages(*table, object->place());
            }
        }
    }

    void found_messages(Table& table, const Place& place) {
        for (std::size_t i = 0; i < table.rows(); ++i) {
            const auto row = table.row(i);
            const Nid nid{row ? table.row_id(*row) : 0};
            if (row && store_.index.lacks(nid)) {
                reporter_.report(Finding{&rule("S10"),
                                         Severity::Warning,
                                         place.with(fmt::format("row {}", i)),
                                         fmt::format("message {} does not exist", to_string(nid)),
                                         {},
                                         {}});
            }
        }
    }

    /// The folder's table of that type, opened; S6 when there is none.
    std::optional<Object> table_object(NidType type) {
        const Nid nid = nid_.with_type(type);
        if (store_.index.lacks(nid)) {
            reporter_.report("S6", at_node(nid_),
                             fmt::format("table {} is missing", to_string(nid)));
            return std::nullopt;
        }
        return store_.open(nid);
    }

    /// Notes a table that cannot be read.
    std::optional<Table> open_table(std::optional<Object>& object, NidType type) {
        auto table = object ? Table::open(*object, reporter_) : std::nullopt;
        if (!table) {
            store_.unreadable.insert(nid_.with_type(type));
        }
        return table;
    }

    void take_version(const Table& table, ByteView row) {
        store_.row_versions.push_back(table.row_version(row));
    }

    void hierarchy(const std::optional<PropertyContext>& context) {
        auto object = table_object(NidType::HierarchyTable);
        auto table = open_table(object, NidType::HierarchyTable);
        if (!table) {
            return;
        }
        check_required_columns(*table, ndb::kNidHierarchyTableTemplate, object->place(), store_);
        for (std::size_t i = 0; i < table->rows(); ++i) {
            const auto row = table->row(i);
            if (row) {
                const Bytes bytes = base::to_bytes(*row);
                hierarchy_row(*table, bytes, object->place().with(fmt::format("row {}", i)));
            }
        }
        object->report_unused(reporter_);
        const StoredValue* subfolders = context ? context->find(mapi::PidTagSubfolders) : nullptr;
        if (subfolders != nullptr && ((subfolders->raw & 0xFFU) != 0) != (table->rows() > 0)) {
            reporter_.report("S8", at_node(nid_), describe(mapi::PidTagSubfolders),
                             (subfolders->raw & 0xFFU) != 0 ? "true" : "false",
                             table->rows() > 0 ? "true" : "false");
        }
    }

    void hierarchy_row(const Table& table, ByteView row, const Place& place) {
        take_version(table, row);
        const Nid child{table.row_id(row)};
        const NodeInfo* node = store_.index.find(child);
        if (node == nullptr) {
            if (store_.index.all_nodes) {
                reporter_.report("S7", place,
                                 fmt::format("folder {} does not exist", to_string(child)));
            }
            return;
        }
        if (node->parent != nid_) {
            reporter_.report("S7", place, fmt::format("the parent of folder {}", to_string(child)),
                             to_string(node->parent), to_string(nid_));
            return;
        }
        store_.list(child);
        store_.check_replica_id(table, row, place);
        // The folder itself reports what is wrong with it.
        Reporter silent([](const Finding&) {});
        auto object = store_.open(child);
        const auto context = object ? PropertyContext::open(*object, silent) : std::nullopt;
        if (context) {
            compare_row(table, row, *context, "S7", place, store_);
        }
    }

    void contents(NidType table_type, Nid template_nid, NidType message_type,
                  const std::optional<PropertyContext>& context, base::Progress& progress) {
        auto object = table_object(table_type);
        auto table = open_table(object, table_type);
        if (!table) {
            return;
        }
        check_required_columns(*table, template_nid, object->place(), store_);
        std::uint64_t unread = 0;
        for (std::size_t i = 0; i < table->rows(); ++i) {
            if (store_.stop.requested()) {
                throw Error(ErrorCode::TryAgain, "stopped");
            }
            const auto row = table->row(i);
            if (!row) {
                continue;
            }
            const Bytes bytes = base::to_bytes(*row);
            take_version(*table, bytes);
            unread +=
                (table->integer(bytes, mapi::PidTagMessageFlags).value_or(0) & 1) == 0 ? 1 : 0;
            contents_row(*table, bytes, message_type,
                         object->place().with(fmt::format("row {}", i)));
            progress.advance(1, 0);
        }
        object->report_unused(reporter_);
        if (table_type == NidType::ContentsTable && context) {
            expect_count(*context, mapi::PidTagContentCount, table->rows());
            expect_count(*context, mapi::PidTagContentUnreadCount, unread);
        }
    }

    void expect_count(const PropertyContext& context, PropertyTag tag, std::uint64_t expected) {
        const auto told = context.integer(tag);
        if (told && static_cast<std::uint32_t>(*told) != expected) {
            reporter_.report("S9", at_node(nid_), describe(tag), fmt::format("{}", *told),
                             fmt::format("{}", expected));
        }
    }

    void contents_row(const Table& table, ByteView row, NidType message_type, const Place& place) {
        const Nid nid{table.row_id(row)};
        const NodeInfo* node = store_.index.find(nid);
        if (node == nullptr) {
            if (store_.index.all_nodes) {
                reporter_.report("S10", place,
                                 fmt::format("message {} does not exist", to_string(nid)));
            }
            return;
        }
        if (nid.type() != message_type) {
            reporter_.report("S10", place, fmt::format("the type of {}", to_string(nid)),
                             hex(static_cast<unsigned>(nid.type())),
                             hex(static_cast<unsigned>(message_type)));
            return;
        }
        if (node->parent != nid_) {
            reporter_.report("S10", place, fmt::format("the parent of message {}", to_string(nid)),
                             to_string(node->parent), to_string(nid_));
            return;
        }
        store_.list(nid);
        store_.check_replica_id(table, row, place);
        check_message(nid, store_, [&](const PropertyContext& context) {
            compare_row(table, row, context, "S10", place, store_);
            conversation_id(table, row, context, place);
            shared_display_lists(table, row, context, place);
        });
    }

    /// Else the repair tool calls it a minor inconsistency.
    void shared_display_lists(const Table& table, ByteView row, const PropertyContext& context,
                              const Place& place) {
        constexpr std::uint64_t kShared = 2048;  // bytes
        for (const PropertyTag tag : {mapi::PidTagDisplayTo, mapi::PidTagDisplayCc}) {
            const Column* column = table.find(tag);
            const StoredValue* value = context.find(tag);
            if (column == nullptr || value == nullptr || !Table::is_present(row, table, *column) ||
                context.size(*value).value_or(0) < kShared) {
                continue;
            }
            const Bid in_row = table.data_of(row, *column);
            if (in_row.is_none() || in_row != context.data_of(*value)) {
                reporter_.report("M5", place.with(describe(tag)),
                                 "a list of 2048 bytes or more, and the row does not share the "
                                 "message's data");
            }
        }
    }

    void conversation_id(const Table& table, ByteView row, const PropertyContext& context,
                         const Place& place) {
        const Column* column = table.find(mapi::PidTagConversationId);
        if (column == nullptr || !Table::is_present(row, table, *column)) {
            return;
        }
        const auto id = table.cell(row, *column);
        const base::Guid expected = pst::conversation_id(
            context.integer(mapi::PidTagConversationIndexTracking).value_or(0) != 0,
            context.bytes(mapi::PidTagConversationIndex).value_or(Bytes{}),
            context.text(mapi::PidTagConversationTopic).value_or(""));
        if (id && !std::ranges::equal(*id, expected)) {
            reporter_.report(
                "M6", place.with(describe(mapi::PidTagConversationId)),
                "it does not follow from PidTagConversationIndex and PidTagConversationTopic");
        }
    }

    Store& store_;
    Reporter& reporter_;
    Nid nid_;
};

/// The table of the parent that lists a folder or message.
Nid listing_table(const NodeInfo& node) {
    switch (node.nid.type()) {
        case NidType::NormalMessage:
            return node.parent.with_type(NidType::ContentsTable);
        case NidType::AssociatedMessage:
            return node.parent.with_type(NidType::AssociatedContentsTable);
        default:
            return node.parent.with_type(NidType::HierarchyTable);
    }
}

/// N3.
void check_ancestors(const Store& store, const NodeInfo& folder) {
    Nid at = folder.nid;
    for (int depth = 0; depth < kDeepestFolder; ++depth) {
        if (at == ndb::kNidRootFolder) {
            return;
        }
        const NodeInfo* node = store.index.find(at);
        if (node == nullptr) {
            return;  // N2 says so of its child
        }
        at = node->parent;
    }
    store.reporter.report("N3", at_node(folder.nid), "its parents do not lead to the root folder");
}

}  // namespace

void check_folders(Store& store, base::Progress& progress) {
    progress.start("check messages", std::nullopt);
    for (const NodeInfo& node : store.index.nodes) {
        if (is_folder(node.nid)) {
            check_ancestors(store, node);
            FolderRules(store, node.nid).check(progress);
            ++store.folders;
        }
    }
    for (std::size_t i = 0; i < store.index.nodes.size(); ++i) {
        const NodeInfo& node = store.index.nodes[i];
        const bool message = node.nid.type() == NidType::NormalMessage ||
                             node.nid.type() == NidType::AssociatedMessage;
        if (store.listed[i] || (!message && !is_folder(node.nid)) ||
            node.nid == ndb::kNidRootFolder) {
            continue;
        }
        const bool parent_is_lost =
            !store.index.all_nodes && store.index.find(node.parent) == nullptr;
        if (!parent_is_lost && !store.unreadable.contains(listing_table(node))) {
            store.reporter.report(
                "N4", at_node(node.nid),
                fmt::format("no table of its parent {} lists it", to_string(node.parent)));
        }
        if (message) {
            check_message(node.nid, store, {});
        }
    }
    progress.finish();
}

}  // namespace mbx::pst::check
