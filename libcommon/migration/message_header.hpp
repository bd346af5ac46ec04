// A look at the header of a message, for filtering and for recognising it again. Not a MIME parser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"

namespace mbx::migration {

/// At most this many bytes of a message are looked at.
inline constexpr std::size_t kLongestHeader = 256 * 1024;

/// The header block, without the empty line that ends it; cut at kLongestHeader. A first line
/// "From ..." (mbox) is left out.
std::string read_header(const base::ByteSource& source);

/// Length of the header within the first bytes of a message, or nullopt when it does not end there.
std::optional<std::size_t> header_length(std::string_view beginning);

/// The body of the first field of that name, unfolded, each run of blanks as one, trimmed.
/// nullopt when there is none.
std::optional<std::string> header_field(std::string_view header, std::string_view name);

}  // namespace mbx::migration
