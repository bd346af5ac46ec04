// The tree of parts of an ordinary mail ([MS-OXCMAIL] 2.1.3.3).
#pragma once

#include <string>
#include <vector>

#include "convert/bodies_to_mail.hpp"
#include "convert/mail_rebuild.hpp"
#include "convert/mime_part.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// What a kind of item adds to bodies and attachments.
struct TreeExtras {
    std::vector<MimePart> alternatives;  ///< after plain and HTML: a calendar
    std::vector<MimePart> attachments;   ///< before the others: .ics, .vcf
    std::string text_above;  ///< UTF-8 with CRLF: a readable form of what is in properties only
};

/// mixed(related(alternative(plain, html), shown pictures), other attachments), each level only
/// where it is needed. A message with nothing in it is an empty text.
MimePart mail_tree(const mapi::Message& message, const RebuildContext& context,
                   TreeExtras extras = {});

/// plain, html and what comes with them, as one part; a single one stands alone.
MimePart body_part(const Bodies& bodies, const StatedPages& pages,
                   std::vector<MimePart> more_alternatives);

}  // namespace mbx::convert
