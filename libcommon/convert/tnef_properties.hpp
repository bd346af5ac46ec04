// Lists of properties inside a TNEF stream ([MS-OXTNEF] 2.1.3.4).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/little_endian.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::convert {

/// Cuts pieces off the front of bytes; a piece that is not there whole is nullopt.
class TnefBytes {
  public:
    explicit TnefBytes(base::ByteView bytes) : rest_(bytes) {}

    std::optional<base::ByteView> take(std::size_t size) {
        if (size > rest_.size()) {
            return std::nullopt;
        }
        const base::ByteView piece = rest_.first(size);
        rest_ = rest_.subspan(size);
        return piece;
    }
    /// With the bytes that fill it up to a multiple of 4, as far as they are there.
    std::optional<base::ByteView> take_padded(std::size_t size) {
        const auto piece = take(size);
        if (piece) {
            rest_ = rest_.subspan(std::min<std::size_t>((4 - size % 4) % 4, rest_.size()));
        }
        return piece;
    }
    template <typename Record>
    std::optional<Record> record() {
        const auto bytes = take(sizeof(Record));
        return bytes ? std::optional(base::read_record<Record>(*bytes)) : std::nullopt;
    }
    base::ByteView rest() const noexcept { return rest_; }

  private:
    base::ByteView rest_;
};

/// The properties of a message, recipient or attachment. The content of an attachment is a view of
/// the stream and stands apart.
struct TnefProperties {
    struct Object {
        base::Guid interface {};  ///< IID_IMessage, IID_IStorage, ...
        base::ByteView bytes;
    };

    mapi::PropertyBag bag;
    std::optional<Object> object;        ///< PidTagAttachDataObject
    std::optional<base::ByteView> data;  ///< PidTagAttachDataBinary
};

/// Reads a count and as many properties. False when the list breaks off or has a type of unknown
/// length: what stands before that is in `to`. `code_page` is that of 8-bit strings.
bool read_tnef_properties(TnefBytes& from, std::uint32_t code_page, TnefProperties& to);

/// 8-bit text up to its first NUL, as UTF-8.
std::string tnef_text(base::ByteView bytes, std::uint32_t code_page);

}  // namespace mbx::convert
