#include "unit/pst/reader_comparison.hpp"

#include "pst/reader_comparison.hpp"

namespace mbx::test {

std::vector<std::string> differences(pst::PstReader& a, pst::PstReader& b) {
    constexpr std::size_t kMostLines = 200;
    std::vector<std::string> lines;
    pst::ReaderComparison comparison(a, b, [&](const std::string& place, const std::string& text) {
        if (lines.size() < kMostLines) {
            lines.push_back(place + ": " + text);
        }
    });
    comparison.compare_store();
    const base::StopFlag stop;
    for (const pst::PstFolder& folder : a.folders()) {
        comparison.compare_messages(folder.nid, false, stop);
        comparison.compare_messages(folder.nid, true, stop);
    }
    return lines;
}

}  // namespace mbx::test
