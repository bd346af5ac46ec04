// Finds the pieces by which a stored value gives wanted bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "convert/exact/recipe.hpp"

namespace mbx::convert::exact {

struct TextMatch {
    std::vector<Piece> pieces;
    std::string raw;               ///< the bytes of the Raw pieces, in order
    std::size_t used = 0;          ///< wanted bytes that the pieces give, from the front on
    std::size_t by_reference = 0;  ///< of these, not raw
    std::uint64_t value_used = 0;  ///< UTF-16 units of the value up to where the match ended
};

/// Matches the front of `wanted` with the text from unit `from` on. Single bytes that the text
/// cannot give (invalid in the code page, NUL, a byte order mark) become raw, and so does what was
/// taken out of flowed text: line ends with the quote marks behind them, and blanks. Stops where
/// too little fits.
TextMatch match_text(std::string_view wanted, std::u16string_view text, std::uint64_t from,
                     std::uint32_t code_page);

/// Matches all of `wanted` with a binary value: the whole value, the value with LF for CRLF, or the
/// tail of the value. nullopt when it is none of them. No pieces: the whole value as it is.
std::optional<std::vector<Piece>> match_bytes(std::string_view wanted,
                                              const base::ByteSource& value);

}  // namespace mbx::convert::exact
