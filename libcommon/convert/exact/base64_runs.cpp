#include "convert/exact/base64_runs.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace mbx::convert::exact {
namespace {

constexpr std::size_t kMostRuns = 20;
constexpr std::size_t kBytesPerRun = 40'000;

constexpr std::array<bool, 256> digit_table() {
    std::array<bool, 256> table{};
    for (const char c :
         std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")) {
        table.at(static_cast<unsigned char>(c)) = true;
    }
    return table;
}
constexpr auto kIsDigit = digit_table();

bool is_digit(char c) {
    return kIsDigit[static_cast<unsigned char>(c)];
}

struct Line {
    std::size_t begin = 0;
    std::size_t length = 0;    // without the line end
    std::size_t line_end = 0;  // 0, 1 (LF) or 2 (CRLF)
    bool clean = true;         // only base64 characters and padding

    std::size_t end() const noexcept { return begin + length; }
};

class LineReader {
  public:
    explicit LineReader(std::string_view text) : text_(text) {}

    std::optional<Line> next() {
        if (at_ >= text_.size()) {
            return std::nullopt;
        }
        const std::size_t newline = text_.find('\n', at_);
        Line line{at_, std::min(newline, text_.size()) - at_, 0, true};
        if (newline != std::string_view::npos) {
            const bool crlf = newline > at_ && text_[newline - 1] == '\r';
            line.line_end = crlf ? 2 : 1;
            line.length -= crlf ? 1U : 0U;
        }
        at_ = line.end() + line.line_end;
        const std::string_view characters = text_.substr(line.begin, line.length);
        line.clean = std::all_of(characters.begin(), characters.end(),
                                 [](char c) { return is_digit(c) || c == '='; });
        return line;
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool belongs_behind(const Line& line, const Line& last, const Line& start) {
    return last.length == start.length && last.line_end == start.line_end && line.clean &&
           line.length != 0 && line.length <= start.length;
}

std::uint64_t digits_in(std::string_view encoded, const Line& line) {
    const std::string_view characters = encoded.substr(line.begin, line.length);
    return static_cast<std::uint64_t>(
        std::count_if(characters.begin(), characters.end(), is_digit));
}

/// `line`, or the next one that a run can begin with; `first` counts the digits passed over.
std::optional<Line> usable_line(std::optional<Line> line, LineReader& reader,
                                std::string_view encoded, std::uint64_t& first) {
    while (line && (line->length == 0 || !line->clean)) {
        first += digits_in(encoded, *line);
        line = reader.next();
    }
    return line;
}

/// What a run has of its first and last line.
void finish(Base64Run& run, const Line& start, const Line& last) {
    const bool final_newline = last.line_end != 0 && last.line_end == start.line_end;
    run.operation.crlf = start.line_end == 2;
    run.operation.final_newline = final_newline;
    run.begin = start.begin;
    run.end = last.end() + (final_newline ? start.line_end : 0);
    run.last_line_length = last.length;
}

/// Lines of any length: those that follow each other with the same line ends are one run.
std::vector<Base64Run> find_uneven_runs(std::string_view encoded, std::size_t most_runs) {
    std::vector<Base64Run> runs;
    LineReader reader(encoded);
    std::uint64_t first = 0;
    std::optional<Line> line = reader.next();
    while (runs.size() < most_runs && (line = usable_line(line, reader, encoded, first))) {
        const Line start = *line;
        Base64Run run;
        Line last = start;
        do {
            last = *line;
            run.operation.line_lengths.push_back(last.length);
            run.operation.count += last.length;
        } while ((line = reader.next()) && last.line_end == start.line_end && line->clean &&
                 line->length != 0);
        run.operation.first = first;
        finish(run, start, last);
        first += run.operation.count;
        runs.push_back(std::move(run));
    }
    return runs;
}

}  // namespace

std::vector<Base64Run> find_base64_runs(std::string_view encoded) {
    const std::size_t most_runs = kMostRuns + encoded.size() / kBytesPerRun;
    std::vector<Base64Run> runs;
    LineReader reader(encoded);
    std::uint64_t first = 0;  // character of the unwrapped text
    std::optional<Line> line = reader.next();
    while (runs.size() < most_runs && (line = usable_line(line, reader, encoded, first))) {
        const Line start = *line;
        Line last = start;
        std::uint64_t count = start.length;
        while ((line = reader.next()) && belongs_behind(*line, last, start)) {
            last = *line;
            count += last.length;
        }
        Base64Run run;
        run.operation.first = first;
        run.operation.count = count;
        run.operation.line_length = last.begin == start.begin ? 0 : start.length;
        finish(run, start, last);
        runs.push_back(std::move(run));
        first += count;
    }
    return runs.size() < most_runs ? runs : find_uneven_runs(encoded, most_runs);
}

std::optional<Base64Run> without_last_group(const Base64Run& run) {
    constexpr std::uint64_t kGroup = 4;
    const Base64& whole = run.operation;
    const std::uint64_t last_group = (whole.first + whole.count - 1) / kGroup * kGroup;
    if (last_group <= whole.first) {
        return std::nullopt;
    }
    Base64Run result = run;
    const std::size_t line_end = whole.crlf ? 2 : 1;
    const std::size_t dropped =
        std::min<std::size_t>(whole.first + whole.count - last_group, run.last_line_length);
    const bool whole_line = dropped == run.last_line_length;
    result.operation.count -= dropped;
    result.operation.final_newline = whole_line;
    result.end -= dropped + (whole.final_newline ? line_end : 0);
    result.last_line_length -= dropped;
    return result;
}

}  // namespace mbx::convert::exact
