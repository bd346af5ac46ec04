// Code pages whose tables are part of this program: the same on every machine, now and later. For
// recipes, whose bytes must not depend on the tables of an iconv.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace mbx::convert::exact {

/// 65001 (UTF-8), 20127 (ASCII), and single-byte pages. An undefined byte b of a single-byte page
/// is U+00b.
bool is_frozen_code_page(std::uint32_t code_page) noexcept;

/// One UTF-16 string in the page's bytes; nullopt when the page is not frozen or cannot hold a
/// character. A lone surrogate cannot be held.
std::optional<std::string> encode_frozen(std::u16string_view text, std::uint32_t code_page);

/// One character off the front of `bytes`, as UTF-16 units in `units` (1 or 2). Returns the number
/// of bytes it took; 0 when they are not valid in the page. Pre: !bytes.empty() and
/// is_frozen_code_page(code_page).
std::size_t decode_frozen(std::string_view bytes, std::uint32_t code_page, char16_t (&units)[2],
                          int& unit_count);

}  // namespace mbx::convert::exact
