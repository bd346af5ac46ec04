// Content-Transfer-Encodings on the way out (RFC 2045 6).
#pragma once

#include <string>
#include <string_view>

#include "base/byte_source.hpp"

namespace mbx::convert {

/// Base64 in lines of 76 characters with CRLF between them (none after the last), encoded while it
/// is read.
base::SharedSource base64_source(base::SharedSource data);

std::string base64(std::string_view bytes);  ///< in one line

/// Text whose lines end in CRLF. What IMAP servers and mail gateways may change is escaped: blanks
/// at the end of a line, a line of one dot, "From " at the start of a line, bare CR and LF.
std::string quoted_printable(std::string_view text);

enum class TextEncoding { SevenBit, QuotedPrintable, Base64 };
/// 7bit where the bytes survive as they are; else what takes less room.
TextEncoding best_encoding(std::string_view text);

/// CR, LF and CRLF all become CRLF.
std::string with_crlf(std::string_view text);

}  // namespace mbx::convert
