// Heaps, BTHs, property contexts, tables.
#include <algorithm>

#include "base/little_endian.hpp"
#include "unit/pst/check/damage.hpp"

namespace mbx::test {

using base::MutableByteView;

namespace {

constexpr Nid kInboxContents{kInbox.value + 12};
constexpr Nid kInboxHierarchy{kInbox.value + 11};
constexpr Nid kWorkContents{kWork.value + 12};
constexpr Nid kCrowdedContents{kCrowded.value + 12};

/// A change of what is behind a pattern in the first block of a node.
std::function<void(Patient&)> in_node(Nid nid, base::Bytes pattern,
                                      std::function<void(MutableByteView)> change) {
    return [=](Patient& p) { p.after(p.data_block(nid), pattern, change); };
}

/// Where rgibAlloc begins.
std::size_t starts_of(MutableByteView heap) {
    return base::read_record<base::le16>(heap, 0) + std::size_t{4};
}

/// Gives all the bytes of a heap to its last item.
void swell_last_item(MutableByteView heap) {
    const std::size_t starts = starts_of(heap);
    const std::size_t count = base::read_record<base::le16>(heap, starts - 4);
    for (std::size_t i = 1; i < count; ++i) {
        put16(heap, starts + 2 * i, base::read_record<base::le16>(heap, starts));
    }
    put16(heap, starts - 2, static_cast<std::uint16_t>(count - 1));
}

/// Takes all bytes from the last item of a heap, and moves the page map up to its place.
void empty_last_item(MutableByteView heap) {
    const std::size_t starts = starts_of(heap);
    const std::size_t count = base::read_record<base::le16>(heap, starts - 4);
    const auto last = base::read_record<base::le16>(heap, starts + 2 * (count - 1));
    put16(heap, starts + 2 * count, last);
    put16(heap, starts - 2, 1);
    const std::size_t map = (last + 1U) / 2 * 2;
    std::copy(heap.begin() + static_cast<std::ptrdiff_t>(starts - 4),
              heap.begin() + static_cast<std::ptrdiff_t>(starts + 2 * count + 2),
              heap.begin() + static_cast<std::ptrdiff_t>(map));
    put16(heap, 0, static_cast<std::uint16_t>(map));
}

/// Where TCINFO begins.
std::size_t info_at(MutableByteView heap) {
    constexpr std::ptrdiff_t kBehindHeader = 12;
    return static_cast<std::size_t>(
        std::find(heap.begin() + kBehindHeader, heap.end(), std::byte{0x7C}) - heap.begin());
}

std::uint8_t end_of_2b(MutableByteView heap) {
    return std::to_integer<std::uint8_t>(heap[info_at(heap) + 4]);
}

/// A column with four bytes that the row does not have.
const pst::check::Column& absent_column(base::ByteView row, const pst::check::Table& table) {
    return *std::ranges::find_if(table.columns(), [&](const pst::check::Column& column) {
        return column.size == 4 && !pst::check::Table::is_present(row, table, column);
    });
}

}  // namespace

std::vector<Damage> heap_damages() {
    return {
        {"L1", "bSig",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 2, 0); });
         }},
        {"L1", "bClientSig",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 3, 0x7C); });
         }},
        {"L2", "cFree",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) {
                 put16(d, base::read_record<base::le16>(d, 0) + 2U, 5);
             });
         }},
        {"L2", "ibHnpm",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put16(d, 0, 0xFFFF); });
         }},
        {"L3",
         "an item of more than 3580 bytes",
         [](Patient& p) { p.block(p.data_block(kCrowdedContents), swell_last_item); },
         {"L4"},
         Sample::Large},
        {"L5", "the level of a block",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 8, 0xF); });
         }},
        {"L5",
         "the level of a full block",
         [](Patient& p) {
             p.block(p.data_block(kCrowdedContents), [](MutableByteView d) { put8(d, 8, 0); });
         },
         {},
         Sample::Large},
        {"L5", "the level of a block that is not there",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 11, 0x10); });
         }},
        {"L4", "an item for a value without bytes",
         [](Patient& p) { p.block(p.data_block(kPlainMessage), empty_last_item); }},
        {"L4", "hidUserRoot",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put32(d, 4, 0xFFE0); });
         }},
        {"L4", "the HID of a value",
         in_node(kPlainMessage, record_of(0x1000001F),
                 [](MutableByteView v) { put32(v, 0, 0xFFE0); })},
        {"L7", "a key out of order",
         in_node(kPlainMessage, record_of(0x1000001F),
                 [](MutableByteView v) { put16(v, 4, 0x0001); })},
        {"L8",
         "a Boolean of 7",
         in_node(Nid{kInbox}, record_of(0x360A000B), [](MutableByteView v) { put8(v, 0, 7); }),
         {"S7"}},
        {"L8", "an unknown type",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView data) {
                 const base::Bytes pattern = record_of(0x1000001F);
                 const auto at =
                     std::search(data.begin(), data.end(), pattern.begin(), pattern.end());
                 put16(data, static_cast<std::size_t>(at - data.begin()) + 2, 0x0099);
             });
         }},
        {"L8", "a Boolean cell of 7",
         [](Patient& p) {
             p.row({kRichMessage, pst::ndb::kNidRecipientTable}, 0,
                   [](MutableByteView row, const pst::check::Table& table) {
                       put8(row, table.find({0x0E0F, mapi::PropertyType::Boolean})->offset, 7);
                   });
         }},
        {"L10", "a subnode that nothing names",
         [](Patient& p) {
             p.subnode_entry(p.sub_block(kRichMessage), pst::ndb::kNidRecipientTable,
                             [](MutableByteView e) { put64(e, 0, 0x69F); });
         }},
        {"L13", "a row version twice",
         [](Patient& p) {
             std::uint32_t version = 0;
             p.row({kInboxContents}, 1, [&](MutableByteView row, const pst::check::Table&) {
                 version = base::read_record<base::le32>(row, 4);
             });
             p.row({kInboxContents}, 0,
                   [&](MutableByteView row, const pst::check::Table&) { put32(row, 4, version); });
         }},
        {"L14", "bytes of an absent cell",
         [](Patient& p) {
             p.row({kInboxContents}, 0, [](MutableByteView row, const pst::check::Table& table) {
                 put32(row, absent_column(row, table).offset, 7);
             });
         }},
        {"L14", "bytes behind a Boolean",
         [](Patient& p) {
             p.record({kInbox}, 0x360A000B, [](MutableByteView r) { put8(r, 6, 1); });
         }},
        {"L11", "TCI_2b",
         [](Patient& p) {
             p.block(p.data_block(kInboxHierarchy), [](MutableByteView d) {
                 put8(d, info_at(d) + 4, static_cast<std::uint8_t>(end_of_2b(d) + 1));
             });
         }},
        told_as_info({"L11", "hidIndex",
                      [](Patient& p) {
                          p.block(p.data_block(kInboxHierarchy),
                                  [](MutableByteView d) { put32(d, info_at(d) + 18, 0x20); });
                      }}),
        {"L11",
         "columns out of order",
         in_node(kWorkContents, column_of(0x0037001F),
                 [](MutableByteView v) { put32(v, 4, 0x00010040); }),
         {"S3"}},
        {"L11", "TCI_1b",
         [](Patient& p) {
             p.block(p.data_block(kInboxHierarchy),
                     [](MutableByteView d) { put16(d, info_at(d) + 6, 1); });
         }},
        {"L12", "a key of the row index",
         in_node(kInboxContents, little_endian32(kRichMessage.value),
                 [](MutableByteView v) { put32(v, 0, 7); })},
    };
}

}  // namespace mbx::test
