#include "pst/check/property_rules.hpp"

#include <fmt/format.h>

#include <functional>

#include "base/charset.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"
#include "mapi/names.hpp"
#include "pst/value_codec.hpp"

namespace mbx::pst::check {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

/// Values are looked into up to this size; beyond it only their size is checked.
constexpr std::uint64_t kLookInto = std::uint64_t{64} << 20;

bool is_known(PropertyType type) {
    // PtypServerId, PtypRestriction, PtypRuleAction: [MS-OXCDATA] 2.11.1, in rules.
    constexpr std::uint16_t kServerId = 0x00FB;
    constexpr std::uint16_t kRestriction = 0x00FD;
    constexpr std::uint16_t kRuleAction = 0x00FE;
    const auto number = static_cast<std::uint16_t>(type);
    return !mapi::name_of(type).empty() || number == kServerId || number == kRestriction ||
           number == kRuleAction;
}

}  // namespace

std::string describe(PropertyTag tag) {
    const std::string_view name = mapi::name_of(tag);
    return name.empty() ? fmt::format("property {:08x}", tag.value())
                        : fmt::format("{} ({:08x})", name, tag.value());
}

std::optional<Bytes> read_hnid(const Heap& heap, const Object& object, ltp::Hnid hnid) {
    if (hnid.is_none()) {
        return Bytes{};
    }
    if (hnid.is_hid()) {
        const auto item = heap.item(hnid.hid());
        return item ? std::optional(base::to_bytes(item->bytes)) : std::nullopt;
    }
    const Subnode* subnode = find(object.subnodes(), hnid.nid());
    return subnode != nullptr ? object.reader().read_all(subnode->data, kLookInto) : std::nullopt;
}

std::optional<PropertyContext> PropertyContext::open(Object& object, Reporter& reporter) {
    auto heap = Heap::open(object.reader(), object.data(), object.place(), reporter);
    if (!heap) {
        return std::nullopt;
    }
    if (heap->client() != static_cast<std::uint8_t>(ltp::HeapClient::Properties)) {
        reporter.report("L1", object.place(), "bClientSig", hex(heap->client()),
                        hex(static_cast<std::uint8_t>(ltp::HeapClient::Properties)));
        return std::nullopt;
    }
    PropertyContext result(std::move(*heap), object);
    const bool sound = walk_bth(
        result.heap_, result.heap_.user_root(), ltp::kPropertyKeySize, {ltp::kPropertyDataSize},
        object.place(), reporter, [&result](ByteView record) {
            const auto entry = base::read_record<ltp::PCRECORD>(record);
            result.values_[entry.wPropId] = {
                static_cast<PropertyType>(std::uint16_t{entry.wPropType}), entry.dwValueHnid};
        });
    for (const auto& [id, value] : result.values_) {
        result.check_value(id, value, reporter);
    }
    if (!sound) {
        return std::nullopt;
    }
    return result;
}

void PropertyContext::check_value(std::uint16_t id, const StoredValue& value, Reporter& reporter) {
    const auto place = [&] { return object_->place().with(describe({id, value.type})); };
    if (!is_known(value.type)) {
        reporter.report("L8", place(), "wPropType", hex(static_cast<std::uint16_t>(value.type)),
                        "a known type");
        return;
    }
    if (ansi_text_in_unicode(value.type)) {
        reporter.report(Finding{&rule("L8"), Severity::Warning, place(), "wPropType",
                                hex(static_cast<std::uint16_t>(value.type)),
                                "UTF-16, as in all files of this width"});
    }
    const std::size_t size = ltp::fixed_value_size(value.type);
    if (ltp::is_inline_in_record(value.type) && size < sizeof value.raw &&
        value.raw >> (8 * size) != 0) {
        reporter.report("L14", place(), "bytes behind its value", hex(value.raw >> (8 * size)),
                        "0x0");
    }
    if (value.type == PropertyType::Boolean) {
        if ((value.raw & 0xFFU) > 1) {
            reporter.report("L8", place(), "its value", hex(value.raw), "0 or 1");
        }
        return;
    }
    if (ltp::is_inline_in_record(value.type)) {
        return;
    }
    const ltp::Hnid hnid{value.raw};
    if (hnid.is_none()) {
        if (ltp::fixed_value_size(value.type) != 0) {
            reporter.report("L8", place(), "the size of its value", "0 bytes",
                            fmt::format("{} bytes", ltp::fixed_value_size(value.type)));
        }
        return;
    }
    if (hnid.is_hid() ? !heap_.item(hnid.hid()) : object_->use(hnid.nid()) == nullptr) {
        reporter.report(hnid.is_hid() ? "L4" : "L8", place(),
                        fmt::format("HNID {} leads nowhere", hex32(hnid.value)));
        return;
    }
    check_content(value, std::cref(place), reporter);
}

bool PropertyContext::ansi_text_in_unicode(PropertyType type) const noexcept {
    return !object_->reader().image().is_ansi() &&
           (type == PropertyType::String8 || type == PropertyType::MultipleString8);
}

