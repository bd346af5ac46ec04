// The bytes of a property in a file become a value of the model ([MS-OXCDATA] 2.11.1, [MS-PST]
// 2.3.3.4).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "mapi/property_tag.hpp"
#include "mapi/value.hpp"

namespace mbx::pst {

struct DecodedValue {
    mapi::PropertyType type;  ///< String8 has become String, MultipleString8 MultipleString
    mapi::Value value;
};

/// `code_page` is that of 8-bit strings. nullopt when the bytes are not a value of the type (a
/// fixed size missed, offsets that leave the value) and for types that the model does not have
/// (Object, Unspecified, rules). Trailing NULs of strings are dropped: some writers store the
/// terminator.
std::optional<DecodedValue> decode_value(mapi::PropertyType type, base::ByteView bytes,
                                         std::uint32_t code_page);

}  // namespace mbx::pst
