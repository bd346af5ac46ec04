// text/plain; format=flowed (RFC 3676): paragraphs that were cut into short lines.
#pragma once

#include <string>
#include <string_view>

namespace mbx::convert {

/// The text with its paragraphs in one line each, and without the blank that stuffs a line which is
/// not quoted; lines end in CRLF. Quoted paragraphs keep the marks of their first line.
/// `delete_space`: parameter DelSp=yes, the blank before a line end is not part of the text. A text
/// with an OpenPGP block stays as it is: a signature is about its lines.
std::string unflow(std::string_view utf8, bool delete_space);

}  // namespace mbx::convert
