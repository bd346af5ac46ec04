// File names of attachments, safe for every system that may save them ([MS-OXCMAIL] 2.2.3.4.1.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mbx::convert {

/// The last element of a path, with " / : < > | \ * ? and control characters as "_", without dots
/// and blanks at both ends, at most 255 UTF-16 units with the extension kept. May be empty.
std::string clean_file_name(std::string_view utf8);

/// "ATT00001.txt": for the attachment at `index` (from 0) without a name of its own.
std::string default_file_name(std::size_t index, std::string_view mime_type);

/// The last dot and what follows; empty when there is none, or when it is longer than 15 UTF-16
/// units.
std::string file_extension(std::string_view name);

/// The 8.3 form, as Outlook makes it: the name itself when it fits, else "dressc~1.txt".
std::string short_file_name(std::string_view name);

}  // namespace mbx::convert
