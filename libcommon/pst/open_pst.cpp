#include <fmt/format.h>

#include "base/charset.hpp"
#include "base/error.hpp"
#include "pst/file_probe.hpp"
#include "pst/libpff_reader.hpp"
#include "pst/own_reader.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

std::unique_ptr<PstReader> open_pst(const std::string& path, const PstReaderOptions& options,
                                    base::Diagnostics& diagnostics) {
    if (!base::charset_of_code_page(options.code_page)) {
        throw Error(ErrorCode::Usage, fmt::format("there is no code page {}", options.code_page),
                    "Windows code pages are 1252, 932, 65001 and the like");
    }
    const ProbedFile probed = probe_file(path, diagnostics);
    const bool own_reads_it = probed.format != FileFormat::Unicode4k;
    if (options.kind == ReaderKind::Own && !own_reads_it) {
        throw Error(ErrorCode::BadData, "wVer is 36: its 4 KiB pages are read by libpff only",
                    "--reader libpff")
            .with_place(path);
    }
    if (options.kind == ReaderKind::Own) {
        return open_own(path, options, diagnostics);
    }
    if (options.kind == ReaderKind::Auto && own_reads_it) {
        try {
            return open_own(path, options, diagnostics);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }
            diagnostics.report({base::Severity::Warning, "other-reader", "header",
                                std::string(error.what()) + "; libpff tries to read it"});
        }
    }
    return open_with_libpff(path, probed, options, diagnostics);
}

}  // namespace mbx::pst
