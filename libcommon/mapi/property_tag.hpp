// Property tags: a 16-bit identifier and a 16-bit type ([MS-OXCDATA] 2.9, 2.11.1).
#pragma once

#include <compare>
#include <cstdint>

namespace mbx::mapi {

/// [MS-OXCDATA] 2.11.1. String8 never stands in the model: readers decode it to String with the
/// store's code page.
enum class PropertyType : std::uint16_t {
    Unspecified = 0x0000,
    Integer16 = 0x0002,
    Integer32 = 0x0003,
    Floating32 = 0x0004,
    Floating64 = 0x0005,
    Currency = 0x0006,
    FloatingTime = 0x0007,
    ErrorCode = 0x000A,
    Boolean = 0x000B,
    Object = 0x000D,
    Integer64 = 0x0014,
    String8 = 0x001E,
    String = 0x001F,
    Time = 0x0040,
    Guid = 0x0048,
    Binary = 0x0102,
    MultipleInteger16 = 0x1002,
    MultipleInteger32 = 0x1003,
    MultipleFloating32 = 0x1004,
    MultipleFloating64 = 0x1005,
    MultipleCurrency = 0x1006,
    MultipleFloatingTime = 0x1007,
    MultipleInteger64 = 0x1014,
    MultipleString8 = 0x101E,
    MultipleString = 0x101F,
    MultipleTime = 0x1040,
    MultipleGuid = 0x1048,
    MultipleBinary = 0x1102,
};

struct PropertyTag {
    std::uint16_t id = 0;
    PropertyType type = PropertyType::Unspecified;

    /// id in the high half, type in the low half: 0x0037001F.
    constexpr std::uint32_t value() const noexcept {
        return std::uint32_t{id} << 16 | static_cast<std::uint32_t>(type);
    }
    static constexpr PropertyTag from_value(std::uint32_t value) noexcept {
        return {static_cast<std::uint16_t>(value >> 16),
                static_cast<PropertyType>(value & 0xFFFFU)};
    }
    auto operator<=>(const PropertyTag&) const = default;
};

/// Identifiers from here on belong to named properties; their meaning differs from store to store.
inline constexpr std::uint16_t kFirstNamedPropertyId = 0x8000;

}  // namespace mbx::mapi
