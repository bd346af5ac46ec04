// What the store adds to the properties of a message, and what it does not keep of them
// ([MS-PST] 2.4.5.1.1, 2.5.2).
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/message.hpp"
#include "mapi/property_bag.hpp"

namespace mbx::pst {

/// Properties that every message of a store must have, or that follow from the rest of it: class,
/// flags, dates, search key, display lists, subject with its marker, conversation.
/// PidTagMessageSize is 0: it is known when the message has been written.
mapi::PropertyBag computed_properties(const mapi::Message& message, const base::Clock& clock,
                                      base::IdSource& ids);

/// False for what a store computes, numbers itself or keeps in tables only, and for what SCANPST
/// would take for a contradiction between a message and its row.
bool is_stored(const mapi::Message& message, mapi::PropertyTag tag, const mapi::Value& value);

/// PidTagConversationId of the message's row. `computed` as above.
base::Guid conversation_id_of(const mapi::PropertyBag& computed, const mapi::PropertyBag& bag);

}  // namespace mbx::pst
