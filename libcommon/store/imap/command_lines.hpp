// Lines of a message that a careless server would obey.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace mbx::store::imap {

/// Tells whether a line reads as an IMAP command that changes a mailbox, or that has a tag as
/// Session gives it. A server that refuses an APPEND must read its non-synchronising literal all
/// the same (RFC 7888 4); Cyrus 3.6, when it cannot store, goes on as if the message were the next
/// commands. Takes the message in pieces.
class CommandLines {
  public:
    void look(base::ByteView piece);
    bool found() const;

  private:
    enum class Part { Tag, Verb, Argument, Rest };

    /// What is left of `text` behind the part that it begins with.
    std::string_view step(std::string_view text);

    Part part_ = Part::Tag;
    std::string tag_;   // its first characters
    std::string verb_;  // as far as it can be one that matters
    bool found_ = false;
};

}  // namespace mbx::store::imap
