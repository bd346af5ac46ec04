// Numbers for named properties, and the node that tells them ([MS-PST] 2.4.7).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "mapi/property_name.hpp"
#include "pst/ltp/property_context_writer.hpp"
#include "pst/records.hpp"

namespace mbx::pst {

/// Numbers are given in the order in which names are asked for, and never taken back.
class NamedPropertyMap {
  public:
    /// With a few names in it: some readers refuse a map whose streams are empty.
    NamedPropertyMap();

    /// The property identifier of a name, 0x8000 or above. Throws Error(BadData) when the store has
    /// as many names as it can.
    std::uint16_t id_of(const mapi::PropertyName& name);

    /// The properties of node kNidNameToIdMap.
    std::vector<ltp::StoredProperty> stored() const;

  private:
    NAMEID make_entry(const mapi::PropertyName& name);
    std::uint16_t set_number(const base::Guid& set);

    std::map<mapi::PropertyName, std::uint16_t> ids_;
    std::vector<base::Guid> sets_;
    base::Bytes entries_;
    base::Bytes strings_;
    std::map<std::uint32_t, base::Bytes> buckets_;
};

}  // namespace mbx::pst
