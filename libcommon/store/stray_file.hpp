// Files in a mailbox on disk that none of its folders takes up: so that mail is never passed over
// as if it were a mail program's own notes.
#pragma once

#include "base/diagnostics.hpp"
#include "store/directory.hpp"

namespace mbx::store {

enum class StrayPlace {
    Mailbox,  ///< where mail lies: what is none is worth a word
    Foreign,  ///< in a folder that something else has made, perhaps: only mail is
};

/// Reports a file (or a link, or what else is no folder) that is left out: as an error when it is
/// mail or may be, and when it is a link; as a warning when it is no mail. Of side files nothing is
/// said, of hidden ones only that they are mail. A broken link may have led to a folder, which may
/// be hidden.
void report_stray(const Directory& folder, const DirectoryEntry& entry, StrayPlace place,
                  base::Diagnostics& diagnostics);

}  // namespace mbx::store
