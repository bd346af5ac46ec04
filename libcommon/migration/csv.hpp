// Rows of comma-separated values, RFC 4180, with the place of every field.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::migration {

/// Counted from 1, the column in characters.
struct CsvPlace {
    std::size_t line = 1;
    std::size_t column = 1;
};

struct CsvField {
    std::string text;  ///< without quotes
    CsvPlace place;    ///< of its first character, or of its opening quote
};

struct CsvRow {
    std::vector<CsvField> fields;  ///< empty for a blank line
    std::string raw;               ///< as it was, without the line end
};

/// All rows, blank lines included; the last one may lack its line end. Lines end in LF or CRLF.
/// Throws Error(BadData) with "PATH:LINE:COLUMN" as place: invalid UTF-8, control characters (so no
/// field goes over a line's end), quotes within or behind a field, a quote that is not closed.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path);

/// Fields in one line without its end; quoted where they need to be.
std::string format_csv(const std::vector<std::string_view>& fields);

/// Control characters and line separators stand in no field.
bool is_list_character(char32_t c) noexcept;

/// "PATH:LINE:COLUMN".
std::string to_string(const std::string& path, CsvPlace place);

}  // namespace mbx::migration
