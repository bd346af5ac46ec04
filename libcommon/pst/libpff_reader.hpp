// PstReader through libpff: an independent reader for what we write, and the fallback for what our
// own reader cannot read (ANSI, 4K-page OST).
//
// Limitations: libpff (20180714) reads a folder's whole contents table, and a message with all its
// values, into memory; it gives an empty value, and says nothing, where the blocks of a value
// cannot be read; opening takes time that grows with the square of a folder's messages.
#pragma once

#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "pst/file_probe.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

/// `probed` is what probe_file() said of the same file. Throws Error(BadData) when libpff cannot
/// open it.
std::unique_ptr<PstReader> open_with_libpff(const std::string& path, const ProbedFile& probed,
                                            const PstReaderOptions& options,
                                            base::Diagnostics& diagnostics);

}  // namespace mbx::pst
