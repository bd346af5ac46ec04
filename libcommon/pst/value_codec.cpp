#include "pst/value_codec.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "base/charset.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"

namespace mbx::pst {
namespace {

using base::ByteView;
using mapi::PropertyType;
using mapi::Value;

template <typename T>
T load(ByteView bytes, std::size_t offset) {
    if constexpr (std::is_same_v<T, base::FileTime>) {
        return base::FileTime{base::read_record<base::le64>(bytes, offset)};
    } else if constexpr (std::is_same_v<T, base::Guid>) {
        return base::read_record<base::Guid>(bytes, offset);
    } else if constexpr (sizeof(T) == 2) {
        return std::bit_cast<T>(std::uint16_t{base::read_record<base::le16>(bytes, offset)});
    } else if constexpr (sizeof(T) == 4) {
        return std::bit_cast<T>(std::uint32_t{base::read_record<base::le32>(bytes, offset)});
    } else {
        return std::bit_cast<T>(std::uint64_t{base::read_record<base::le64>(bytes, offset)});
    }
}

template <typename T>
std::optional<Value> one(ByteView bytes) {
    return bytes.size() == sizeof(T) ? std::optional<Value>(load<T>(bytes, 0)) : std::nullopt;
}

template <typename T>
std::optional<Value> packed(ByteView bytes) {
    if (bytes.size() % sizeof(T) != 0) {
        return std::nullopt;
    }
    std::vector<T> values;
    values.reserve(bytes.size() / sizeof(T));
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
        values.push_back(load<T>(bytes, at));
    }
    return values;
}

std::string text16(ByteView bytes) {
    std::string text = base::utf8_from_utf16le(bytes);
    while (!text.empty() && text.back() == '\0') {
        text.pop_back();
    }
    return text;
}

std::string text8(ByteView bytes, std::uint32_t code_page) {
    while (!bytes.empty() && bytes.back() == std::byte{0}) {
        bytes = bytes.first(bytes.size() - 1);
    }
    return base::decode_code_page(base::as_text(bytes), code_page);
}

/// A count, that many offsets from the start of the value, then the items ([MS-PST] 2.3.3.4.2).
template <typename Decode>
auto offset_items(ByteView bytes, Decode decode)
    -> std::optional<std::vector<decltype(decode(bytes))>> {
    std::vector<decltype(decode(bytes))> items;
    if (bytes.empty()) {
        return items;
    }
    if (bytes.size() < 4) {
        return std::nullopt;
    }
    const std::size_t count = load<std::uint32_t>(bytes, 0);
    if (count > (bytes.size() - 4) / 4) {
        return std::nullopt;
    }
    items.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t begin = load<std::uint32_t>(bytes, 4 + 4 * i);
        const std::size_t end =
            i + 1 < count ? load<std::uint32_t>(bytes, 8 + 4 * i) : bytes.size();
        if (begin > end || end > bytes.size() || begin < 4 + 4 * count) {
            return std::nullopt;
        }
        items.push_back(decode(bytes.subspan(begin, end - begin)));
    }
    return items;
}

template <typename T>
std::optional<Value> as_value(std::optional<T> items) {
    return items ? std::optional<Value>(std::move(*items)) : std::nullopt;
}

std::optional<Value> decode(PropertyType type, ByteView bytes, std::uint32_t code_page) {
    switch (type) {
        case PropertyType::Integer16:
            return one<std::int16_t>(bytes);
        case PropertyType::Integer32:
        case PropertyType::ErrorCode:
            return one<std::int32_t>(bytes);
        case PropertyType::Floating32:
            return one<float>(bytes);
        case PropertyType::Floating64:
        case PropertyType::FloatingTime:
            return one<double>(bytes);
        case PropertyType::Currency:
        case PropertyType::Integer64:
            return one<std::int64_t>(bytes);
        case PropertyType::Boolean:
            return bytes.empty() ? std::nullopt : std::optional<Value>(bytes[0] != std::byte{0});
        case PropertyType::Time:
            return one<base::FileTime>(bytes);
        case PropertyType::Guid:
            return one<base::Guid>(bytes);
        case PropertyType::String:
            return text16(bytes);
        case PropertyType::String8:
            return text8(bytes, code_page);
        case PropertyType::Binary:
            return base::to_bytes(bytes);
        case PropertyType::MultipleInteger16:
            return packed<std::int16_t>(bytes);
        case PropertyType::MultipleInteger32:
            return packed<std::int32_t>(bytes);
        case PropertyType::MultipleFloating32:
            return packed<float>(bytes);
        case PropertyType::MultipleFloating64:
        case PropertyType::MultipleFloatingTime:
            return packed<double>(bytes);
        case PropertyType::MultipleCurrency:
        case PropertyType::MultipleInteger64:
            return packed<std::int64_t>(bytes);
        case PropertyType::MultipleTime:
            return packed<base::FileTime>(bytes);
        case PropertyType::MultipleGuid:
            return packed<base::Guid>(bytes);
        case PropertyType::MultipleString:
            return as_value(offset_items(bytes, text16));
        case PropertyType::MultipleString8:
            return as_value(
                offset_items(bytes, [&](ByteView item) { return text8(item, code_page); }));
        case PropertyType::MultipleBinary:
            return as_value(
                offset_items(bytes, [](ByteView item) { return base::to_bytes(item); }));
        case PropertyType::Unspecified:
        case PropertyType::Object:
            break;
    }
    return std::nullopt;
}

}  // namespace

std::optional<DecodedValue> decode_value(PropertyType type, ByteView bytes,
                                         std::uint32_t code_page) {
    std::optional<Value> value = decode(type, bytes, code_page);
    if (!value) {
        return std::nullopt;
    }
    const PropertyType result = type == PropertyType::String8 ? PropertyType::String
                                : type == PropertyType::MultipleString8
                                    ? PropertyType::MultipleString
                                    : type;
    return DecodedValue{result, std::move(*value)};
}

}  // namespace mbx::pst
