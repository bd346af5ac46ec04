#include "convert/flowed_text.hpp"

#include <algorithm>
#include <cstddef>

namespace mbx::convert {
namespace {

constexpr std::string_view kSignatureSeparator = "-- ";

struct FlowedLine {
    std::string_view marks;    ///< ">" for each level of quoting
    std::string_view stuffed;  ///< the marks and the blank behind them
    std::string_view content;

    bool is_signature() const { return content == kSignatureSeparator; }
    bool goes_on() const { return content.ends_with(' ') && !is_signature(); }
    /// An empty line is what divides paragraphs, even where the one before it ends in a blank.
    bool continues(const FlowedLine& before) const {
        return before.goes_on() && marks.size() == before.marks.size() && !is_signature() &&
               !content.empty();
    }
};

FlowedLine parse_line(std::string_view line) {
    const std::size_t depth = std::min(line.find_first_not_of('>'), line.size());
    const std::size_t begin = depth + (line.substr(depth).starts_with(' ') ? 1 : 0);
    return {line.substr(0, depth), line.substr(0, begin), line.substr(begin)};
}

}  // namespace

std::string unflow(std::string_view utf8, bool delete_space) {
    if (utf8.find("-----BEGIN PGP") != std::string_view::npos) {
        return std::string(utf8);
    }
    std::string result;
    result.reserve(utf8.size());
    FlowedLine before;
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t end = std::min(utf8.find("\r\n", at), utf8.size());
        const FlowedLine line = parse_line(utf8.substr(at, end - at));
        if (line.continues(before)) {
            result.resize(result.size() - (delete_space ? 3 : 2));
        } else if (!line.marks.empty()) {
            result += line.stuffed;
        }
        result += line.content;
        result += end < utf8.size() ? "\r\n" : "";
        before = line;
        at = std::min(end + 2, utf8.size());
    }
    return result;
}

}  // namespace mbx::convert
