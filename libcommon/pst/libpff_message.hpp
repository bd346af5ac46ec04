// Messages as libpff reads them. Only the libpff_*.cpp files include this.
#pragma once

#include "mapi/message.hpp"
#include "pst/libpff_handles.hpp"
#include "pst/libpff_properties.hpp"

namespace mbx::pst::libpff {

/// Properties, recipients and attachments, embedded messages included. Throws Error(BadData) when
/// libpff cannot read the message itself; a recipient table or an attachment that cannot be read is
/// reported as an error and left out, or left without content.
mapi::Message read_message(const Item& item, const PropertyContext& context);

}  // namespace mbx::pst::libpff
