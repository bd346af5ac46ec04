#include "pst/check/store_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/check/replica_rules.hpp"
#include "pst/ndb/nid_counters.hpp"

namespace mbx::pst::check {
namespace {

using mapi::PropertyTag;
using ndb::NidType;

constexpr std::uint64_t kSmall = std::uint64_t{1} << 20;

struct NodeRule {
    std::uint32_t nid;
    Severity severity;
};

/// [MS-PST] 2.7.1, and what SCANPST names when it is missing.
constexpr NodeRule kNodes[]{
    {0x21, Severity::Error},  {0x61, Severity::Error},  {0x122, Severity::Error},
    {0x1E1, Severity::Error}, {0x201, Severity::Error}, {0x60D, Severity::Error},
    {0x60E, Severity::Error}, {0x60F, Severity::Error}, {0x610, Severity::Error},
    {0x671, Severity::Error}, {0x692, Severity::Error},
};
/// Not in the specification. Files from before Outlook 2010 and exports lack some.
constexpr NodeRule kOutlookNodes[]{
    {0x62B, Severity::Warning}, {0x64C, Severity::Warning}, {0x6B6, Severity::Warning},
    {0x6D7, Severity::Warning}, {0x6F8, Severity::Warning}, {0x261, Severity::Info},
    {0xC01, Severity::Info},    {0xE01, Severity::Info},    {0xEC1, Severity::Info},
    {0xE41, Severity::Info},    {0xF21, Severity::Info},
};
/// Beside those of search folders, which are a type of their own.
constexpr std::uint32_t kQueues[]{ndb::kNidSearchManagementQueue.value, 0xEC1};
constexpr std::uint32_t kTemplates[]{0x60D, 0x60E, 0x60F, 0x610, 0x62B, 0x64C,
                                     0x671, 0x692, 0x6B6, 0x6D7, 0x6F8};

struct StoreLink {
    PropertyTag tag;
    std::uint32_t mask_bit;  ///< in PidTagValidFolderMask
    bool mandatory;
};
constexpr StoreLink kStoreLinks[]{
    {mapi::PidTagIpmSubTreeEntryId, 0x01, true},     {mapi::PidTagIpmOutboxEntryId, 0x04, false},
    {mapi::PidTagIpmWastebasketEntryId, 0x08, true}, {mapi::PidTagIpmSentMailEntryId, 0x10, false},
    {mapi::PidTagViewsEntryId, 0x20, false},         {mapi::PidTagCommonViewsEntryId, 0x40, false},
    {mapi::PidTagFinderEntryId, 0x80, true},
};

class StoreRules {
  public:
    explicit StoreRules(Store& store) : store_(store), reporter_(store.reporter) {}

    void check() {
        for (const NodeInfo& node : store_.index.nodes) {
            parent(node);
        }
        counters();
        // An OST's store is laid out in its own way.
        if (store_.image.header().start.wMagicClient == ndb::kMagicOst) {
            return;
        }
        nodes();
        templates();
        message_store();
        receive_folders();
        search_activity();
        load_id_map(store_);
        check_message_index(store_);
    }

  private:
    // ---- N2

    void parent(const NodeInfo& node) {
        const Place place = at_node(node.nid);
        switch (node.nid.type()) {
            case NidType::NormalFolder:
            case NidType::SearchFolder:
            case NidType::NormalMessage:
            case NidType::AssociatedMessage: {
                if (node.nid == ndb::kNidRootFolder) {
                    expect_parent(node, ndb::kNidRootFolder, Severity::Error);
                } else if (!is_folder(node.parent) || store_.index.lacks(node.parent)) {
                    reporter_.report("N2", place, "nidParent", to_string(node.parent),
                                     "a folder that exists");
                }
                break;
            }
            case NidType::HierarchyTable:
            case NidType::ContentsTable:
            case NidType::AssociatedContentsTable:
            case NidType::SearchContentsTable:
            case NidType::ReceiveFolderTable:
            case NidType::OutgoingQueueTable:
            case NidType::AttachmentTable:
            case NidType::RecipientTable:
            case NidType::SearchCriteriaObject:
                expect_parent(node, ndb::kNidNone, Severity::Warning);
                break;
            case NidType::SearchUpdateQueue:
                queue_head(node);
                break;
            default:
                if (std::ranges::find(kQueues, node.nid.value) != std::end(kQueues)) {
                    queue_head(node);
                } else {
                    expect_parent(node, ndb::kNidNone, Severity::Info);
                }
                break;
        }
    }

    void expect_parent(const NodeInfo& node, Nid expected, Severity severity) {
        if (node.parent != expected) {
            reporter_.report(Finding{&rule("N2"), severity, at_node(node.nid), "nidParent",
                                     to_string(node.parent), to_string(expected)});
        }
    }

