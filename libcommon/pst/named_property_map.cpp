#include "pst/named_property_map.hpp"

#include <algorithm>
#include <variant>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst {
namespace {

constexpr std::size_t kMostNames = 0xFFFF - mapi::kFirstNamedPropertyId;
constexpr std::size_t kMostSets = 0x7FFF - kFirstStreamGuid;  // 15 bits of wGuid
constexpr std::uint16_t kNameIsString = 1;

[[noreturn]] void refuse() {
    throw Error(ErrorCode::BadData, "the store has no number left for another named property",
                "split the mailbox into several files");
}

std::uint32_t bucket_of(const NAMEID& record) {
    return (record.dwPropertyID ^ record.wGuid) % kNameBucketCount;
}

}  // namespace

NamedPropertyMap::NamedPropertyMap() {
    id_of({mapi::PS_PUBLIC_STRINGS, "Keywords"});
    id_of({mapi::PSETID_Common, 0x8501U});  // PidLidReminderDelta
}

std::uint16_t NamedPropertyMap::id_of(const mapi::PropertyName& name) {
    if (const auto known = ids_.find(name); known != ids_.end()) {
        return known->second;
    }
    if (ids_.size() == kMostNames) {
        refuse();
    }
    const auto id = static_cast<std::uint16_t>(mapi::kFirstNamedPropertyId + ids_.size());
    const NAMEID entry = make_entry(name);
    base::append(entries_, base::record_bytes(entry));
    ids_.emplace(name, id);
    return id;
}

/// The record of the entry stream; the one in the bucket has a CRC instead of the string's place.
NAMEID NamedPropertyMap::make_entry(const mapi::PropertyName& name) {
    NAMEID entry{};
    entry.wGuid = static_cast<std::uint16_t>(set_number(name.set) << 1);
    entry.wPropIdx = static_cast<std::uint16_t>(ids_.size());
    NAMEID in_bucket = entry;
    if (const auto* number = std::get_if<std::uint32_t>(&name.id)) {
        entry.dwPropertyID = *number;
        in_bucket.dwPropertyID = *number;
    } else {
        const base::Bytes text = base::utf16le_from_utf8(std::get<std::string>(name.id));
        entry.wGuid = static_cast<std::uint16_t>(entry.wGuid | kNameIsString);
        in_bucket.wGuid = entry.wGuid;
        entry.dwPropertyID = static_cast<std::uint32_t>(strings_.size());
        in_bucket.dwPropertyID = base::pst_crc32(text);
        base::append_le(strings_, static_cast<std::uint32_t>(text.size()));
        base::append(strings_, text);
        strings_.resize((strings_.size() + 3) / 4 * 4);
    }
    base::append(buckets_[bucket_of(in_bucket)], base::record_bytes(in_bucket));
    return entry;
}

std::uint16_t NamedPropertyMap::set_number(const base::Guid& set) {
    if (set == base::Guid{}) {
        return kNoGuid;
    }
    if (set == mapi::PS_MAPI) {
        return kGuidOfMapi;
    }
    if (set == mapi::PS_PUBLIC_STRINGS) {
        return kGuidOfPublicStrings;
    }
    const auto found = std::find(sets_.begin(), sets_.end(), set);
    const auto place = found - sets_.begin();
    if (found == sets_.end()) {
        if (sets_.size() == kMostSets) {
            refuse();
        }
        sets_.push_back(set);
    }
    return static_cast<std::uint16_t>(kFirstStreamGuid + place);
}

std::vector<ltp::StoredProperty> NamedPropertyMap::stored() const {
    base::Bytes sets;
    for (const base::Guid& set : sets_) {
        base::append(sets, set);
    }
    std::vector<ltp::StoredProperty> result;
    result.push_back({mapi::PidTagNameidBucketCount,
                      base::to_bytes(base::record_bytes(base::le32(kNameBucketCount)))});
    result.push_back({mapi::PidTagNameidStreamGuid, std::move(sets)});
    result.push_back({mapi::PidTagNameidStreamEntry, entries_});
    result.push_back({mapi::PidTagNameidStreamString, strings_});
    for (const auto& [bucket, records] : buckets_) {
        const auto id = static_cast<std::uint16_t>(kFirstNameBucketId + bucket);
        result.push_back({{id, mapi::PropertyType::Binary}, records});
    }
    return result;
}

}  // namespace mbx::pst
