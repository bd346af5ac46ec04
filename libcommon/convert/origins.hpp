// Where the values of a converted message come from in its source: what the recipe for the exact
// source starts from.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.hpp"
#include "base/diagnostics.hpp"
#include "convert/mime_tree.hpp"
#include "convert/to_mapi.hpp"

namespace mbx::convert {

/// A range of the source that went into a stored value. The value is what the transfer encoding
/// gives, then, for text, what the charset gives; clean-ups (byte order mark, NUL, line ends,
/// undecodable bytes) are not told: who uses it compares.
struct Origin {
    enum class Value {
        TransportHeaders,  ///< 007D, without the blank line
        Body,              ///< 1000; several ranges where texts were joined, in their order
        Html,              ///< 1013; likewise
        Attachment,        ///< 3701 of an attachment; for SMIME.p7m the body behind its two lines
        Embedded,          ///< the source of the message embedded in an attachment
    };
    Value value = Value::TransportHeaders;
    std::size_t attachment = 0;  ///< index, for Attachment and Embedded
    ByteRange range;
    TransferEncoding encoding = TransferEncoding::Identity;
    std::string charset;  ///< as declared, for Body and Html; may be empty
};

/// Of one message object. Ranges are in `source`: the message's own, or that of the message around
/// it; for an embedded message that was itself encoded, its decoded bytes.
struct OriginTree {
    base::SharedSource source;
    std::vector<Origin> origins;
    std::vector<std::pair<std::size_t, OriginTree>> embedded;  ///< by index of the attachment
};

/// to_mapi(), which also tells where the values come from.
mapi::Message to_mapi_with_origins(const mail::Message& message, const ToMapiOptions& options,
                                   base::Diagnostics& diagnostics, OriginTree& origins);

}  // namespace mbx::convert
