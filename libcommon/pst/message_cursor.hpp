// The messages of one folder: those of its contents table ([MS-PST] 2.4.4.5), and those that no
// table lists.
#pragma once

#include <memory>

#include "pst/node_survey.hpp"
#include "pst/reader.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {

/// table: ContentsTable or AssociatedContentsTable; contents: what the survey says of it. next()
/// throws only for a table that was sound when it was surveyed.
std::unique_ptr<MessageCursor> open_messages(std::shared_ptr<const StoreContext> context,
                                             ndb::Nid folder, ndb::NidType table,
                                             FolderContents contents);

/// A cursor that is at its end.
std::unique_ptr<MessageCursor> no_messages();

/// "message 0x00200024", the place of its errors.
std::string place_of_message(ndb::Nid nid);

/// Reads a message node. Throws Error(BadData) with the message as place.
mapi::Message read_message_node(const StoreContext& context, const ndb::Node& node);

}  // namespace mbx::pst
