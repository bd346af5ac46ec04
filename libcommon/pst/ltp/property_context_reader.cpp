#include "pst/ltp/property_context_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ltp/bth_reader.hpp"

namespace mbx::pst::ltp {
namespace {

base::Bytes inline_bytes(const PropertyRecord& record) {
    const base::le32 value = record.value;
    return base::to_bytes(base::record_bytes(value).first(fixed_value_size(record.tag.type)));
}

/// What follows the key in a PCRECORD.
struct RecordData {
    base::le16 wPropType;
    base::le32 dwValueHnid;
};
static_assert(sizeof(RecordData) == kPropertyDataSize);

}  // namespace

PropertyContextReader::PropertyContextReader(ndb::SharedBlockFile file, ndb::Bid data, ndb::Bid sub)
    : node_(std::move(file), data, sub, HeapClient::Properties) {
    BthReader tree(node_.heap(), node_.heap().user_root(), kPropertyKeySize);
    if (tree.data_size() != kPropertyDataSize) {
        throw Error(ErrorCode::BadData,
                    fmt::format("cbEnt of the property records is {}, expected {}",
                                tree.data_size(), std::size_t{kPropertyDataSize}));
    }
    while (const auto record = tree.next()) {
        const auto data_part = base::read_record<RecordData>(record->data);
        const mapi::PropertyTag tag{
            static_cast<std::uint16_t>(record->key),
            static_cast<mapi::PropertyType>(std::uint16_t{data_part.wPropType})};
        records_.push_back({tag, data_part.dwValueHnid});
    }
}

const PropertyRecord* PropertyContextReader::find(std::uint16_t id) const noexcept {
    const auto found = std::lower_bound(
        records_.begin(), records_.end(), id,
        [](const PropertyRecord& record, std::uint16_t wanted) { return record.tag.id < wanted; });
    return found != records_.end() && found->tag.id == id ? &*found : nullptr;
}

std::uint64_t PropertyContextReader::size(const PropertyRecord& record) const {
    return is_inline_in_record(record.tag.type) ? fixed_value_size(record.tag.type)
                                                : node_.size(Hnid{record.value});
}

base::Bytes PropertyContextReader::bytes(const PropertyRecord& record, std::uint64_t limit) const {
    return is_inline_in_record(record.tag.type) ? inline_bytes(record)
                                                : node_.bytes(Hnid{record.value}, limit);
}

base::SharedSource PropertyContextReader::source(const PropertyRecord& record) const {
    return is_inline_in_record(record.tag.type) ? base::memory_source(inline_bytes(record))
                                                : node_.source(Hnid{record.value});
}

}  // namespace mbx::pst::ltp
