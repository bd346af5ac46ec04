// What a file in a mail tree that is not where or what it should be may be, by how it starts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace mbx::store {

enum class FileLook {
    Mail,     ///< a message, or an mbox, however damaged; also when gzip is around it
    Packed,   ///< compressed or encrypted, with nobody knows what in it
    Foreign,  ///< a picture, a database, an archive, ...: certainly no mail
    Other,    ///< notes, filter rules, lists, or other bytes
};

/// `start`: the first kLookSize bytes, or all.
FileLook look_of(std::string_view start);
inline constexpr std::size_t kLookSize = 4096;

/// The same, behind empty lines. Zeros that text follows, or nothing, are what a crash leaves of
/// mail.
FileLook look_at(const base::File& file);

/// The first bytes from `offset` on, kLookSize at most.
std::string start_of(const base::File& file, std::uint64_t offset = 0);

/// Where the first byte lies that is none of `bytes`; the size of the file when there is none.
std::uint64_t end_of_run(const base::File& file, std::string_view bytes);

}  // namespace mbx::store
