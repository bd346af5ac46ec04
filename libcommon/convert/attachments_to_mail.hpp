// Attachments of a message object on their way into MIME ([MS-OXCMAIL] 2.1.3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "convert/mail_rebuild.hpp"
#include "convert/mime_part.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// What an attachment is, before it is known whether the HTML shows it.
struct OutgoingAttachment {
    std::string name;        ///< UTF-8, no path; may be empty
    std::string media_type;  ///< never empty
    std::string charset;     ///< of text, as stored; may be empty
    std::string description;
    std::string content_id;  ///< without <>; may be empty
    std::string content_location;
    std::vector<Parameter> dates;          ///< for Content-Disposition (RFC 2183)
    base::SharedSource data;               ///< of a file; null for a message
    std::optional<RebuiltMail> message;    ///< of an embedded message
    bool meant_inline = false;             ///< its flags say that the body shows it
    std::int32_t rendering_position = -1;  ///< where in an RTF body; -1 nowhere
};

/// In the order of the table. What cannot be taken is reported and left out.
std::vector<OutgoingAttachment> read_attachments(const mapi::Message& message,
                                                 const RebuildContext& context);

/// HTML for the places that an RTF body marks, in the order of the marks: pictures are shown, other
/// files named. Gives pictures that have none a Content-ID.
std::vector<std::string> rtf_marks(std::vector<OutgoingAttachment>& attachments);

/// True for what the body shows, if it refers to it: pictures, and what its flags say.
bool may_be_inline(const OutgoingAttachment& attachment);

/// True for small readable text, and for the parts of reports, that need no encoding.
bool is_sent_as_it_is(const OutgoingAttachment& attachment);

MimePart attachment_part(const OutgoingAttachment& attachment, bool is_inline);

}  // namespace mbx::convert
