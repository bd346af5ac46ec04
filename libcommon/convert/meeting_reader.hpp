// iCalendar as what Outlook's meeting forms are built from ([MS-OXCICAL] 2.1.3.1.1.1,
// [MS-OXOCAL] 2.2.6 to 2.2.9).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "convert/ical_reader.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::convert {

struct Meeting {
    IcalEvent event;
    IcalPerson speaker;            ///< who asks, cancels or answers
    mapi::PropertyBag properties;  ///< the class and all that is known but the recipients
};

/// nullopt for what is better shown as a mail with a file, since a form would tell it wrongly: no
/// or more than one event, a series or an occurrence, an unknown method or answer, times that
/// cannot be told, nobody who speaks.
std::optional<Meeting> read_meeting(std::string_view utf8);

}  // namespace mbx::convert
