#include "pst/property_list.hpp"

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst {

PropertyList store_properties(const mapi::PropertyBag& bag, const mapi::PropertyBag& computed,
                              const KeepProperty& keep, NamedPropertyMap& names) {
    PropertyList list;
    list.reserve(bag.fixed().size() + computed.fixed().size() + bag.named().size());
    const auto store = [&](std::uint16_t id, mapi::PropertyType type, const mapi::Value& value) {
        list.push_back({{id, type}, ltp::store_value(type, value)});
    };
    for (const auto& [id, typed] : computed.fixed()) {
        store(id, typed.type, typed.value);
    }
    for (const auto& [id, typed] : bag.fixed()) {
        if (!computed.fixed().contains(id) && keep({id, typed.type}, typed.value)) {
            store(id, typed.type, typed.value);
        }
    }
    for (const auto& [name, named] : bag.named()) {
        store(names.id_of(name), named.type, named.value);
    }
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return a.tag.id < b.tag.id; });
    return list;
}

PropertyList store_properties(const mapi::PropertyBag& bag, NamedPropertyMap& names) {
    const auto all = [](mapi::PropertyTag /*tag*/, const mapi::Value& /*value*/) { return true; };
    return store_properties(bag, {}, all, names);
}

ltp::StoredProperty* find(PropertyList& list, mapi::PropertyTag tag) {
    const auto found = std::lower_bound(
        list.begin(), list.end(), tag.id,
        [](const ltp::StoredProperty& property, std::uint16_t id) { return property.tag.id < id; });
    return found != list.end() && found->tag == tag ? &*found : nullptr;
}

PropertyList cells_of(const PropertyList& list, const ltp::TableLayout& layout) {
    PropertyList cells;
    std::copy_if(
        list.begin(), list.end(), std::back_inserter(cells),
        [&](const ltp::StoredProperty& property) { return layout.find(property.tag) != nullptr; });
    return cells;
}

void set_integer(PropertyList& list, mapi::PropertyTag tag, std::uint32_t value) {
    ltp::StoredProperty* property = find(list, tag);
    if (property == nullptr) {
        throw Error(ErrorCode::Internal, "a property that should be computed is not there");
    }
    property->value = base::to_bytes(base::record_bytes(base::le32(value)));
}

}  // namespace mbx::pst
