// HTML or plain text that was wrapped into RTF comes out again ([MS-OXRTFEX]).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mbx::convert {

enum class RtfContent {
    Rtf,   ///< written as RTF
    Html,  ///< \fromhtml1
    Text,  ///< \fromtext
};

/// By the first words, [MS-OXRTFEX] 2.2.3.1.
RtfContent rtf_content(std::string_view rtf);

struct EncapsulatedContent {
    RtfContent content = RtfContent::Html;  ///< Html or Text
    std::string text;  ///< UTF-8; a charset that the HTML names is the old one still
};

/// nullopt when nothing is encapsulated. `fallback_code_page`: see RtfReader.
std::optional<EncapsulatedContent> deencapsulate_rtf(std::string_view rtf,
                                                     std::uint32_t fallback_code_page = 1252);

}  // namespace mbx::convert
