// messages --cross-check: our reader and libpff, message by message.
#include <fmt/format.h>

#include "base/text.hpp"
#include "pst/reader_comparison.hpp"
#include "pst_inspect.hpp"

namespace mbx::inspect {

bool cross_check(const std::string& file, pst::PstReader& own, pst::PstReader& libpff,
                 const std::vector<pst::PstFolder>& folders, cli::Context& context) {
    pst::ReaderComparison comparison(
        own, libpff, [&](const std::string& place, const std::string& text) {
            context.output.record({{"file", file}, {"place", place}, {"difference", text}},
                                  fmt::format("{}: {}", place, text));
        });
    comparison.compare_store();
    context.progress.start("compare " + base::escape(file), std::nullopt);
    std::uint64_t messages = 0;
    for (const pst::PstFolder& folder : folders) {
        for (const bool associated : {false, true}) {
            const std::uint64_t compared =
                comparison.compare_messages(folder.nid, associated, context.stop);
            messages += compared;
            context.progress.advance(compared, 0);
        }
    }
    context.progress.finish();
    context.output.record({{"file", file},
                           {"folders", folders.size()},
                           {"messages", messages},
                           {"different_messages", comparison.different_messages()},
                           {"differences", comparison.differences()},
                           {"readers", {own.info().reader, libpff.info().reader}}},
                          fmt::format("{}: {} messages and hidden items in {} folders, {} of them "
                                      "differ between our reader and {}",
                                      base::escape(file), messages, folders.size(),
                                      comparison.different_messages(), libpff.info().reader));
    return comparison.differences() == 0;
}

}  // namespace mbx::inspect
