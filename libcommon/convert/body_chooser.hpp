// Which parts of a message are its text, and which are attachments ([MS-OXCMAIL] 2.2.3.3).
#pragma once

#include <functional>
#include <vector>

#include "convert/mime_tree.hpp"

namespace mbx::convert {

struct AttachmentPart {
    const Entity* entity = nullptr;
    bool in_related = false;  ///< below multipart/related: may belong to the HTML
    bool hidden = false;      ///< nothing that people look for: another form of the text
};

/// An HTML part, or a picture that stands between two of them.
struct HtmlPiece {
    const Entity* entity = nullptr;
    bool is_image = false;
};

struct ChosenParts {
    std::vector<const Entity*> plain;  ///< one text after the other
    std::vector<HtmlPiece> html;       ///< one document after the other
    std::vector<AttachmentPart> attachments;
    /// One of the attachments, a text/calendar that is another form of the text or all there is.
    const Entity* calendar = nullptr;
};

/// `is_blank` tells whether a text part holds nothing but white space. Every leaf of the tree is in
/// the result once at most; what shows nothing of its own (an alternative that was not chosen and
/// is white space) may be left out.
ChosenParts choose_parts(const Entity& root, const std::function<bool(const Entity&)>& is_blank);

/// Text parts beyond this size are attachments; what people read is kept in memory.
inline constexpr std::uint64_t kLargestBody = std::uint64_t{64} << 20;

/// The part that a multipart/related is about: that of its "start" parameter, else the first.
const Entity* related_root(const Entity& related);

}  // namespace mbx::convert
