// Reads a property context ([MS-PST] 2.3.3).
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_source.hpp"
#include "mapi/property_tag.hpp"
#include "pst/ltp/node_reader.hpp"

namespace mbx::pst::ltp {

/// A property as its record has it. Types of the model and others alike; String8 is String8.
struct PropertyRecord {
    mapi::PropertyTag tag;
    std::uint32_t value = 0;  ///< the value itself (is_inline_in_record), or its HNID
};

class PropertyContextReader {
  public:
    /// Reads all records. Throws Error(BadData).
    PropertyContextReader(ndb::SharedBlockFile file, ndb::Bid data, ndb::Bid sub);

    const NodeReader& node() const noexcept { return node_; }
    /// Ascending by identifier.
    const std::vector<PropertyRecord>& records() const noexcept { return records_; }
    /// Null when there is none, whatever its type.
    const PropertyRecord* find(std::uint16_t id) const noexcept;

    /// Bytes of the value. All three throw Error(BadData) when it is not where its HNID says.
    std::uint64_t size(const PropertyRecord& record) const;
    base::Bytes bytes(const PropertyRecord& record, std::uint64_t limit) const;
    base::SharedSource source(const PropertyRecord& record) const;

  private:
    NodeReader node_;
    std::vector<PropertyRecord> records_;
};

}  // namespace mbx::pst::ltp
