// Messages, their rows, recipients and attachments.
#include <algorithm>

#include "base/little_endian.hpp"
#include "unit/pst/check/damage.hpp"

namespace mbx::test {

using base::MutableByteView;
using pst::check::Table;

namespace {

constexpr Nid kFirstAttachment{0x8025};
constexpr Nid kThirdAttachment{0x8065};
constexpr Nid kInboxContents{kInbox.value + 12};

std::function<void(Patient&)> rename_property(const NodePath& path, std::uint32_t tag) {
    return [=](Patient& p) {
        p.record(path, tag, [&](MutableByteView record) {
            put16(record, 0, static_cast<std::uint16_t>((tag >> 16) + 1));
        });
    };
}

std::function<void(Patient&)> set_property(const NodePath& path, std::uint32_t tag,
                                           std::uint32_t value) {
    return [=](Patient& p) {
        p.record(path, tag, [&](MutableByteView record) { put32(record, 4, value); });
    };
}

std::function<void(Patient&)> set_type(const NodePath& path, std::uint32_t tag,
                                       std::uint16_t type) {
    return [=](Patient& p) {
        p.record(path, tag, [&](MutableByteView record) { put16(record, 2, type); });
    };
}

std::function<void(Patient&)> set_kind_of_recipient(std::size_t index, std::uint32_t kind) {
    return [=](Patient& p) {
        p.row({kRichMessage, pst::ndb::kNidRecipientTable}, index,
              [&](MutableByteView row, const Table& table) {
                  put32(row, table.find({0x0C15, mapi::PropertyType::Integer32})->offset, kind);
              });
    };
}

/// The attachment of the message with an OLE object.
NodePath ole_attachment(const Patient& p) {
    return {kOleMessage, p.reader().subnodes(p.sub_block(kOleMessage))->back().nid};
}

}  // namespace

std::vector<Damage> message_damages() {
    return {
        {"S10", "PidTagMessageFlags of a message", set_property({kPlainMessage}, 0x0E070003, 1)},
        {"S10", "a subject of 8-bit text", set_type({kPlainMessage}, 0x0037001F, 0x1E), {"L8"}},
        {"L8", "a body of 8-bit text", set_type({kPlainMessage}, 0x1000001F, 0x1E)},
        {"L8", "a body that is binary", set_type({kPlainMessage}, 0x1000001F, 0x102)},
        {"S11", "the search key", rename_property({kPlainMessage}, 0x300B0102)},
        {"S12",
         "no recipient table",
         [](Patient& p) {
             p.subnode_entry(p.sub_block(kRichMessage), pst::ndb::kNidRecipientTable,
                             [](MutableByteView e) { put64(e, 0, 0x69F); });
         },
         {"L10"}},
        {"S13",
         "the flag of a message without attachments",
         set_property({kPlainMessage}, 0x0E070003, 0x10),
         {"S10"}},
        {"S13", "PidTagHasAttachments", set_property({kPlainMessage}, 0x0E1B000B, 1)},
        {"S13", "the rendering position of an attachment",
         rename_property({kRichMessage, kFirstAttachment}, 0x370B0003)},
        {"S14", "PidTagMessageSize", set_property({kPlainMessage}, 0x0E080003, 5), {"S10"}},
        {"S14",
         "PidTagAttachSize",
         set_property({kRichMessage, kFirstAttachment}, 0x0E200003, 9),
         {"S13"}},
        {"S15",
         "the node of an embedded message",
         [](Patient& p) {
             p.value({kRichMessage, kThirdAttachment}, 0x3701000D,
                     [](MutableByteView v) { put32(v, 0, 1); });
         },
         {"L10"}},
        {"S15",
         "the size of an embedded message",
         [](Patient& p) {
             p.value({kRichMessage, kThirdAttachment}, 0x3701000D,
                     [](MutableByteView v) { put32(v, 4, 1); });
         },
         {"S14"}},
        {"S15",
         "the size of an OLE object",
         [](Patient& p) {
             p.value(ole_attachment(p), 0x3701000D, [](MutableByteView v) { put32(v, 4, 1); });
         },
         {"S14"},
         Sample::Large},
        {"S15",
         "the type of an OLE object's node",
         [](Patient& p) {
             const NodePath path = ole_attachment(p);
             const Nid old = p.reader().subnodes(p.sub_block(path))->at(0).nid;
             const Nid other = old.with_type(pst::ndb::NidType::Ltp);
             p.subnode_entry(p.sub_block(path), old,
                             [&](MutableByteView e) { put64(e, 0, other.value); });
             p.value(path, 0x3701000D, [&](MutableByteView v) { put32(v, 0, other.value); });
         },
         {},
         Sample::Large},
        {"R1", "the kind of a recipient", set_kind_of_recipient(1, 9), {"M5"}},
        {"R1",
         "the kind of a recipient is missing",
         [](Patient& p) {
             p.row({kRichMessage, pst::ndb::kNidRecipientTable}, 1,
                   [](MutableByteView row, const Table& table) {
                       const auto* column = table.find({0x0C15, mapi::PropertyType::Integer32});
                       const std::size_t bits = row.size() - (table.columns().size() + 7) / 8;
                       row[bits + column->bit / 8] &=
                           ~std::byte{static_cast<std::uint8_t>(0x80U >> column->bit % 8)};
                       put32(row, column->offset, 0);
                   });
         },
         {"M5"}},
        {"M4", "PidTagDisplayTo is empty", set_property({kRichMessage}, 0x0E04001F, 0), {"S10"}},
        {"M5", "PidTagDisplayTo and PidTagDisplayCc", set_kind_of_recipient(1, 2)},
        {"M5",
         "a long PidTagDisplayTo that the row does not share",
         [](Patient& p) {
             // The row's copy becomes a block of its own: that of another value.
             const auto subnodes = p.reader().subnodes(p.sub_block(kInboxContents));
             const auto other = p.reader().subnodes(p.sub_block(kManyRecipients));
             p.subnode_entry(p.sub_block(kInboxContents), subnodes->back().nid,
                             [&](MutableByteView e) { put64(e, 8, other->at(0).data.value); });
         },
         {"B4", "S10"},
         Sample::Large},
        {"M6",
         "PidTagConversationTopic",
         [](Patient& p) {
             p.value({kPlainMessage}, 0x0070001F, [](MutableByteView v) { put8(v, 0, 'x'); });
         },
         {"S10"}},
        {"M7",
         "the first byte of a conversation index",
         [](Patient& p) {
             p.value({kPlainMessage}, 0x00710102, [](MutableByteView v) { put8(v, 0, 2); });
         },
         {"S10"}},
        {"P1",
         "the heap of a message that libpff reads",
         [](Patient& p) {
             p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 2, 0); });
         },
         {},
         Sample::Small,
         true},
        {"M8",
         "a control character in the subject",
         [](Patient& p) {
             p.value({kPlainMessage}, 0x0037001F, [](MutableByteView v) { put8(v, 4, 7); });
         },
         {"S10"}},
    };
}

}  // namespace mbx::test
