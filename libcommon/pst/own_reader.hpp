// PstReader on this project's own layers: Unicode (wVer 21, 23) and ANSI (14, 15) files.
#pragma once

#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

/// Opening costs the same for files of any size, and memory does not grow with them. Throws
/// Error(NoInput, NotAllowed) when the file cannot be read, Error(BadData) when its header does not
/// lead to the trees or is of a version that only libpff reads.
std::unique_ptr<PstReader> open_own(const std::string& path, const PstReaderOptions& options,
                                    base::Diagnostics& diagnostics);

}  // namespace mbx::pst
