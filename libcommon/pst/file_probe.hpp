// The first look at a file: is it a PST, of which kind, and is it all there ([MS-PST] 2.2.2.6)?
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/diagnostics.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

struct ProbedFile {
    FileFormat format = FileFormat::Unicode;
    ContentKind kind = ContentKind::Pst;
    ndb::CryptMethod crypt = ndb::CryptMethod::None;
    std::uint64_t size = 0;  ///< of the file, bytes
};

/// Throws Error(NoInput, NotAllowed) when the file cannot be read; Error(BadData) when it is no PST
/// (the text says what it looks like), shorter than its header says, or of a version that nobody
/// here reads. A header that is odd but usable is reported.
ProbedFile probe_file(const std::string& path, base::Diagnostics& diagnostics);

/// What a file looks like that does not begin as a PST: "no PST: it looks like a ZIP archive".
/// `start`: its first bytes; `size`: of the file.
std::string describe_no_pst(base::ByteView start, std::uint64_t size);

}  // namespace mbx::pst
