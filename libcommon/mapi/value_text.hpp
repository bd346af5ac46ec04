// Values as text for people: one line, safe to print.
#pragma once

#include <cstddef>
#include <string>

#include "mapi/property_tag.hpp"
#include "mapi/value.hpp"

namespace mbx::mapi {

/// Numbers in decimal, times in ISO 8601 with all their digits, GUIDs in braces, text in quotes and
/// escaped, bytes in hex, several values in brackets. At most `limit` bytes of a text or binary are
/// shown, then "…" and its size in bytes. A large value is read for this, no further than it is
/// shown.
std::string to_text(PropertyType type, const Value& value, std::size_t limit = 200);

}  // namespace mbx::mapi
