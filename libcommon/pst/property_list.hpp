// The properties of one object, ready for its property context and for rows that show it.
#pragma once

#include <functional>
#include <vector>

#include "mapi/property_bag.hpp"
#include "pst/ltp/property_context_writer.hpp"
#include "pst/ltp/table_layout.hpp"
#include "pst/named_property_map.hpp"

namespace mbx::pst {

/// Ascending by identifier, none twice.
using PropertyList = std::vector<ltp::StoredProperty>;

/// Says whether a property of the bag goes into the store; named ones always do.
using KeepProperty = std::function<bool(mapi::PropertyTag tag, const mapi::Value& value)>;

/// The properties of `bag` that are kept, with those of `computed` in their place where both have
/// one. Throws Error(Internal) for a value that does not fit its type.
PropertyList store_properties(const mapi::PropertyBag& bag, const mapi::PropertyBag& computed,
                              const KeepProperty& keep, NamedPropertyMap& names);

/// Of an object that is made of nothing else.
PropertyList store_properties(const mapi::PropertyBag& bag, NamedPropertyMap& names);

/// Null when there is none.
ltp::StoredProperty* find(PropertyList& list, mapi::PropertyTag tag);

/// Those that a table with this layout shows.
PropertyList cells_of(const PropertyList& list, const ltp::TableLayout& layout);

/// Replaces the bytes of an Integer32 that is there.
void set_integer(PropertyList& list, mapi::PropertyTag tag, std::uint32_t value);

}  // namespace mbx::pst
