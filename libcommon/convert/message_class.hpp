// What kind of item a message object is, by its class ([MS-OXCMAIL] 2.1.2, [MS-OXPROPS] 1.3.3).
#pragma once

#include <string>
#include <string_view>

#include "mapi/property_bag.hpp"

namespace mbx::convert {

enum class ItemKind {
    Mail,            ///< IPM.Note and all that is shown as mail, unknown classes too
    ClearSigned,     ///< *.SMIME.MultipartSigned
    OpaqueSigned,    ///< *.SMIME: signed or encrypted, as one block
    Report,          ///< REPORT.*: of delivery or of reading
    MeetingMessage,  ///< a meeting request, its answer, its cancellation
    Appointment,
    Contact,
    DistributionList,
    Task,
    TaskRequest,
    StickyNote,
    Journal,
    Hidden,  ///< rules, views, configuration: no mail and not to be moved
};

/// Classes are compared without case, longest first.
ItemKind item_kind(std::string_view message_class);

/// PidTagMessageClass; "IPM.Note" when it is absent or empty.
std::string message_class_of(const mapi::PropertyBag& properties);

/// True for mail in a form that somebody has made, IPM.Note.Something; false for those of Outlook
/// and Exchange.
bool is_custom_form(std::string_view message_class);

/// Content-Class of voice mail, faxes, forms and meetings ([MS-OXCMAIL] 2.1.3.2.3); empty for
/// ordinary mail.
std::string content_class(std::string_view message_class);

}  // namespace mbx::convert
