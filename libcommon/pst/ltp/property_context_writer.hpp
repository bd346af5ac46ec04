// Builds a property context ([MS-PST] 2.3.3).
#pragma once

#include <cstdint>
#include <vector>

#include "mapi/property_tag.hpp"
#include "pst/ltp/bth_writer.hpp"
#include "pst/ltp/heap_writer.hpp"
#include "pst/ltp/stored_value.hpp"
#include "pst/ltp/subnode_writer.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst::ltp {

/// One property of a property context, numbered as this store numbers it.
struct StoredProperty {
    mapi::PropertyTag tag;
    StoredValue value;
};

class PropertyContextWriter {
  public:
    /// count: properties to come. `subnodes` takes the values that are too large for the heap and
    /// outlives the writer.
    PropertyContextWriter(SubnodeWriter& subnodes, std::size_t count);
    PropertyContextWriter(const PropertyContextWriter&) = delete;
    PropertyContextWriter& operator=(const PropertyContextWriter&) = delete;

    /// Pre: identifiers ascend. A value of a fixed size has that size.
    void add(const StoredProperty& property);

    /// Changes an Integer32 that was added.
    void set_integer(mapi::PropertyTag tag, std::uint32_t value);

    /// Bytes of the node's data: what finish() will give. Pre: all properties were added.
    std::uint64_t size() const noexcept { return heap_.size(); }

    ndb::DataTree finish();

  private:
    SubnodeWriter& subnodes_;
    HeapWriter heap_;
    BthWriter records_tree_;
    std::vector<PCRECORD> records_;
};

/// A whole node: data and, where there are values too large for the heap, subnodes.
struct WrittenNode {
    ndb::DataTree data;
    ndb::Bid sub;
    std::uint64_t size = 0;  ///< of its data and that of all subnodes
};

/// Writes a property context with no other subnodes than its values. Identifiers ascend.
WrittenNode write_property_context(ndb::NdbWriter& ndb, const std::vector<StoredProperty>& all);

}  // namespace mbx::pst::ltp
