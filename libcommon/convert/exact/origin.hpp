// Where the values of a message come from in its source: told by whoever made them of it, and what
// a recipe starts from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/byte_range.hpp"
#include "convert/exact/recipe.hpp"
#include "mail/transfer_encoding.hpp"

namespace mbx::convert::exact {

/// A range of the source that went into a stored value. The value is what the transfer encoding
/// gives, then, for text, what the charset gives; clean-ups (byte order mark, NUL, line ends,
/// undecodable bytes) are not told: who uses it compares.
struct Origin {
    /// HeaderText: without the blank line. Body and Html: several ranges where texts were joined,
    /// in their order. EmbeddedSource: the whole source that the embedded message has.
    RecipeValue value = RecipeValue::HeaderText;
    std::size_t attachment = 0;  ///< position, for AttachmentData and EmbeddedSource
    base::ByteRange range;
    mail::TransferEncoding encoding = mail::TransferEncoding::Identity;
    std::string charset;  ///< of texts, as declared; may be empty
};

using Origins = std::vector<Origin>;

}  // namespace mbx::convert::exact