    /// Queues keep the offset of their head there, [MS-PST] 2.4.8.3.
    void queue_head(const NodeInfo& node) {
        const auto size = store_.reader.size(node.data);
        const std::uint32_t head = node.parent.value;
        if (size && (head > *size || head % sizeof(base::le32) != 0)) {
            reporter_.report(Finding{&rule("N2"), Severity::Warning, at_node(node.nid),
                                     "nidParent, the head of the queue,", hex(head),
                                     fmt::format("a multiple of 4, at most {}", *size)});
        }
    }

    // ---- H7

    void counters() {
        const auto& told = store_.image.header().rgnid;
        Place place;
        place.detail = "header";
        std::bitset<32> too_low;
        for (const NidType type :
             {NidType::NormalFolder, NidType::SearchFolder, NidType::NormalMessage,
              NidType::Attachment, NidType::AssociatedMessage, NidType::HierarchyTable,
              NidType::ContentsTable, NidType::AssociatedContentsTable, NidType::Ltp}) {
            const auto at = static_cast<std::size_t>(type);
            if (store_.index.highest_index.at(at) > told.at(at)) {
                too_low.set(at);
                reporter_.report(
                    "H7", place, fmt::format("rgnid[{}]", at), hex(told.at(at)),
                    fmt::format("at least {}", hex(store_.index.highest_index.at(at))));
            }
        }
        const auto first = ndb::NidCounters().values();
        for (std::size_t i = 0; i < told.size(); ++i) {
            if (told.at(i) >= ndb::NidCounters::kLargestIndex) {
                reporter_.report("H7", place, fmt::format("rgnid[{}]", i), hex(told.at(i)),
                                 "below " + hex(ndb::NidCounters::kLargestIndex));
            } else if (told.at(i) < first.at(i) && !too_low.test(i)) {
                reporter_.report(Finding{&rule("H7"), Severity::Info, place,
                                         fmt::format("rgnid[{}]", i), hex(told.at(i)),
                                         "at least the first value " + hex(first.at(i))});
            }
        }
    }

    // ---- S1, S2, S3

    void nodes() {
        for (const NodeRule& node : kNodes) {
            expect_node("S1", node);
        }
        for (const NodeRule& node : kOutlookNodes) {
            expect_node("S2", node);
        }
    }

    void expect_node(std::string_view id, const NodeRule& node) {
        if (!store_.index.lacks(Nid{node.nid})) {
            return;
        }
        const Severity severity =
            node.severity == Severity::Warning && (store_.old_style || store_.image.is_ansi())
                ? Severity::Info
                : node.severity;
        reporter_.report(
            Finding{&rule(id), severity, at_node(Nid{node.nid}), "the node is missing", {}, {}});
    }

    void templates() {
        for (const std::uint32_t nid : kTemplates) {
            auto object = store_.open(Nid{nid});
            const auto table = object ? Table::open(*object, reporter_) : std::nullopt;
            if (table) {
                check_required_columns(*table, Nid{nid}, object->place(), store_);
            }
        }
    }

    // ---- S4, S5

    void message_store() {
        auto object = store_.open(ndb::kNidMessageStore);
        const auto context = object ? PropertyContext::open(*object, reporter_) : std::nullopt;
        if (!context) {
            return;
        }
        store_.note_names(*context);
        const Place& place = object->place();
        store_.record_key = context->bytes(mapi::PidTagRecordKey).value_or(Bytes{});
        const Bytes& key = store_.record_key;
        if (key.size() != sizeof(base::Guid)) {
            reporter_.report("S4", place.with(describe(mapi::PidTagRecordKey)), "its size",
                             fmt::format("{} bytes", key.size()), "16 bytes");
        }
        if (!context->contains(mapi::PidTagDisplayName)) {
            reporter_.report("S4", place, describe(mapi::PidTagDisplayName) + " is missing");
        }
        const auto mask =
            static_cast<std::uint32_t>(context->integer(mapi::PidTagValidFolderMask).value_or(0));
        for (const StoreLink& link : kStoreLinks) {
            const auto entry_id = context->bytes(link.tag);
            if (!entry_id) {
                if (link.mandatory) {
                    reporter_.report("S4", place, describe(link.tag) + " is missing");
                }
                if ((mask & link.mask_bit) != 0) {
                    reporter_.report("S5", place.with(describe(mapi::PidTagValidFolderMask)),
                                     fmt::format("bit {} is set, but {} is missing",
                                                 hex(link.mask_bit), describe(link.tag)));
                }
                continue;
            }
            if (const auto problem = store_.entry_id_problem(*entry_id)) {
                reporter_.report("S4", place.with(describe(link.tag)), *problem);
            }
        }
        if (!context->contains(mapi::PidTagPstPassword)) {
            reporter_.report(Finding{&rule("S4"),
                                     Severity::Info,
                                     place,
                                     describe(mapi::PidTagPstPassword) + " is missing",
                                     {},
                                     {}});
        }
        object->report_unused(reporter_);
    }

