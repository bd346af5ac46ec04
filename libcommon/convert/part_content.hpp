// The content of parts: their bytes in the source, and what the transfer encoding makes of them.
#pragma once

#include <string>

#include "base/byte_source.hpp"
#include "convert/mime_tree.hpp"

namespace mbx::convert {

/// Decoded content up to this size is held in memory; larger content is decoded while it is read.
inline constexpr std::uint64_t kLargestInMemory = std::uint64_t{1} << 20;

base::SharedSource range_source(const MimeTree& tree, ByteRange range);

/// The body of a part as it stands in the source.
base::SharedSource encoded_content(const MimeTree& tree, const Entity& entity);

/// The body of a part, decoded; keeps the source alive when it is large.
base::SharedSource content_source(const MimeTree& tree, const Entity& entity);

/// The same in memory. Pre: the part is no larger than what the caller can hold.
std::string content_bytes(const MimeTree& tree, const Entity& entity);

/// The same of a text: lines that are no base64 at its end, such as a mailing list adds, and text
/// that is called base64 but is none, are given as they are.
std::string text_content_bytes(const MimeTree& tree, const Entity& entity);

}  // namespace mbx::convert
