#include "pst/ltp/property_context_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst::ltp {
namespace {

/// The value of at most four bytes as the record holds it, the unused ones 0.
std::uint32_t inline_value(const base::Bytes& bytes) {
    std::array<std::byte, sizeof(std::uint32_t)> padded{};
    std::copy(bytes.begin(), bytes.end(), padded.begin());
    return base::read_record<base::le32>(padded);
}

void check_size(const StoredProperty& property) {
    const std::size_t fixed = fixed_value_size(property.tag.type);
    if (fixed != 0 && size_of(property.value) != fixed) {
        throw Error(ErrorCode::Internal,
                    fmt::format("property {:#010x} has {} bytes, expected {}", property.tag.value(),
                                size_of(property.value), fixed));
    }
}

}  // namespace

PropertyContextWriter::PropertyContextWriter(SubnodeWriter& subnodes, std::size_t count)
    : subnodes_(subnodes),
      heap_(HeapClient::Properties),
      records_tree_(heap_, kPropertyKeySize, kPropertyDataSize) {
    heap_.set_user_root(records_tree_.header());
    records_tree_.reserve(count);
    records_.reserve(count);
}

void PropertyContextWriter::add(const StoredProperty& property) {
    check_size(property);
    if (!records_.empty() && property.tag.id <= records_.back().wPropId) {
        throw Error(ErrorCode::Internal,
                    fmt::format("property {:#010x} comes out of order", property.tag.value()));
    }
    PCRECORD record{};
    record.wPropId = property.tag.id;
    record.wPropType = static_cast<std::uint16_t>(property.tag.type);
    record.dwValueHnid = is_inline_in_record(property.tag.type)
                             ? inline_value(std::get<base::Bytes>(property.value))
                             : place_value(heap_, subnodes_, property.value).value;
    records_.push_back(record);
}

void PropertyContextWriter::set_integer(mapi::PropertyTag tag, std::uint32_t value) {
    const auto found = std::find_if(records_.begin(), records_.end(), [&](const PCRECORD& record) {
        return record.wPropId == tag.id;
    });
    if (found == records_.end() || tag.type != mapi::PropertyType::Integer32) {
        throw Error(ErrorCode::Internal,
                    fmt::format("property {:#010x} was not added", tag.value()));
    }
    found->dwValueHnid = value;
}

ndb::DataTree PropertyContextWriter::finish() {
    for (const PCRECORD& record : records_) {
        records_tree_.add(base::record_bytes(record));
    }
    records_tree_.finish();
    return subnodes_.ndb().add_data(*heap_.finish());
}

WrittenNode write_property_context(ndb::NdbWriter& ndb, const std::vector<StoredProperty>& all) {
    SubnodeWriter subnodes(ndb);
    PropertyContextWriter writer(subnodes, all.size());
    for (const StoredProperty& property : all) {
        writer.add(property);
    }
    WrittenNode node;
    node.data = writer.finish();
    node.sub = subnodes.finish();
    node.size = node.data.size + subnodes.data_size();
    return node;
}

}  // namespace mbx::pst::ltp
