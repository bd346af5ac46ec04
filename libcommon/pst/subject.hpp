// The subject as a PST stores it ([MS-PST] 2.5.3.1.1).
#pragma once

#include <optional>
#include <string>

#include "mapi/property_bag.hpp"

namespace mbx::pst {

/// UTF-8. Control characters are blanks; prefix and normalized together are cut to what Outlook
/// keeps.
struct Subject {
    std::string prefix;      ///< "RE: ", the blank included; may be empty
    std::string normalized;  ///< without the prefix

    /// Marker U+0001, length of the prefix + 1, prefix, the rest. Nothing for an empty subject.
    std::string stored() const;
};

/// From PidTagSubject, or from PidTagSubjectPrefix and PidTagNormalizedSubject; the prefix is what
/// PidTagSubjectPrefix says or, without it, up to three characters that end in ": "
/// ([MS-OXCMSG] 2.2.1.9). nullopt when the message has no subject.
std::optional<Subject> subject_of(const mapi::PropertyBag& bag);

}  // namespace mbx::pst
