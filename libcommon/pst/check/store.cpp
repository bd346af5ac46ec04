#include "pst/check/store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/little_endian.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"
#include "pst/records.hpp"

namespace mbx::pst::check {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

// What Outlook's own empty store has in its templates; PidTagLtpRowId and PidTagLtpRowVer are a
// rule of their own. SCANPST matches whole tags.
constexpr std::uint32_t kHierarchy[]{0x0E300102, 0x0E330014, 0x0E340102, 0x0E380003,
                                     0x3001001F, 0x36020003, 0x36030003, 0x360A000B,
                                     0x3613001F, 0x66350003, 0x66360003};
constexpr std::uint32_t kContents[]{
    0x00170003, 0x001A001F, 0x00360003, 0x0037001F, 0x00390040, 0x0042001F, 0x0057000B,
    0x0058000B, 0x0070001F, 0x00710102, 0x0E03001F, 0x0E04001F, 0x0E060040, 0x0E070003,
    0x0E080003, 0x0E170003, 0x0E300102, 0x0E330014, 0x0E340102, 0x0E380003, 0x0E3C0102,
    0x0E3D0102, 0x10970003, 0x30080040, 0x30130102, 0x65C60003};
constexpr std::uint32_t kAssociated[]{0x001A001F, 0x0E070003, 0x0E170003, 0x3001001F, 0x6800001F,
                                      0x6803000B, 0x68051003, 0x682F001F, 0x70030003, 0x70040102,
                                      0x70050102, 0x7006001F, 0x70070003};
constexpr std::uint32_t kSearchContents[]{
    0x00170003, 0x001A001F, 0x00360003, 0x0037001F, 0x0042001F, 0x0057000B,
    0x0058000B, 0x0E03001F, 0x0E04001F, 0x0E05001F, 0x0E060040, 0x0E070003,
    0x0E080003, 0x0E170003, 0x0E2A000B, 0x30080040, 0x67F10003};
constexpr std::uint32_t kReceive[]{0x001A001F, 0x66050003};
constexpr std::uint32_t kOutgoing[]{0x00390040, 0x0E100003, 0x0E140003};
constexpr std::uint32_t kAttachments[]{0x0E200003, 0x3704001F, 0x37050003, 0x370B0003};
constexpr std::uint32_t kRecipients[]{0x0C150003, 0x0E0F000B, 0x0FF90102, 0x0FFE0003,
                                      0x0FFF0102, 0x3001001F, 0x3002001F, 0x3003001F,
                                      0x300B0102, 0x39000003, 0x39FF001F, 0x3A40000B};
constexpr std::uint32_t kTemplate6B6[]{0x0E330014, 0x0E370102, 0x0E380003};
constexpr std::uint32_t kTemplate6D7[]{0x001A001F, 0x0E300102, 0x0E310102, 0x0E330014,
                                       0x0E340102, 0x0E380003, 0x0E3E0102};
constexpr std::uint32_t kTemplate6F8[]{0x0E330014, 0x30070040};

/// The 8-bit twin that ANSI files have.
PropertyTag in_width(PropertyTag tag, bool ansi) {
    return ansi && tag.type == PropertyType::String ? PropertyTag{tag.id, PropertyType::String8}
                                                    : tag;
}

/// A value that differs from another from that byte on: a number, a text, or the bytes there.
std::string shown(PropertyType type, ByteView value, std::size_t from) {
    constexpr std::size_t kShownText = 60;   // bytes of UTF-8
    constexpr std::size_t kShownBytes = 16;  // before it becomes a dump
    if (const std::size_t size = ltp::fixed_value_size(type);
        size == value.size() && size <= sizeof(std::uint64_t)) {
        Bytes wide = base::to_bytes(value);
        wide.resize(sizeof(std::uint64_t));
        return hex(base::read_record<base::le64>(wide));
    }
    if (type == PropertyType::String && from < kShownText) {
        return fmt::format("\"{}\"", base::escape(base::utf8_from_utf16le(value), kShownText));
    }
    if (type == PropertyType::String8 && from < kShownText) {
        return fmt::format("\"{}\"", base::escape(base::as_text(value), kShownText));
    }
    const ByteView rest = value.subspan(from);
    return fmt::format("{} bytes, from byte {} on {}{}", value.size(), from,
                       base::to_hex(rest.first(std::min(rest.size(), kShownBytes))),
                       rest.size() > kShownBytes ? "..." : "");
}

/// Cells that have no property in the object's own context, or need not.
bool is_row_only(std::uint16_t id) {
    constexpr std::uint16_t kIds[]{0x67F1, 0x67F2, 0x67F3, 0x0E17, 0x3013, 0x0E30,
                                   0x0E33, 0x0E34, 0x0E38, 0x0E3C, 0x0E3D};
    return std::ranges::find(kIds, id) != std::end(kIds);
}

}  // namespace

std::optional<Object> Store::open(Nid nid) const {
    const NodeInfo* node = index.find(nid);
    return node != nullptr ? Object::open(reader, node->data, node->sub, at_node(nid))
                           : std::nullopt;
}

bool Store::list(Nid nid) {
    const NodeInfo* node = index.find(nid);
    if (node == nullptr) {
        return false;
    }
    listed[static_cast<std::size_t>(node - index.nodes.data())] = true;
    return true;
}

