// Field values with parameters: Content-Type, Content-Disposition (RFC 2045 5.1, RFC 2183,
// RFC 2231).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mbx::convert {

struct MimeValue {
    /// "text/plain", "attachment"; lower case, without blanks; empty when the field says nothing.
    std::string main;

    /// The parameter as it stands, without quotes: for tokens such as boundary. Name in lower case.
    const std::string* raw(std::string_view name) const noexcept;
    /// As UTF-8 text: RFC 2231 first, else with its encoded words. nullopt when absent or empty.
    std::optional<std::string> text(std::string_view name, std::string_view fallback_charset) const;

    struct Parameter {
        std::string name;  ///< lower case, without the marks of RFC 2231
        std::string value;
        bool extended = false;  ///< `value` is decoded UTF-8 already
    };
    std::vector<Parameter> parameters;
};

/// Never fails; linear in the length.
MimeValue parse_mime_value(std::string_view unfolded);

}  // namespace mbx::convert
