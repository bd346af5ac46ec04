#include "pst/ltp/stored_value.hpp"

#include <fmt/format.h>

#include <bit>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::ltp {
namespace {

using mapi::PropertyType;

constexpr std::uint16_t kMultiple = 0x1000;

[[noreturn]] void refuse(PropertyType type) {
    throw Error(ErrorCode::Internal, fmt::format("a value does not fit its property type {:#06x}",
                                                 static_cast<unsigned>(type)));
}

// One value of each C++ type: does it go with the type, and its bytes.

bool goes_with(PropertyType type, std::int16_t /*value*/) {
    return type == PropertyType::Integer16;
}
bool goes_with(PropertyType type, std::int32_t /*value*/) {
    return type == PropertyType::Integer32 || type == PropertyType::ErrorCode;
}
bool goes_with(PropertyType type, std::int64_t /*value*/) {
    return type == PropertyType::Integer64 || type == PropertyType::Currency;
}
bool goes_with(PropertyType type, float /*value*/) {
    return type == PropertyType::Floating32;
}
bool goes_with(PropertyType type, double /*value*/) {
    return type == PropertyType::Floating64 || type == PropertyType::FloatingTime;
}
bool goes_with(PropertyType type, bool /*value*/) {
    return type == PropertyType::Boolean;
}
bool goes_with(PropertyType type, base::FileTime /*value*/) {
    return type == PropertyType::Time;
}
bool goes_with(PropertyType type, const base::Guid& /*value*/) {
    return type == PropertyType::Guid;
}
bool goes_with(PropertyType type, const std::string& /*value*/) {
    return type == PropertyType::String;
}
bool goes_with(PropertyType type, const base::Bytes& /*value*/) {
    return type == PropertyType::Binary;
}

template <typename T>
requires std::is_integral_v<T>
void append_value(base::Bytes& to, T value) {
    if constexpr (std::is_same_v<T, bool>) {
        to.push_back(std::byte{value});
    } else {
        base::append_le(to, value);
    }
}
void append_value(base::Bytes& to, float value) {
    base::append_le(to, std::bit_cast<std::uint32_t>(value));
}
void append_value(base::Bytes& to, double value) {
    base::append_le(to, std::bit_cast<std::uint64_t>(value));
}
void append_value(base::Bytes& to, base::FileTime value) {
    base::append_le(to, value.ticks);
}
void append_value(base::Bytes& to, const base::Guid& value) {
    base::append(to, value);
}
void append_value(base::Bytes& to, const std::string& value) {
    base::append(to, base::utf16le_from_utf8(value));
}
void append_value(base::Bytes& to, const base::Bytes& value) {
    base::append(to, value);
}

template <typename T>
constexpr bool kVariesInSize = std::is_same_v<T, std::string> || std::is_same_v<T, base::Bytes>;

/// 2.3.3.4.1: values of a fixed size, one behind the other. 2.3.3.4.2: count, offsets, values.
template <typename T>
base::Bytes pack(const std::vector<T>& values) {
    base::Bytes data;
    base::Bytes offsets;
    const std::size_t header = sizeof(base::le32) * (values.size() + 1);
    for (const T& value : values) {
        if constexpr (kVariesInSize<T>) {
            base::append_le(offsets, static_cast<std::uint32_t>(header + data.size()));
        }
        append_value(data, value);
    }
    if constexpr (!kVariesInSize<T>) {
        return data;
    }
    base::Bytes result;
    base::append_le(result, static_cast<std::uint32_t>(values.size()));
    base::append(result, offsets);
    base::append(result, data);
    return result;
}

struct Encoder {
    PropertyType type;

    template <typename T>
    StoredValue operator()(const T& value) const {
        if (!goes_with(type, value)) {
            refuse(type);
        }
        base::Bytes result;
        append_value(result, value);
        return result;
    }

    template <typename T>
    requires(!std::is_same_v<T, std::byte>)  // base::Bytes is one value
        StoredValue
        operator()(const std::vector<T>& values) const {
        const auto single =
            static_cast<PropertyType>(static_cast<std::uint16_t>(type) & ~kMultiple);
        if (single == type || !goes_with(single, T{})) {
            refuse(type);
        }
        return pack(values);
    }

    StoredValue operator()(const base::SharedSource& source) const {
        if (source == nullptr || (type != PropertyType::String && type != PropertyType::Binary)) {
            refuse(type);
        }
        if (source->size() <= kMaxHeapItemSize) {
            base::Bytes bytes = base::read_all(*source, kMaxHeapItemSize);
            require_size(*source, bytes.size());
            return bytes;
        }
        return source;
    }
};

}  // namespace

std::uint64_t size_of(const StoredValue& value) {
    if (const auto* bytes = std::get_if<base::Bytes>(&value)) {
        return bytes->size();
    }
    if (const auto* source = std::get_if<base::SharedSource>(&value)) {
        return (*source)->size();
    }
    return std::get<ndb::DataTree>(value).size;
}

void require_size(const base::ByteSource& source, std::uint64_t given) {
    if (given != source.size()) {
        throw Error(
            ErrorCode::BadData,
            fmt::format("the bytes changed while they were read: {} were announced, {} came",
                        source.size(), given));
    }
}

StoredValue store_value(PropertyType type, const mapi::Value& value) {
    return std::visit(Encoder{type}, value);
}

StoredValue store_text(std::string_view text) {
    return base::utf16le_from_utf8(text);
}

StoredValue store_object(ndb::Nid nid, std::uint32_t size) {
    OBJECTVALUE object{};
    object.Nid = nid.value;
    object.ulSize = size;
    return base::to_bytes(base::record_bytes(object));
}

}  // namespace mbx::pst::ltp
