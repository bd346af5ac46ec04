#include "mapi/property_bag.hpp"

#include "base/utf.hpp"

namespace mbx::mapi {

void PropertyBag::set(PropertyTag tag, Value value) {
    fixed_.insert_or_assign(tag.id, Typed{tag.type, std::move(value)});
}

void PropertyBag::set(PropertyName name, PropertyType type, Value value) {
    named_.insert_or_assign(std::move(name), NamedValue{type, std::move(value)});
}

void PropertyBag::erase(PropertyTag tag) {
    fixed_.erase(tag.id);
}
void PropertyBag::erase(const PropertyName& name) {
    named_.erase(name);
}

const Value* PropertyBag::find(PropertyTag tag) const noexcept {
    const auto it = fixed_.find(tag.id);
    return it != fixed_.end() && it->second.type == tag.type ? &it->second.value : nullptr;
}

const NamedValue* PropertyBag::find(const PropertyName& name) const {
    const auto it = named_.find(name);
    return it != named_.end() ? &it->second : nullptr;
}

std::optional<std::string> PropertyBag::text(PropertyTag tag, std::uint64_t limit) const {
    const Value* value = find(tag);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (const auto* text = std::get_if<std::string>(value)) {
        return *text;
    }
    if (const auto* source = std::get_if<base::SharedSource>(value)) {
        return base::utf8_from_utf16le(base::read_all(**source, limit));
    }
    return std::nullopt;
}

std::optional<base::Bytes> PropertyBag::binary(PropertyTag tag, std::uint64_t limit) const {
    const Value* value = find(tag);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (const auto* bytes = std::get_if<base::Bytes>(value)) {
        return *bytes;
    }
    if (const auto* source = std::get_if<base::SharedSource>(value)) {
        return base::read_all(**source, limit);
    }
    return std::nullopt;
}

base::SharedSource PropertyBag::source(PropertyTag tag) const {
    const Value* value = find(tag);
    if (value == nullptr) {
        return nullptr;
    }
    if (const auto* source = std::get_if<base::SharedSource>(value)) {
        return *source;
    }
    if (const auto* bytes = std::get_if<base::Bytes>(value)) {
        return base::memory_source(*bytes);
    }
    if (const auto* text = std::get_if<std::string>(value)) {
        return base::memory_source(base::utf16le_from_utf8(*text));
    }
    return nullptr;
}

std::int32_t PropertyBag::integer(PropertyTag tag, std::int32_t absent) const noexcept {
    const auto* value = get<std::int32_t>(tag);
    return value != nullptr ? *value : absent;
}

bool PropertyBag::boolean(PropertyTag tag, bool absent) const noexcept {
    const auto* value = get<bool>(tag);
    return value != nullptr ? *value : absent;
}

std::optional<base::FileTime> PropertyBag::time(PropertyTag tag) const noexcept {
    const auto* value = get<base::FileTime>(tag);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

}  // namespace mbx::mapi