void PropertyContext::expect_type(PropertyTag tag, Reporter& reporter) const {
    const auto found = values_.find(tag.id);
    if (found != values_.end() && find(tag) == nullptr && is_known(found->second.type)) {
        reporter.report("L8", object_->place().with(describe(tag)), "wPropType",
                        hex(static_cast<std::uint16_t>(found->second.type)),
                        hex(static_cast<std::uint16_t>(tag.type)));
    }
}

void PropertyContext::check_content(const StoredValue& value, const PlaceOf& place,
                                    Reporter& reporter) const {
    const ltp::Hnid hnid{value.raw};
    if (const auto item = hnid.is_hid() ? heap_.item(hnid.hid()) : std::nullopt;
        item && item->bytes.empty()) {
        reporter.report("L4", place(), "the HID of a value without bytes", hex32(hnid.value), "0");
        return;
    }
    if (value.type == PropertyType::Binary || value.type == PropertyType::String8) {
        return;
    }
    // Else its block is damaged, or it is too large to look into.
    if (const auto content = bytes(value)) {
        check_stored_value(value.type, *content, place, reporter);
    }
}

void check_stored_value(PropertyType type, ByteView content, const PlaceOf& place,
                        Reporter& reporter) {
    const std::size_t fixed =
        type == PropertyType::Object ? sizeof(ltp::OBJECTVALUE) : ltp::fixed_value_size(type);
    if (fixed != 0 && content.size() != fixed) {
        reporter.report("L8", place(), "the size of its value",
                        fmt::format("{} bytes", content.size()), fmt::format("{} bytes", fixed));
        return;
    }
    if (type == PropertyType::String && content.size() % 2 != 0) {
        reporter.report("L8", place(), "the size of its text",
                        fmt::format("{} bytes", content.size()), "even");
    }
    constexpr unsigned kMultiple = 0x1000;
    const bool multiple = (static_cast<unsigned>(type) & kMultiple) != 0;
    if (multiple && !decode_value(type, content, 1252)) {
        reporter.report("L8", place(), "its counts, offsets or sizes do not fit its bytes");
    }
}

const StoredValue* PropertyContext::find(PropertyTag tag) const noexcept {
    const auto found = values_.find(tag.id);
    if (found == values_.end()) {
        return nullptr;
    }
    // ANSI files have 8-bit text under the same identifiers.
    const bool text8 =
        tag.type == PropertyType::String && found->second.type == PropertyType::String8;
    return found->second.type == tag.type || text8 ? &found->second : nullptr;
}

std::optional<Bytes> PropertyContext::bytes(const StoredValue& value) const {
    if (ltp::is_inline_in_record(value.type)) {
        const base::le32 raw(value.raw);
        return base::to_bytes(base::record_bytes(raw).first(ltp::fixed_value_size(value.type)));
    }
    return read_hnid(heap_, *object_, ltp::Hnid{value.raw});
}

std::optional<Bytes> PropertyContext::bytes(PropertyTag tag) const {
    const StoredValue* value = find(tag);
    return value != nullptr ? bytes(*value) : std::nullopt;
}

std::optional<std::uint64_t> PropertyContext::size(const StoredValue& value) const {
    if (ltp::is_inline_in_record(value.type)) {
        return ltp::fixed_value_size(value.type);
    }
    const ltp::Hnid hnid{value.raw};
    if (hnid.is_none()) {
        return 0;
    }
    if (!hnid.is_hid()) {
        const Subnode* subnode = check::find(object_->subnodes(), hnid.nid());
        return subnode != nullptr ? object_->reader().size(subnode->data) : std::nullopt;
    }
    const auto item = heap_.item(hnid.hid());
    if (!item) {
        return std::nullopt;
    }
    if (value.type == PropertyType::Object && item->bytes.size() == sizeof(ltp::OBJECTVALUE)) {
        return base::read_record<ltp::OBJECTVALUE>(item->bytes).ulSize;
    }
    return item->bytes.size();
}

Bid PropertyContext::data_of(const StoredValue& value) const {
    const ltp::Hnid hnid{value.raw};
    const Subnode* subnode = ltp::is_inline_in_record(value.type) || hnid.is_hid()
                                 ? nullptr
                                 : check::find(object_->subnodes(), hnid.nid());
    return subnode != nullptr ? subnode->data : Bid{};
}

std::optional<std::int32_t> PropertyContext::integer(PropertyTag tag) const {
    const StoredValue* value = find(tag);
    return value != nullptr ? std::optional(static_cast<std::int32_t>(value->raw)) : std::nullopt;
}

std::optional<std::string> PropertyContext::text(PropertyTag tag) const {
    const StoredValue* value = find(tag);
    const auto content = value != nullptr ? bytes(*value) : std::nullopt;
    if (!content) {
        return std::nullopt;
    }
    return value->type == PropertyType::String8
               ? base::decode_code_page(base::as_text(*content), 28591)
               : base::utf8_from_utf16le(*content);
}

std::optional<ltp::OBJECTVALUE> PropertyContext::object_value(PropertyTag tag) const {
    const auto content = bytes(tag);
    if (!content || content->size() != sizeof(ltp::OBJECTVALUE)) {
        return std::nullopt;
    }
    return base::read_record<ltp::OBJECTVALUE>(*content);
}

}  // namespace mbx::pst::check
