// A message that is a file of its own (Maildir, eml): its bytes, as they lie there, and
// its date.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/byte_source.hpp"
#include "base/diagnostics.hpp"
#include "base/file.hpp"
#include "base/time.hpp"

namespace mbx::store {

/// Small files are read at once; of larger ones only the size is kept, and each reader opens its
/// own file with `reopen`, so that messages kept alive hold no descriptors. They throw Error(Io)
/// when the file has another size by then.
base::SharedSource message_file_source(const base::File& file, std::function<base::File()> reopen);

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
