// What people see of an item that is no mail, where a server takes nothing but mail.
#pragma once

#include <string>

#include "convert/address_resolution.hpp"
#include "convert/message_class.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// Lines "Label: value", UTF-8 with CRLF; empty for kinds that are read as mail anyway.
std::string readable_item(const mapi::Message& message, ItemKind kind,
                          const AddressResolver& addresses);

}  // namespace mbx::convert
