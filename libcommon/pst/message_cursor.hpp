// The messages of one folder, found through its contents table ([MS-PST] 2.4.4.5).
#pragma once

#include <memory>

#include "pst/reader.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {

/// table: ContentsTable or AssociatedContentsTable. Where the folder has no such table or it
/// cannot be opened, that is reported, and the messages are found by going through all nodes.
std::unique_ptr<MessageCursor> open_messages(std::shared_ptr<const StoreContext> context,
                                             ndb::Nid folder, ndb::NidType table);

/// A cursor that is at its end.
std::unique_ptr<MessageCursor> no_messages();

/// "message 0x00200024", the place of its errors.
std::string place_of_message(ndb::Nid nid);

/// Reads a message node. Throws Error(BadData) with the message as place.
mapi::Message read_message_node(const StoreContext& context, const ndb::Node& node);

}  // namespace mbx::pst
