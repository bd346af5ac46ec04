// Header fields whose words are numbers in MAPI, and fields that are stored as text under a tag or
// name of their own ([MS-OXCMAIL] 2.1.3.2, 2.2.3.2).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mapi/property_tag.hpp"

namespace mbx::convert {

/// PidTagImportance: 0 low, 1 normal, 2 high. Words of Importance and X-MSMail-Priority.
std::optional<std::int32_t> parse_importance(std::string_view value);
/// The same number for Priority (non-urgent, normal, urgent) and X-Priority (first digit, 1 to 5).
std::optional<std::int32_t> parse_priority(std::string_view value);
std::optional<std::int32_t> parse_x_priority(std::string_view value);
/// "low", "high"; empty for normal and unknown.
std::string_view importance_word(std::int32_t importance);

/// PidTagSensitivity: 0 normal, 1 personal, 2 private, 3 confidential; unknown words are 0.
std::int32_t parse_sensitivity(std::string_view value);
/// "Personal", "Private", "Company-Confidential"; empty for normal and unknown.
std::string_view sensitivity_word(std::int32_t sensitivity);

/// PidTagAutoResponseSuppress, a set of bits; nullopt when nothing is to be suppressed.
std::optional<std::int32_t> parse_auto_response_suppress(std::string_view value);
/// "DR, OOF, AutoReply" or "All"; empty for 0.
std::string auto_response_suppress_words(std::int32_t bits);

/// PidTagMessageLocaleId of a language tag (RFC 5646), and back; nullopt when there is none.
std::optional<std::int32_t> locale_of_language(std::string_view tag);
std::optional<std::string_view> language_of_locale(std::int32_t locale);

/// A header field that is kept as its unfolded, decoded text in a string property.
struct TextHeader {
    std::string_view name;  ///< as it is written
    mapi::PropertyTag tag;
};
std::span<const TextHeader> text_headers();

/// Fields that are kept as text in PS_INTERNET_HEADERS:name; lower case, as Exchange registers
/// them.
std::span<const std::string_view> named_headers();

}  // namespace mbx::convert
