// The lines of iCalendar and vCard (RFC 5545 3.1, RFC 6350 3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mbx::convert {

struct LineParameter {
    std::string name;
    std::string value;  ///< UTF-8; quoted where it must be
};

/// Builds a component: folded at 75 bytes between characters, CRLF.
class ContentLines {
  public:
    /// A value that is used as it is: dates, numbers, enumerations, URIs.
    void put(std::string_view name, std::string_view value,
             const std::vector<LineParameter>& parameters = {});
    /// Text: \ ; , and line ends are escaped. Nothing is written for an empty one.
    void put_text(std::string_view name, std::string_view text,
                  const std::vector<LineParameter>& parameters = {});
    /// Fields of text set apart by ";" (N, ADR, ORG). Nothing is written when all are empty.
    void put_fields(std::string_view name, const std::vector<std::string>& fields,
                    const std::vector<LineParameter>& parameters = {});
    /// Texts set apart by "," (CATEGORIES). Nothing is written when there are none.
    void put_list(std::string_view name, const std::vector<std::string>& texts);
    /// Lines made by another one.
    void append(std::string_view lines) { text_ += lines; }

    std::string take() && { return std::move(text_); }

  private:
    std::string text_;
};

std::string escape_line_text(std::string_view text);

}  // namespace mbx::convert
