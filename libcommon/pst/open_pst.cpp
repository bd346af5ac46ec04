#include "base/error.hpp"
#include "pst/file_probe.hpp"
#include "pst/libpff_reader.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

std::unique_ptr<PstReader> open_pst(const std::string& path, const PstReaderOptions& options,
                                    base::Diagnostics& diagnostics) {
    const ProbedFile probed = probe_file(path, diagnostics);
    if (options.kind == ReaderKind::Own) {
        throw Error(ErrorCode::BadData, "this build has no reader of its own", "--reader libpff")
            .with_place(path);
    }
    return open_with_libpff(path, probed, options, diagnostics);
}

}  // namespace mbx::pst