std::optional<std::string> Store::entry_id_problem(ByteView entry_id, Target target) const {
    if (entry_id.size() != sizeof(ENTRYID)) {
        return fmt::format("it has {} bytes, expected {}", entry_id.size(), sizeof(ENTRYID));
    }
    const auto record = base::read_record<ENTRYID>(entry_id);
    const Nid nid{record.nid};
    if (record.rgbFlags != 0) {
        return fmt::format("its flags are {}, expected 0x0", hex(record.rgbFlags));
    }
    // Without a key, that is what has been said.
    if (!record_key.empty() && !std::ranges::equal(record.uid, record_key)) {
        return "its UID is not PidTagRecordKey of the store";
    }
    const bool fits =
        target == Target::Folder ? is_folder(nid) : nid.type() == ndb::NidType::NormalMessage;
    if (!fits || index.lacks(nid)) {
        return fmt::format("its node {} is no {} that exists", to_string(nid),
                           target == Target::Folder ? "folder" : "message");
    }
    return std::nullopt;
}

void Store::check_replica_id(const Table& table, ByteView row, const Place& place) {
    const Nid nid{table.row_id(row)};
    if (nid.type() == ndb::NidType::SearchFolder) {
        return;  // these have none
    }
    const Column* column = table.find(mapi::PidTagReplItemid);
    if (column == nullptr || !Table::is_present(row, table, *column)) {
        if (id_map.rows_without++ == 0) {
            id_map.first_without = place;
        }
        return;
    }
    ++id_map.rows_with;
    const auto id = table.cell(row, *column);
    if (!id) {
        return;
    }
    const auto found = id_map.nodes.find(*id);
    if (found == id_map.nodes.end()) {
        if (!index.all_nodes && id_map.nodes.empty()) {
            return;  // the map may be what is damaged
        }
        reporter.report("S17", place.with(describe(column->tag)), "the ID map has no record of it");
    } else if (found->second != nid) {
        reporter.report("S17", place.with(describe(column->tag)), "its node in the ID map",
                        to_string(found->second), to_string(nid));
    }
}

void Store::note_names(const PropertyContext& context) {
    if (!context.values().empty()) {
        const std::uint16_t last = context.values().rbegin()->first;
        if (last >= mapi::kFirstNamedPropertyId) {
            highest_named = std::max(highest_named, last);
        }
    }
}

std::span<const std::uint32_t> required_columns(Nid template_nid) {
    switch (template_nid.value) {
        case ndb::kNidHierarchyTableTemplate.value:
            return kHierarchy;
        case ndb::kNidContentsTableTemplate.value:
            return kContents;
        case ndb::kNidAssociatedContentsTableTemplate.value:
            return kAssociated;
        case ndb::kNidSearchContentsTableTemplate.value:
            return kSearchContents;
        case ndb::kNidReceiveFolderTable.value:
            return kReceive;
        case ndb::kNidOutgoingQueueTable.value:
            return kOutgoing;
        case ndb::kNidAttachmentTable.value:
            return kAttachments;
        case ndb::kNidRecipientTable.value:
            return kRecipients;
        case 0x6B6:
            return kTemplate6B6;
        case 0x6D7:
            return kTemplate6D7;
        case 0x6F8:
            return kTemplate6F8;
        default:
            return {};
    }
}

void check_required_columns(const Table& table, Nid template_nid, const Place& place,
                            Store& store) {
    std::string missing;
    for (const std::uint32_t tag : required_columns(template_nid)) {
        if (table.find(in_width(PropertyTag::from_value(tag), store.image.is_ansi())) == nullptr) {
            missing += fmt::format("{}{:08x}", missing.empty() ? "" : " ", tag);
        }
    }
    if (!missing.empty()) {
        // Older programs made tables with fewer columns; Outlook reads them.
        const Severity severity =
            store.old_style || store.image.is_ansi() ? Severity::Info : rule("S3").severity;
        store.reporter.report(
            Finding{&rule("S3"), severity, place, "columns are missing: " + missing, {}, {}});
    }
}

void compare_row(const Table& table, ByteView row, const PropertyContext& context,
                 std::string_view rule_id, const Place& place, Store& store) {
    for (const Column& column : table.columns()) {
        if (is_row_only(column.tag.id)) {
            continue;
        }
        const bool present = Table::is_present(row, table, column);
        const StoredValue* value = context.find(column.tag);
        const auto at = [&] { return place.with(describe(column.tag)); };
        if (present != (value != nullptr)) {
            store.reporter.report(rule_id, at(),
                                  present ? "the row has it, the object has not"
                                          : "the object has it, the row has not");
            continue;
        }
        if (!present) {
            continue;
        }
        if (value->type != column.tag.type) {
            store.reporter.report(rule_id, at(), "the type in the object",
                                  hex(static_cast<std::uint16_t>(value->type)),
                                  hex(static_cast<std::uint16_t>(column.tag.type)));
            continue;
        }
        const auto in_row = table.cell(row, column);
        const auto in_object = context.bytes(*value);
        if (in_row && in_object && *in_row != *in_object) {
            // Outlook 2010 left a row behind when the size of its message changed.
            const bool size = column.tag == mapi::PidTagMessageSize;
            const auto differ = std::ranges::mismatch(*in_row, *in_object).in1 - in_row->begin();
            const auto from = static_cast<std::size_t>(differ);
            store.reporter.report(Finding{&rule(rule_id),
                                          size ? Severity::Warning : rule(rule_id).severity, at(),
                                          "the cell", shown(value->type, *in_row, from),
                                          "the object's " + shown(value->type, *in_object, from)});
        }
    }
}

}  // namespace mbx::pst::check
