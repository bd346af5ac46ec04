// Small helpers for text: ASCII case, trimming, splitting, and untrusted text on its way to a
// terminal or log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mbx::base {

std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_ignore_case(std::string_view text, std::string_view prefix) noexcept;

/// For comparing names without regard to case: small letters in place of capitals in the Latin,
/// Greek and Cyrillic alphabets, one code point for one. Invalid UTF-8 becomes U+FFFD.
std::string fold_case(std::string_view utf8);

/// Without blanks, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text) noexcept;

std::vector<std::string_view> split(std::string_view text, char separator);

/// Safe to print in one line: control characters, DEL, C1 and invalid UTF-8 become \xHH, a
/// backslash \\. Longer results than `limit` bytes are cut at a character and end in "…".
std::string escape(std::string_view untrusted, std::size_t limit = 200);

}  // namespace mbx::base
