// Locks on single bytes of a lock file, which belong to an open file and not to a process.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.hpp"

namespace mbx::base {

/// The lock of one byte (an "open file description" lock, fcntl(2) F_OFD_SETLK). The byte need not
/// exist. It lasts until the last descriptor of that opening of the file is closed, in whichever
/// process: so a process that inherits the descriptor keeps the lock, and a crash gives it up. On
/// network file systems it holds between machines as far as fcntl locks do.
///
/// Both throw Error with `path` as place. Pre: the descriptor is open for reading and writing.
bool try_lock_byte(int descriptor, std::uint64_t byte, const std::string& path);
void lock_byte(int descriptor, std::uint64_t byte, const std::string& path);

/// Whether an opening other than this one holds the byte.
bool is_byte_locked(int descriptor, std::uint64_t byte, const std::string& path);

}  // namespace mbx::base
