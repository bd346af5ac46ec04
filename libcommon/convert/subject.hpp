// Subjects as a message object holds them ([MS-OXCMSG] 2.2.1.9, .10, [MS-OXCMAIL] 2.2.3.2.6.1).
#pragma once

#include <string>
#include <string_view>

#include "mapi/property_bag.hpp"

namespace mbx::convert {

struct Subject {
    std::string prefix;      ///< "RE: ", with one blank; empty when there is none
    std::string normalized;  ///< the rest
};

/// A prefix is one to three characters that are no colon, blank or digit, a colon, and blanks.
/// Prefix and rest together are at most 253 UTF-16 units; what is longer is cut between characters.
/// Control characters, as the tabs of a folded field, become blanks. A PST holds the result as it
/// is, so that an exact source still fits what is read back.
Subject split_subject(std::string_view decoded);

/// Sets PidTagSubject (without the marker that a PST puts before it), PidTagSubjectPrefix and
/// PidTagNormalizedSubject.
void set_subject(const Subject& subject, mapi::PropertyBag& bag);

}  // namespace mbx::convert
