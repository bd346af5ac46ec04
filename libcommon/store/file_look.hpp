// What a file in a mail tree that is not where or what it should be may be, by how it starts: so
// that mail is never passed over as if it were a mail program's own notes.
#pragma once

#include <string>
#include <string_view>

#include "base/file.hpp"

namespace mbx::store {

enum class FileLook {
    Mail,     ///< a message, or an mbox, however damaged
    Packed,   ///< whatever is in it
    Known,    ///< a picture, a database, ...: certainly no mail
    Text,     ///< other text: notes, filter rules, lists
    Unknown,  ///< other bytes
};

/// `start`: the first kLookSize bytes, or all.
FileLook look_of(std::string_view start);
inline constexpr std::size_t kLookSize = 4096;

/// How a file that starts so is compressed or encrypted, in words; empty when it is not.
std::string_view packing_of(std::string_view start);
inline constexpr std::string_view kGzipPacking = "compressed with gzip";

/// The first bytes from `offset` on, kLookSize at most.
std::string start_of(const base::File& file, std::uint64_t offset = 0);

}  // namespace mbx::store
