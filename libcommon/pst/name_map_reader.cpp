#include "pst/name_map_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"
#include "pst/ltp/property_context_reader.hpp"
#include "pst/records.hpp"

namespace mbx::pst {
namespace {

constexpr std::uint64_t kLargestStream = std::uint64_t{16} << 20;

std::optional<base::Guid> find_set(base::ByteView sets, std::uint16_t number) {
    switch (number) {
        case kNoGuid:
            return base::Guid{};
        case kGuidOfMapi:
            return mapi::PS_MAPI;
        case kGuidOfPublicStrings:
            return mapi::PS_PUBLIC_STRINGS;
        default:
            break;
    }
    const std::size_t at = std::size_t{number} - kFirstStreamGuid;
    if (at >= sets.size() / sizeof(base::Guid)) {
        return std::nullopt;
    }
    return base::read_record<base::Guid>(sets, at * sizeof(base::Guid));
}

/// A length in bytes, then UTF-16LE.
std::optional<std::string> find_string(base::ByteView strings, std::size_t at) {
    if (at > strings.size() || strings.size() - at < sizeof(base::le32)) {
        return std::nullopt;
    }
    const std::size_t size = base::read_record<base::le32>(strings, at);
    const base::ByteView rest = strings.subspan(at + sizeof(base::le32));
    if (size > rest.size()) {
        return std::nullopt;
    }
    return base::utf8_from_utf16le(rest.first(size));
}

std::optional<mapi::PropertyName> find_name(const NAMEID& entry, base::ByteView sets,
                                            base::ByteView strings) {
    const auto set = find_set(sets, static_cast<std::uint16_t>(entry.wGuid >> 1));
    if (!set) {
        return std::nullopt;
    }
    const bool is_string = (entry.wGuid & 1U) != 0;
    if (!is_string) {
        return mapi::PropertyName{*set, std::uint32_t{entry.dwPropertyID}};
    }
    auto text = find_string(strings, entry.dwPropertyID);
    if (!text) {
        return std::nullopt;
    }
    return mapi::PropertyName{*set, std::move(*text)};
}

}  // namespace

NameMap::NameMap(base::ByteView sets, base::ByteView entries, base::ByteView strings,
                 base::Diagnostics& diagnostics) {
    constexpr std::size_t kMostNames = 0x10000 - mapi::kFirstNamedPropertyId;
    const std::size_t count = std::min(entries.size() / sizeof(NAMEID), kMostNames);
    names_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = base::read_record<NAMEID>(entries, i * sizeof(NAMEID));
        auto name = find_name(entry, sets, strings);
        if (!name || entry.wPropIdx >= kMostNames) {
            diagnostics.report(
                {base::Severity::Warning, "bad-name", "name-to-id map",
                 fmt::format("entry {} (dwPropertyID 0x{:08x}, wGuid 0x{:04x}, "
                             "wPropIdx 0x{:04x}) names nothing",
                             i, std::uint32_t{entry.dwPropertyID}, std::uint16_t{entry.wGuid},
                             std::uint16_t{entry.wPropIdx})});
            damaged_ = true;
            continue;
        }
        const auto id = static_cast<std::uint16_t>(mapi::kFirstNamedPropertyId + entry.wPropIdx);
        names_.push_back({id, std::move(*name)});
    }
    std::stable_sort(names_.begin(), names_.end(),
                     [](const Entry& a, const Entry& b) { return a.property_id < b.property_id; });
}

const mapi::PropertyName* NameMap::find(std::uint16_t property_id) const noexcept {
    const auto found = std::lower_bound(
        names_.begin(), names_.end(), property_id,
        [](const Entry& entry, std::uint16_t wanted) { return entry.property_id < wanted; });
    return found != names_.end() && found->property_id == property_id ? &found->name : nullptr;
}

NameMap read_name_map(const ndb::SharedBlockFile& file, base::Diagnostics& diagnostics) {
    constexpr const char* kPlace = "name-to-id map";
    try {
        const auto node = file->find_node(ndb::kNidNameToIdMap);
        if (!node) {
            diagnostics.report({base::Severity::Warning, "missing-node", kPlace,
                                "the store has none; named properties are left out"});
            return NameMap(true);
        }
        const ltp::PropertyContextReader properties(file, node->data, node->sub);
        const auto stream = [&](mapi::PropertyTag tag) {
            const ltp::PropertyRecord* record = properties.find(tag.id);
            return record != nullptr ? properties.bytes(*record, kLargestStream) : base::Bytes{};
        };
        return NameMap(stream(mapi::PidTagNameidStreamGuid), stream(mapi::PidTagNameidStreamEntry),
                       stream(mapi::PidTagNameidStreamString), diagnostics);
    } catch (const Error& error) {
        diagnostics.report({base::Severity::Error, "damaged-node", kPlace, error.what()});
        return NameMap(true);
    }
}

}  // namespace mbx::pst
