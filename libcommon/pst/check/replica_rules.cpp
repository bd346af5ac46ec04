#include "pst/check/replica_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/little_endian.hpp"
#include "pst/check/heap_rules.hpp"

namespace mbx::pst::check {
namespace {

using base::le32;
using base::read_record;

/// A node whose heap begins with the HID of a BTH. nullopt when there is no such node; reported
/// when it is something else.
std::optional<Heap> open_heap(const Store& store, Nid nid, ltp::HeapClient client,
                              std::string_view what) {
    const auto object = store.open(nid);
    if (!object || object->data().is_none()) {
        return std::nullopt;
    }
    auto heap = Heap::open(store.reader, object->data(), object->place(), store.reporter);
    if (!heap) {
        return std::nullopt;
    }
    const auto root = heap->item(heap->user_root());
    if (!root || root->bytes.size() < sizeof(le32) ||
        heap->client() != static_cast<std::uint8_t>(client)) {
        store.reporter.report("S17", object->place(), fmt::format("it is no {}", what));
        return std::nullopt;
    }
    return heap;
}

ltp::Hid tree_of(const Heap& heap) {
    const auto root = heap.item(heap.user_root());
    return root ? ltp::Hid{read_record<le32>(root->bytes)} : ltp::Hid{};
}

}  // namespace

void load_id_map(Store& store) {
    constexpr Nid kIdMap{0xC01};
    const auto heap = open_heap(store, kIdMap, ltp::HeapClient::IdMap, "ID map");
    if (!heap) {
        return;
    }
    const Place place = at_node(kIdMap);
    walk_bth(*heap, tree_of(*heap), sizeof(base::Guid), {sizeof(le32)}, place, store.reporter,
             [&](ByteView record) {
                 const Nid nid{read_record<le32>(record, sizeof(base::Guid))};
                 // 0: of what was deleted.
                 if (nid != ndb::kNidNone && store.index.lacks(nid)) {
                     store.reporter.report(
                         "S17", place,
                         fmt::format("it names {}, which does not exist", to_string(nid)));
                 }
                 store.id_map.nodes[base::to_bytes(record.first(sizeof(base::Guid)))] = nid;
             });
}

void check_id_map_totals(Store& store) {
    const IdMap& map = store.id_map;
    const bool in_use = map.rows_with > 0 || !map.nodes.empty();
    if (in_use && map.rows_without > 0) {
        store.reporter.report(
            Finding{&rule("S17"),
                    store.old_style ? Severity::Info : rule("S17").severity,
                    map.first_without,
                    fmt::format("the store has an ID map, but {} rows, this one first, have no "
                                "PidTagReplItemid",
                                map.rows_without),
                    {},
                    {}});
    }
}

void check_message_index(Store& store) {
    constexpr Nid kMessageIndex{0xE01};
    const auto heap =
        open_heap(store, kMessageIndex, ltp::HeapClient::MessageIndex, "message index");
    if (!heap) {
        return;
    }
    const Place place = at_node(kMessageIndex);
    std::vector<std::uint32_t> indexed;
    walk_bth(*heap, tree_of(*heap), sizeof(le32), {sizeof(le32)}, place, store.reporter,
             [&](ByteView record) {
                 const auto messages = heap->item(ltp::Hid{read_record<le32>(record, 4)});
                 for (std::size_t at = 0; messages && at + 4 <= messages->bytes.size(); at += 4) {
                     indexed.push_back(read_record<le32>(messages->bytes, at));
                 }
             });
    std::ranges::sort(indexed);
    const auto repeated = std::unique(indexed.begin(), indexed.end());
    const auto twice = indexed.end() - repeated;
    indexed.erase(repeated, indexed.end());
    const auto missing = std::ranges::count_if(store.index.nodes, [&](const NodeInfo& node) {
        return node.nid.type() == ndb::NidType::NormalMessage &&
               !std::ranges::binary_search(indexed, node.nid.value);
    });
    if (missing > 0) {
        // SCANPST: "only minor inconsistencies", without a line in its log.
        store.reporter.report(
            Finding{&rule("S17"),
                    indexed.empty() || store.old_style ? Severity::Info : Severity::Warning,
                    place,
                    fmt::format("{} messages are not in the message index", missing),
                    {},
                    {}});
    }
    if (twice > 0) {
        store.reporter.report("S17", place,
                              fmt::format("{} messages are in the message index twice", twice));
    }
}

}  // namespace mbx::pst::check
