// Which messages has a server taken without our having heard of it? For the time after a lost
// connection.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_source.hpp"
#include "base/sha256.hpp"
#include "store/imap/session.hpp"

namespace mbx::store::imap {

/// What a message is known by, with CRLF line ends: servers may add a line end at the end of it
/// (Courier), or rewrite what is below the header (Exchange).
struct ContentDigests {
    base::Sha256Digest whole{};
    base::Sha256Digest without_line_ends{};  ///< at its end
    std::optional<base::Sha256Digest> header;
};
ContentDigests digests_of(const base::ByteSource& source);

/// For each of `wanted`, in its order, the UID of a message that lies in the selected mailbox from
/// `first_uid` on and is that one; each UID once. `others` are messages there that are not looked
/// for, but known by content only. Reads all messages from `first_uid` on, one at a time.
std::vector<std::optional<std::uint32_t>> find_landed(Session& session, std::uint32_t first_uid,
                                                      const std::vector<ContentDigests>& others,
                                                      const std::vector<ContentDigests>& wanted);

/// The UID that the next message of the selected mailbox is at least going to have.
std::uint32_t next_uid(Session& session);

}  // namespace mbx::store::imap
