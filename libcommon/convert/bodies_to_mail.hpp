// Which of a message object's bodies are the author's, and what they become ([MS-OXBBODY] 2.1.3.1,
// [MS-OXCMAIL] 2.1.3.3).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "convert/html_charset.hpp"
#include "convert/rtf_to_html.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

struct Bodies {
    std::optional<std::string> plain;  ///< UTF-8
    std::optional<EncodedText> html;
    std::vector<RtfPicture> pictures;  ///< out of a body that was RTF
};

StatedPages stated_pages(const mapi::PropertyBag& properties);

/// Both are absent when there is no body at all. `attachment_html`: see RtfToHtmlOptions.
Bodies choose_bodies(const mapi::PropertyBag& properties,
                     const std::vector<std::string>& attachment_html,
                     base::Diagnostics& diagnostics);

}  // namespace mbx::convert
