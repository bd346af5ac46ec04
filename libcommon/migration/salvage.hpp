// What can be read of a damaged message.
#pragma once

#include <string>

#include "mapi/message.hpp"

namespace mbx::migration {

/// What of the message could not be read, or cannot be: its `damage`, else why a value of its
/// properties that is a source, embedded messages included, does not come to its end. Empty when it
/// is whole. The content of attachments is not looked at: whoever makes a mail of it reads it all.
std::string find_damage(const mapi::Message& message);

/// Cuts the values that are sources, and the content of attachments, off where they can no longer
/// be read, embedded messages included. Reads them all.
void cut_off_damage(mapi::Message& message);

}  // namespace mbx::migration
