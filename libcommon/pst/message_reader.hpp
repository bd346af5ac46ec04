// Message objects of a store ([MS-PST] 2.4.5, 2.4.6).
#pragma once

#include <string>

#include "mapi/message.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {

/// Properties, recipients and attachments, embedded messages included. `place`: for diagnostics.
/// Throws Error(BadData) when the message's properties cannot be read. Its recipient table or an
/// attachment that cannot be read is reported as an error and left out, or left without content;
/// `damage` is not set.
mapi::Message read_message(ndb::Bid data, ndb::Bid sub, const std::string& place,
                           const StoreContext& context);

}  // namespace mbx::pst
