// TNEF streams for tests, put together attribute by attribute ([MS-OXTNEF] 2.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"

namespace mbx::convert::test {

inline std::string tnef_u16(std::uint16_t value) {
    base::Bytes bytes;
    base::append_le(bytes, value);
    return std::string(base::as_text(bytes));
}
inline std::string tnef_u32(std::uint32_t value) {
    base::Bytes bytes;
    base::append_le(bytes, value);
    return std::string(base::as_text(bytes));
}
inline std::string tnef_u64(std::uint64_t value) {
    base::Bytes bytes;
    base::append_le(bytes, value);
    return std::string(base::as_text(bytes));
}
inline std::string tnef_padded(std::string bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return bytes;
}
inline std::string tnef_utf16(std::string_view text) {
    return std::string(base::as_text(base::utf16le_from_utf8(text))) + std::string(2, '\0');
}
inline std::string tnef_guid(const base::Guid& guid) {
    return std::string(base::as_text(base::record_bytes(guid)));
}

/// A list of properties.
class TnefList {
  public:
    TnefList& raw(std::uint32_t tag, const std::string& value) {
        return add(tag_bytes(tag) + value);
    }
    TnefList& integer(std::uint32_t tag, std::uint32_t value) { return raw(tag, tnef_u32(value)); }
    TnefList& piece(std::uint32_t tag, const std::string& bytes) {
        return raw(tag, piece_bytes(bytes));
    }
    TnefList& text(std::uint32_t tag, std::string_view utf8) {
        return piece(tag, tnef_utf16(utf8));
    }
    TnefList& named(const base::Guid& set, std::string_view name, std::uint16_t type,
                    const std::string& value) {
        const std::string text = tnef_utf16(name);
        return add(tnef_u16(type) + tnef_u16(0x8001) + tnef_guid(set) + tnef_u32(1) +
                   tnef_u32(static_cast<std::uint32_t>(text.size())) + tnef_padded(text) + value);
    }
    TnefList& named(const base::Guid& set, std::uint32_t lid, std::uint16_t type,
                    const std::string& value) {
        return add(tnef_u16(type) + tnef_u16(0x8002) + tnef_guid(set) + tnef_u32(0) +
                   tnef_u32(lid) + value);
    }
    std::string bytes() const { return tnef_u32(count_) + bytes_; }

    static std::string piece_bytes(const std::string& bytes) {
        return tnef_u32(1) + tnef_u32(static_cast<std::uint32_t>(bytes.size())) +
               tnef_padded(bytes);
    }

  private:
    static std::string tag_bytes(std::uint32_t tag) {
        return tnef_u16(static_cast<std::uint16_t>(tag)) +
               tnef_u16(static_cast<std::uint16_t>(tag >> 16));
    }
    TnefList& add(const std::string& bytes) {
        bytes_ += bytes;
        ++count_;
        return *this;
    }

    std::string bytes_;
    std::uint32_t count_ = 0;
};

/// A stream.
class Tnef {
  public:
    Tnef() {
        message(0x00089006, tnef_u32(0x10000));
        message(0x00069007, tnef_u32(1252) + tnef_u32(0));
    }
    Tnef& message(std::uint32_t id, const std::string& data) { return add(1, id, data); }
    Tnef& message(const TnefList& list) { return message(0x00069003, list.bytes()); }
    Tnef& attachment(std::uint32_t id, const std::string& data) { return add(2, id, data); }

    /// Begins an attachment; type 1 file, 2 OLE object.
    Tnef& attach(std::uint16_t type = 1, std::uint32_t flags = 0) {
        return attachment(0x00069002,
                          tnef_u16(type) + tnef_u32(0xFFFFFFFF) + tnef_u32(0) + tnef_u32(flags));
    }
    Tnef& file(const std::string& name, const std::string& data) {
        return attach()
            .attachment(0x00018010, name + std::string(1, '\0'))
            .attachment(0x0006800F, data);
    }
    Tnef& embed(const Tnef& inner) {
        constexpr base::Guid kMessage = base::guid("00020307-0000-0000-C000-000000000046");
        return attach().attachment(0x00069005,
                                   TnefList()
                                       .integer(0x37050003, 5)
                                       .piece(0x3701000D, tnef_guid(kMessage) + inner.bytes())
                                       .bytes());
    }
    std::string bytes() const { return tnef_u32(0x223E9F78) + tnef_u16(1) + bytes_; }

  private:
    Tnef& add(std::uint8_t level, std::uint32_t id, const std::string& data) {
        std::uint16_t sum = 0;
        for (const char c : data) {
            sum = static_cast<std::uint16_t>(sum + static_cast<unsigned char>(c));
        }
        bytes_ += static_cast<char>(level) + tnef_u32(id) +
                  tnef_u32(static_cast<std::uint32_t>(data.size())) + data + tnef_u16(sum);
        return *this;
    }

    std::string bytes_;
};

}  // namespace mbx::convert::test
