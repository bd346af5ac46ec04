// Reports of delivery and of reading, REPORT.* ([MS-OXCMAIL] 2.1.3.6; RFC 3464, RFC 8098).
#pragma once

#include "convert/address_resolution.hpp"
#include "convert/mail_rebuild.hpp"
#include "convert/mime_part.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// multipart/report: the text for people, the status for programs, the message that it is about
/// where the report holds it.
MimePart report_part(const mapi::Message& message, const AddressResolver& addresses,
                     const RebuildContext& context);

}  // namespace mbx::convert
