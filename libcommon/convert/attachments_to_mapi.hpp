// Parts as attachment objects ([MS-OXCMAIL] 2.2.3.4, [MS-OXCMSG] 2.2.2).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "convert/bodies_to_mapi.hpp"
#include "convert/body_chooser.hpp"
#include "convert/exact/origin.hpp"
#include "convert/message_context.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// Converts the message embedded at `root` of `tree`; nullopt when messages are nested too deep for
/// one more.
using ConvertEmbedded =
    std::function<std::optional<mapi::Message>(const MimeTree& tree, const Entity& root)>;

/// Appends one attachment a part, in their order.
void attachments_to_mapi(const MessageContext& context, const std::vector<AttachmentPart>& parts,
                         const BodyReferences& body, const ConvertEmbedded& convert_embedded,
                         mapi::Message& message, exact::Origins& origins);

}  // namespace mbx::convert
