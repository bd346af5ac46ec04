// What ties the messages of a conversation together ([MS-OXOMSG] 2.2.1.2, 2.2.1.3).
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace mbx::pst {

/// PidTagConversationIndex of a message that has none: a header block with a GUID that is the same
/// for all messages of one topic.
base::Bytes make_conversation_index(base::FileTime time, std::string_view topic);

/// PidTagConversationId: out of the index when that says who the message belongs to, else out of
/// the topic.
base::Guid conversation_id(bool index_tracking, base::ByteView index, std::string_view topic);

}  // namespace mbx::pst