    // ---- S18

    void receive_folders() {
        // As one of the templates it has reported what is wrong with its form.
        Reporter silent([](const Finding&) {});
        auto object = store_.open(ndb::kNidReceiveFolderTable);
        auto table = object ? Table::open(*object, silent) : std::nullopt;
        if (!table) {
            return;
        }
        const auto type =
            store_.image.is_ansi() ? mapi::PropertyType::String8 : mapi::PropertyType::String;
        const Column* message_class = table->find({mapi::PidTagMessageClass.id, type});
        bool has_default = false;
        for (std::size_t i = 0; i < table->rows(); ++i) {
            const auto row = table->row(i);
            if (!row) {
                return;
            }
            const Bytes bytes = base::to_bytes(*row);
            if (message_class != nullptr && Table::is_present(bytes, *table, *message_class)) {
                const auto text = table->cell(bytes, *message_class);
                has_default = has_default || (text && text->empty());
            }
            const Nid folder{static_cast<std::uint32_t>(
                table->integer(bytes, mapi::PidTagReceiveFolderNid).value_or(0))};
            if (store_.index.lacks(folder) || !is_folder(folder)) {
                reporter_.report("S18", object->place().with(fmt::format("row {}", i)),
                                 "the folder", to_string(folder), "a folder that exists");
            }
        }
        if (!has_default) {
            reporter_.report("S18", object->place(), "no row has the empty message class");
        }
    }

    // ---- S19

    std::vector<std::uint32_t> numbers_of(Nid nid) const {
        const NodeInfo* node = store_.index.find(nid);
        const auto bytes =
            node != nullptr ? store_.reader.read_all(node->data, kSmall) : std::nullopt;
        std::vector<std::uint32_t> result;
        for (std::size_t at = 0; bytes && at + 4 <= bytes->size(); at += 4) {
            result.push_back(base::read_record<base::le32>(*bytes, at));
        }
        return result;
    }

    void search_activity() {
        constexpr Nid kSearchQueue{0xEC1};
        const auto active = numbers_of(ndb::kNidSearchActivityList);
        // One that is not active yet waits in the queue.
        const auto pending = numbers_of(kSearchQueue);
        for (const std::uint32_t nid : active) {
            if (store_.index.lacks(Nid{nid})) {
                reporter_.report(
                    "S19", at_node(ndb::kNidSearchActivityList),
                    fmt::format("search folder {} does not exist", to_string(Nid{nid})));
            }
        }
        if (!store_.index.all_nodes || !store_.index.all_blocks) {
            return;  // the list or the queue may be what is damaged
        }
        for (const NodeInfo& node : store_.index.nodes) {
            if (node.nid.type() == NidType::SearchFolder &&
                std::ranges::find(active, node.nid.value) == active.end() &&
                std::ranges::find(pending, node.nid.value) == pending.end()) {
                // Outlook 2007 has search folders that it does not list.
                reporter_.report(Finding{&rule("S19"),
                                         store_.old_style ? Severity::Info : Severity::Warning,
                                         at_node(node.nid),
                                         "the search folder is not in the search activity list",
                                         {},
                                         {}});
            }
        }
    }

    Store& store_;
    Reporter& reporter_;
};

}  // namespace

void check_store(Store& store) {
    StoreRules(store).check();
}

void check_store_totals(Store& store) {
    check_id_map_totals(store);
    auto& versions = store.row_versions;
    std::ranges::sort(versions);
    const auto twice = std::ranges::adjacent_find(versions);
    Place place;
    if (twice != versions.end()) {
        const std::uint32_t first = *twice;
        const auto rest = std::unique(versions.begin(), versions.end());
        store.reporter.report("L13", place,
                              fmt::format("{} row versions occur more than once, the first {}",
                                          versions.end() - rest, hex(first)));
    }
    place.detail = "header";
    const std::uint32_t unique = store.image.header().dwUnique;
    if (!versions.empty() && *std::ranges::max_element(versions) >= unique) {
        store.reporter.report(
            "H9", place, "dwUnique", hex(unique),
            fmt::format("above the row version {}", hex(*std::ranges::max_element(versions))));
    }
}

}  // namespace mbx::pst::check
