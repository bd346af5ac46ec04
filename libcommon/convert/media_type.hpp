// Media types and the file name extensions that go with them.
#pragma once

#include <string>
#include <string_view>

namespace mbx::convert {

/// By the extension of a file name, letters compared without case; "application/octet-stream" when
/// it is unknown.
std::string_view media_type_of_name(std::string_view file_name);

/// ".png"; empty when none is known.
std::string_view extension_of_media_type(std::string_view media_type);

/// "type/subtype" in lower case without parameters; empty when the text is no media type.
std::string clean_media_type(std::string_view text);

/// True for the kinds of picture that mail programs show inside of HTML.
bool is_shown_image(std::string_view media_type);

}  // namespace mbx::convert
