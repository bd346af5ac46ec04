// Property values in the form that a file holds them in ([MS-PST] 2.3.3.3, 2.3.3.4).
#pragma once

#include <cstdint>
#include <variant>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "mapi/property_tag.hpp"
#include "mapi/value.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst::ltp {

/// The bytes of a value: little-endian, UTF-16LE, multiple values packed.
///
///   Bytes          in memory
///   SharedSource   to be read when it is written; more than kMaxHeapItemSize bytes
///   ndb::DataTree  in the file already; its owners share it
using StoredValue = std::variant<base::Bytes, base::SharedSource, ndb::DataTree>;

std::uint64_t size_of(const StoredValue& value);

/// Throws Error(BadData) when a source gave another number of bytes than it says it has: sizes that
/// are stored elsewhere would be wrong.
void require_size(const base::ByteSource& source, std::uint64_t given);

/// Throws Error(Internal) when the C++ type is not that of `type`, and for 8-bit strings and other
/// types that no Unicode store holds. Sources that fit into a heap are read.
StoredValue store_value(mapi::PropertyType type, const mapi::Value& value);

/// UTF-16LE of `text`.
StoredValue store_text(std::string_view text);

/// What a property of type Object holds: a subnode of the same node, and the size it is given as.
StoredValue store_object(ndb::Nid nid, std::uint32_t size);

}  // namespace mbx::pst::ltp
