// Reads a TNEF stream, the content of winmail.dat, into a message object ([MS-OXTNEF]).
#pragma once

#include <cstddef>
#include <optional>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

struct TnefContent {
    /// Properties, recipients and attachments as far as the stream states them. The data of
    /// attachments are slices of the stream.
    mapi::Message message;
    bool complete = true;             ///< nothing of the stream was left over or broken off
    std::size_t wrong_checksums = 0;  ///< attributes that were taken all the same
};

/// Whether the first bytes are those of a TNEF stream.
bool has_tnef_signature(base::ByteView bytes) noexcept;

/// nullopt when it is no TNEF stream. Streams of 256 MiB and messages 20 levels deep are read; a
/// message below stays a file. Linear in the size of the stream, at each level. Throws what reading
/// the source throws.
std::optional<TnefContent> read_tnef(const base::SharedSource& stream);

/// Longer streams are not read.
inline constexpr std::uint64_t kLargestTnef = std::uint64_t{256} << 20;

}  // namespace mbx::convert
