// A message in a file, or that is a file of its own (Maildir, eml): its bytes, as they lie there,
// and its date.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/byte_source.hpp"
#include "base/diagnostics.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/time.hpp"

namespace mbx::store {

/// Messages of so many bytes are held in memory; larger ones are read when they are wanted.
inline constexpr std::uint64_t kReadAtOnce = 1024 * 1024;

/// A part of a file, which each reader gets from `open_file` anew. Readers throw Error(Io) when the
/// file is shorter by then.
using OpenFile = std::function<std::shared_ptr<const base::File>()>;
base::SharedSource range_source(std::uint64_t offset, std::uint64_t size, OpenFile open_file);

/// Small files are read at once; of larger ones only the size is kept, and each reader opens its
/// own file with `reopen`, so that messages kept alive hold no descriptors. They throw Error(Io)
/// when the file has another size by then.
base::SharedSource message_file_source(const base::File& file, std::function<base::File()> reopen);

/// What MessageStream::next() may throw about one message: BadData or Io.
Error as_message_error(const Error& error);

/// Says that a message has no bytes. It is still a message: a mailbox comes out with as many.
void report_empty_message(base::Diagnostics& diagnostics, std::string place);

/// When the file was changed last; what mail servers take as the internal date. nullopt when that
/// cannot be a date of mail: before 1971 (cleared by some copy program) or more than a day ahead of
/// the clock.
std::optional<base::UnixTime> plausible_change_time(const base::File& file);

void set_change_time(const base::File& file, base::UnixTime time);

/// Could mail have come then? See plausible_change_time().
bool is_plausible(base::UnixTime time);

}  // namespace mbx::store
