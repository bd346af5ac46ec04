// Finds the rule by which an encoder made quoted-printable text (RFC 2045 6.7), with its
// exceptions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "convert/exact/recipe.hpp"

namespace mbx::convert::exact {

struct QuotedPrintableMatch {
    std::string data;           ///< decoded
    QuotedPrintable operation;  ///< all but its stream
};

/// nullopt when the text is not quoted-printable that an operation can give: broken escapes, mixed
/// line ends or mixed case of hexadecimal digits, blanks behind a soft break, too many exceptions.
std::optional<QuotedPrintableMatch> match_quoted_printable(std::string_view encoded);

}  // namespace mbx::convert::exact
