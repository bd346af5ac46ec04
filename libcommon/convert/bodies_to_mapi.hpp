// The texts of a message: PidTagBody, PidTagHtml, and what goes with them ([MS-OXCMAIL] 2.2.3.3).
#pragma once

#include <string>

#include "convert/body_chooser.hpp"
#include "convert/exact/origin.hpp"
#include "convert/html_references.hpp"
#include "convert/message_context.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::convert {

/// What the HTML shows of the attachments.
struct BodyReferences {
    HtmlReferences references;
    std::string base;  ///< Content-Base or Content-Location of the HTML part; may be empty
};

BodyReferences bodies_to_mapi(const MessageContext& context, const ChosenParts& chosen,
                              mapi::PropertyBag& bag, exact::Origins& origins);

/// True when a text part holds nothing but white space.
bool is_blank_part(const MimeTree& tree, const Entity& entity);

/// Content-ID of a part without its angle brackets; empty when it has none.
std::string content_id(const Entity& entity);
/// One for a picture between texts that has none; the same whenever the message is converted.
std::string made_content_id(const Entity& entity);

}  // namespace mbx::convert
