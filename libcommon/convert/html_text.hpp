// Text into HTML, and HTML into the text that people without HTML see.
#pragma once

#include <string>
#include <string_view>

namespace mbx::convert {

/// & < > and " become references; everything else stays.
std::string escape_html(std::string_view text);

}  // namespace mbx::convert
