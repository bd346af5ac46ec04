// The structure of a message: which bytes of the source are which part (RFC 2046 5).
//
// Everything is kept as offsets into the source, so that large messages are not held in memory, and
// so that the exact bytes of a signed part, an embedded message or a part that cannot be looked
// into are at hand.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/byte_range.hpp"
#include "base/byte_source.hpp"
#include "convert/header_block.hpp"
#include "convert/mime_parameters.hpp"
#include "mail/transfer_encoding.hpp"

namespace mbx::convert {

using base::ByteRange;
using mail::TransferEncoding;

/// A message or a part of one.
struct Entity {
    HeaderBlock header;
    ByteRange header_range;  ///< without the blank line, without an mbox "From " line
    ByteRange body_range;    ///< without the line end that belongs to the boundary behind it
    MimeValue type;          ///< main is never empty: the default type where there is none
    bool type_declared = false;
    MimeValue disposition;  ///< main is empty where there is none
    TransferEncoding encoding = TransferEncoding::Identity;
    /// Why its parts are not here: it is nested too deep, or there are too many parts. Its bytes
    /// from header_range.begin on are a message of their own.
    bool opaque = false;
    std::vector<const Entity*> children;

    bool is(std::string_view main_type) const noexcept { return type.main == main_type; }
    bool is_multipart() const noexcept { return type.main.starts_with("multipart/"); }
    bool is_text() const noexcept { return type.main.starts_with("text/"); }
    /// message/rfc822 and its like, whose only child is the message in it.
    bool is_message() const noexcept;
    bool is_attachment() const noexcept { return disposition.main == "attachment"; }
};

/// A parsed source. Entities do not move while it lives.
struct MimeTree {
    base::SharedSource source;
    std::string envelope_line;  ///< the mbox "From " line before the header, else empty
    std::deque<Entity> entities;
    bool complete = true;  ///< false when some entity is opaque

    const Entity& root() const noexcept { return entities.front(); }
};

/// Parts are looked into down to this depth; messages inside of messages count as well.
inline constexpr std::size_t kDeepestMimeNesting = 200;
inline constexpr std::size_t kMostMimeParts = 250'000;

/// Never fails on the content. One pass over the source and one over each header; memory for the
/// headers and 256 KiB. Throws what reading the source throws.
///
/// A multipart in which no part begins is text/plain instead. A header ends at the blank line; when
/// lines that are no fields come before it, it ends there, unless a usual field follows them.
MimeTree parse_mime(base::SharedSource source);

}  // namespace mbx::convert
