// A set of properties: fixed ones by tag, named ones by name. Numbers of named properties belong to
// a store and never show here.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mapi/property_name.hpp"
#include "mapi/property_tag.hpp"
#include "mapi/value.hpp"

namespace mbx::mapi {

struct NamedValue {
    PropertyType type = PropertyType::Unspecified;
    Value value;
};

class PropertyBag {
  public:
    /// Sets or replaces. A bag holds one property per identifier: setting 0x3701 as Object replaces
    /// it as Binary. Pre: the value's C++ type is that of the tag's type (see Value); tag.id <
    /// kFirstNamedPropertyId.
    void set(PropertyTag tag, Value value);
    void set(PropertyName name, PropertyType type, Value value);

    void erase(PropertyTag tag);
    void erase(const PropertyName& name);

    /// Null when absent, or when there under another type.
    const Value* find(PropertyTag tag) const noexcept;
    const NamedValue* find(const PropertyName& name) const;
    bool contains(PropertyTag tag) const noexcept { return find(tag) != nullptr; }

    /// The value as T; null when absent or held as another C++ type.
    template <typename T>
    const T* get(PropertyTag tag) const noexcept {
        const Value* value = find(tag);
        return value != nullptr ? std::get_if<T>(value) : nullptr;
    }
    template <typename T>
    const T* get(const PropertyName& name) const {
        const NamedValue* named = find(name);
        return named != nullptr ? std::get_if<T>(&named->value) : nullptr;
    }

    /// A string property as UTF-8, a binary one as bytes, whether held in memory or as a source.
    /// nullopt when absent. Throws Error(BadData) when a source is longer than `limit` bytes as
    /// stored.
    static constexpr std::uint64_t kDefaultLimit = std::uint64_t{256} << 20;
    std::optional<std::string> text(PropertyTag tag, std::uint64_t limit = kDefaultLimit) const;
    std::optional<base::Bytes> binary(PropertyTag tag, std::uint64_t limit = kDefaultLimit) const;
    /// The value of a Binary property as a source, or of a String property as a source of its
    /// UTF-16LE bytes.
    base::SharedSource source(PropertyTag tag) const;  ///< null when absent

    /// Shorthands with a value for "absent".
    std::int32_t integer(PropertyTag tag, std::int32_t absent = 0) const noexcept;
    bool boolean(PropertyTag tag, bool absent = false) const noexcept;
    std::optional<base::FileTime> time(PropertyTag tag) const noexcept;

    struct Typed {
        PropertyType type = PropertyType::Unspecified;
        Value value;
    };
    /// Ascending by identifier.
    const std::map<std::uint16_t, Typed>& fixed() const noexcept { return fixed_; }
    /// Ascending by name.
    const std::map<PropertyName, NamedValue>& named() const noexcept { return named_; }
    bool empty() const noexcept { return fixed_.empty() && named_.empty(); }

  private:
    std::map<std::uint16_t, Typed> fixed_;
    std::map<PropertyName, NamedValue> named_;
};

}  // namespace mbx::mapi
