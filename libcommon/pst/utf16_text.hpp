// Text in UTF-16 units, as limits of a PST count it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mbx::pst {

/// Outlook cuts subjects and display names to this; SCANPST takes longer ones for a row that does
/// not match its message.
inline constexpr std::size_t kMostUnitsOfName = 255;

/// The first `units` units, one less where that would cut a character in two.
std::u16string_view cut(std::u16string_view text, std::size_t units) noexcept;

/// UTF-8 text of at most `units` UTF-16 units.
std::string cut_utf8(std::string_view text, std::size_t units);

/// Simple upper case of Latin, Greek, Cyrillic and Armenian letters, unit by unit; others stay.
std::u16string upper_case(std::u16string_view text);

}  // namespace mbx::pst
