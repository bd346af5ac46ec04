// IMAP keywords and the categories that Outlook shows, by name.
#pragma once

#include <string>
#include <string_view>

namespace mbx::convert {

/// A category as an IMAP keyword: what an atom may not hold (RFC 9051 9: blanks, specials, anything
/// but ASCII) in modified UTF-7 (RFC 3501 5.1.3), so that "Red Category" is "Red&ACA-Category".
std::string keyword_of_category(std::string_view category);

/// The visible name of a keyword: the category that keyword_of_category makes it from, else the
/// keyword itself.
std::string category_of_keyword(std::string_view keyword);

/// False for what mail programs tell each other ($MDNSent, $Junk, NonJunk, $label1, ...): these are
/// no categories.
bool is_visible_keyword(std::string_view keyword);

}  // namespace mbx::convert
