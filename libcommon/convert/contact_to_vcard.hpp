// Contacts and distribution lists as vCards ([MS-OXVCARD] 2.1.3, [MS-OXOCNTC]; RFC 2426, RFC 6350).
#pragma once

#include <string>

#include "convert/address_resolution.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// vCard 3.0, which address books of every age read.
std::string contact_to_vcard(const mapi::Message& message, const AddressResolver& addresses);

/// vCard 4.0 of the kind "group"; members that have no address of their own are named in its note.
std::string distribution_list_to_vcard(const mapi::Message& message,
                                       const AddressResolver& addresses);

}  // namespace mbx::convert
