// Named charsets and Windows code pages, by iconv. For what people see; never for what must be
// repeatable bit for bit on another machine, since iconv's tables differ between machines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace mbx::base {

/// Decodes to UTF-8. Invalid bytes become U+FFFD; nullopt when the charset is not known.
std::optional<std::string> decode_charset(std::string_view bytes, std::string_view charset);

/// Encodes from UTF-8; nullopt when the charset is not known or cannot hold the text.
std::optional<std::string> encode_charset(std::string_view utf8, std::string_view charset);

/// Decodes bytes of a Windows code page (65001, 1252, 932, ...); an unknown page is taken as UTF-8
/// when the bytes are valid in it, else as 1252.
std::string decode_code_page(std::string_view bytes, std::uint32_t code_page);

/// The MIME charset name of a code page ("windows-1252", "utf-8"), and the page of a charset name
/// in any usual spelling; nullopt when there is none.
std::optional<std::string_view> charset_of_code_page(std::uint32_t code_page) noexcept;
std::optional<std::uint32_t> code_page_of_charset(std::string_view charset);

}  // namespace mbx::base
