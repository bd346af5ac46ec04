#include "migration/csv.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/utf.hpp"

namespace mbx::migration {
namespace {

constexpr char kQuote = '"';
constexpr char kComma = ',';

/// One line of the file.
class LineParser {
  public:
    LineParser(std::string_view line, std::size_t number, const std::string& path)
        : rest_(line), path_(path), place_{number, 1} {}

    CsvRow parse() {
        CsvRow row;
        row.raw = std::string(rest_);
        if (rest_.empty()) {
            return row;
        }
        row.fields.push_back(next_field());
        while (!rest_.empty()) {
            take();  // the comma that ended the field
            row.fields.push_back(next_field());
        }
        return row;
    }

  private:
    /// Up to the next comma, which stays, or the end.
    CsvField next_field() {
        CsvField field{"", place_};
        if (!rest_.empty() && rest_.front() == kQuote) {
            field.text = quoted();
            return field;
        }
        while (!rest_.empty() && rest_.front() != kComma) {
            if (rest_.front() == kQuote) {
                refuse("a quote within a field",
                       "put the whole field in quotes, and write \"\" "
                       "for a quote in it");
            }
            field.text += take();
        }
        return field;
    }

    std::string quoted() {
        const CsvPlace opening = place_;
        std::string text;
        take();
        for (;;) {
            if (rest_.empty()) {
                place_ = opening;
                refuse("this quote is not closed on its line");
            }
            if (rest_.front() != kQuote) {
                text += take();
                continue;
            }
            take();
            if (rest_.empty() || rest_.front() == kComma) {
                return text;
            }
            if (rest_.front() != kQuote) {
                refuse("text behind the closing quote");
            }
            text += take();
        }
    }

    /// One character.
    std::string_view take() {
        const std::string_view before = rest_;
        const base::DecodedCodePoint c = base::take_utf8(rest_);
        if (!c.valid) {
            refuse("not UTF-8", "convert the list: iconv -f WINDOWS-1252 -t UTF-8");
        }
        if (!is_list_character(c.code_point)) {
            refuse(
                fmt::format("a control character (U+{:04X})", static_cast<unsigned>(c.code_point)));
        }
        ++place_.column;
        return before.substr(0, before.size() - rest_.size());
    }

    [[noreturn]] void refuse(std::string text, std::string hint = {}) const {
        throw Error(ErrorCode::BadData, std::move(text), std::move(hint))
            .with_place(to_string(path_, place_));
    }

    std::string_view rest_;
    const std::string& path_;
    CsvPlace place_;
};

}  // namespace

bool is_list_character(char32_t c) noexcept {
    constexpr char32_t kLineSeparator = 0x2028;
    constexpr char32_t kParagraphSeparator = 0x2029;
    const bool is_control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    return !is_control && c != kLineSeparator && c != kParagraphSeparator;
}

std::string to_string(const std::string& path, CsvPlace place) {
    return fmt::format("{}:{}:{}", path, place.line, place.column);
}

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path) {
    std::vector<CsvRow> rows;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        rows.push_back(LineParser(line, number, path).parse());
    }
    return rows;
}

std::string format_csv(const std::vector<std::string_view>& fields) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        line += i == 0 ? "" : ",";
        if (fields[i].find_first_of(",\"") == std::string_view::npos) {
            line += fields[i];
            continue;
        }
        line += kQuote;
        for (const char c : fields[i]) {
            line += c;
            if (c == kQuote) {
                line += kQuote;
            }
        }
        line += kQuote;
    }
    return line;
}

}  // namespace mbx::migration
