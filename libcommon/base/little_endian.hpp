// Little-endian integers as they lie in a file: byte arrays, so that alignment and byte order of
// the machine cannot go wrong. Records of a file format are made of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/bytes.hpp"

namespace mbx::base {

template <typename T>
requires std::is_unsigned_v<T>
class LittleEndian {
  public:
    LittleEndian() = default;
    LittleEndian(T value) noexcept {
        set(value);
    }  // NOLINT(google-explicit-constructor): a field reads as its value

    operator T()
        const noexcept {  // NOLINT(google-explicit-constructor): a field reads as its value
        T value = 0;
        for (std::size_t i = sizeof(T); i-- > 0;) {
            value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) |
                                   std::to_integer<std::uint64_t>(bytes_[i]));
        }
        return value;
    }

  private:
    void set(T value) noexcept {
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            bytes_[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
        }
    }

    std::array<std::byte, sizeof(T)> bytes_{};
};

using le16 = LittleEndian<std::uint16_t>;
using le32 = LittleEndian<std::uint32_t>;
using le64 = LittleEndian<std::uint64_t>;
static_assert(sizeof(le16) == 2 && sizeof(le32) == 4 && sizeof(le64) == 8 && alignof(le64) == 1);

/// Copies a record out of file bytes. Pre: bytes.size() >= offset + sizeof(Record); the caller has
/// checked.
template <typename Record>
requires std::is_trivially_copyable_v<Record> Record read_record(ByteView bytes,
                                                                 std::size_t offset = 0)
noexcept {
    Record record;
    std::memcpy(&record, bytes.data() + offset, sizeof record);
    return record;
}

/// The bytes of a record, as they go into the file.
template <typename Record>
requires std::is_trivially_copyable_v<Record> ByteView record_bytes(const Record& record)
noexcept {
    return std::as_bytes(std::span(&record, 1));
}

template <typename T>
void append_le(Bytes& to, T value) {
    append(to, record_bytes(LittleEndian<std::make_unsigned_t<T>>(
                   static_cast<std::make_unsigned_t<T>>(value))));
}

}  // namespace mbx::base
