// A MIME entity being put together from the leaves up (RFC 2045, RFC 2046).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/sha256.hpp"
#include "convert/header_line.hpp"

namespace mbx::convert {

/// Header lines and body of an entity. The body is encoded and has CRLF line ends; large ones are
/// sources that encode while they are read.
struct MimePart {
    std::string headers;                     ///< Content-... lines, CRLF after each
    std::vector<base::SharedSource> pieces;  ///< the body, one after the other
    base::Sha256Digest digest{};             ///< of what it is; boundaries are made from it
    bool eight_bit = false;                  ///< its body has bytes above 127
    bool ends_line = false;                  ///< its body ends in CRLF
};

/// text: bytes in `charset`, any line ends; the best transfer encoding is chosen.
MimePart text_part(std::string_view media_type, std::string_view text, std::string_view charset,
                   std::vector<Parameter> parameters = {});

/// Base64. more_headers: whole lines beside Content-Type and Content-Transfer-Encoding.
MimePart data_part(const std::string& content_type_line, const std::string& more_headers,
                   const base::SharedSource& data);

/// message/rfc822, or message/global when its header has UTF-8 (RFC 6532 3.7): `message` as it is.
MimePart message_part(const std::string& more_headers, base::SharedSource message, bool eight_bit,
                      bool utf8_header = false);

/// An entity of which header lines and body are given as they are.
MimePart verbatim_part(std::string headers, base::SharedSource body);

/// Pre: !parts.empty(). The boundary follows from the parts, so the same parts give the same bytes.
MimePart multipart(std::string_view subtype, std::vector<MimePart> parts,
                   std::vector<Parameter> parameters = {});

/// Adds lines to the headers of a part.
void add_headers(MimePart& part, std::string_view lines);

/// The whole message: `headers` (lines without any about MIME), then the part.
base::SharedSource message_of(const std::string& headers, MimePart part);

}  // namespace mbx::convert
