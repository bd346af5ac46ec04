// What can be read of a damaged message.
#pragma once

#include "mapi/message.hpp"

namespace mbx::migration {

/// Takes out what cannot be read to its end, embedded messages included: values of properties that
/// are sources, and the content of attachments. Reads them all. Throws what reading them throws,
/// but for Error(BadData).
void leave_out_unreadable(mapi::Message& message);

}  // namespace mbx::migration
