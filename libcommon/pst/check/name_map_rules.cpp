#include "pst/check/name_map_rules.hpp"

#include <fmt/format.h>

#include "base/crc32.hpp"
#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/records.hpp"

namespace mbx::pst::check {
namespace {

using base::read_record;

class NameMap {
  public:
    NameMap(const PropertyContext& context, const Place& place, Store& store)
        : context_(context), place_(place), store_(store) {}

    void check() {
        const auto guids = context_.bytes(mapi::PidTagNameidStreamGuid);
        const auto entries = context_.bytes(mapi::PidTagNameidStreamEntry);
        const auto strings = context_.bytes(mapi::PidTagNameidStreamString);
        const auto buckets = context_.integer(mapi::PidTagNameidBucketCount);
        if (!guids || !entries || !strings || !buckets || *buckets <= 0) {
            // The specification allows it (2.7.3.2); strict readers then find no name at all.
            report("the bucket count or a stream is missing");
            return;
        }
        strings_ = *strings;
        guid_count_ = guids->size() / sizeof(base::Guid);
        if (guids->size() % sizeof(base::Guid) != 0 || entries->size() % sizeof(NAMEID) != 0) {
            report(fmt::format("the streams have {} and {} bytes, no whole records", guids->size(),
                               entries->size()));
        }
        const std::size_t count = entries->size() / sizeof(NAMEID);
        for (std::size_t i = 0; i < count; ++i) {
            check_entry(read_record<NAMEID>(*entries, i * sizeof(NAMEID)), i);
        }
        check_buckets(*entries, count, static_cast<std::uint32_t>(*buckets));
        if (store_.highest_named >= mapi::kFirstNamedPropertyId + count) {
            report(fmt::format("property {} is in use, but there are only {} names",
                               hex(store_.highest_named), count));
        }
    }

  private:
    void report(std::string text) { store_.reporter.report("S16", place_, std::move(text)); }

    /// The UTF-16LE text at an offset of the string stream; nullopt when it is not inside.
    std::optional<ByteView> string_at(std::uint32_t offset) const {
        if (offset > strings_.size() || strings_.size() - offset < sizeof(base::le32)) {
            return std::nullopt;
        }
        const std::uint32_t size = read_record<base::le32>(strings_, offset);
        if (size > strings_.size() - offset - sizeof(base::le32)) {
            return std::nullopt;
        }
        return ByteView(strings_).subspan(offset + sizeof(base::le32), size);
    }

    static bool is_string(const NAMEID& entry) { return (entry.wGuid & 1U) != 0; }

    void check_entry(const NAMEID& entry, std::size_t position) {
        if (entry.wPropIdx != position) {
            report(
                fmt::format("entry {}: wPropIdx is {}", position, std::uint16_t{entry.wPropIdx}));
        }
        const unsigned guid = entry.wGuid >> 1U;
        if (guid >= kFirstStreamGuid && guid - kFirstStreamGuid >= guid_count_) {
            report(fmt::format("entry {}: wGuid names GUID {} of {}", position,
                               guid - kFirstStreamGuid, guid_count_));
        }
        if (is_string(entry) && !string_at(entry.dwPropertyID)) {
            report(fmt::format("entry {}: its name lies outside the string stream", position));
        }
    }

    /// What a bucket record has in place of the number or offset.
    std::optional<std::uint32_t> key_of(const NAMEID& entry) const {
        if (!is_string(entry)) {
            return entry.dwPropertyID;
        }
        const auto text = string_at(entry.dwPropertyID);
        return text ? std::optional(base::pst_crc32(*text)) : std::nullopt;
    }

    void check_buckets(ByteView entries, std::size_t count, std::uint32_t buckets) {
        std::size_t records = 0;
        std::size_t wrong = 0;
        for (std::uint32_t bucket = 0; bucket < buckets && bucket < kNameBucketCount * 16;
             ++bucket) {
            const auto id = static_cast<std::uint16_t>(kFirstNameBucketId + bucket);
            const auto bytes = context_.bytes(mapi::PropertyTag{id, mapi::PropertyType::Binary});
            if (!bytes) {
                continue;
            }
            for (std::size_t at = 0; at + sizeof(NAMEID) <= bytes->size(); at += sizeof(NAMEID)) {
                ++records;
                wrong +=
                    fits(read_record<NAMEID>(*bytes, at), bucket, buckets, entries, count) ? 0 : 1;
            }
        }
        if (records != count) {
            report(fmt::format("the buckets have {} records, there are {} names", records, count));
        }
        if (wrong > 0) {
            report(fmt::format("{} bucket records are in the wrong bucket or name another entry",
                               wrong));
        }
    }

    bool fits(const NAMEID& record, std::uint32_t bucket, std::uint32_t buckets, ByteView entries,
              std::size_t count) const {
        if (record.wPropIdx >= count) {
            return false;
        }
        const auto entry = read_record<NAMEID>(entries, record.wPropIdx * sizeof(NAMEID));
        const auto key = key_of(entry);
        return key && record.dwPropertyID == *key && record.wGuid == entry.wGuid &&
               (*key ^ record.wGuid) % buckets == bucket;
    }

    const PropertyContext& context_;
    const Place& place_;
    Store& store_;
    Bytes strings_;
    std::size_t guid_count_ = 0;
};

}  // namespace

void check_name_map(Store& store) {
    auto object = store.open(ndb::kNidNameToIdMap);
    const auto context = object ? PropertyContext::open(*object, store.reporter) : std::nullopt;
    if (context) {
        NameMap(*context, object->place(), store).check();
        object->report_unused(store.reporter);
    }
}

}  // namespace mbx::pst::check
