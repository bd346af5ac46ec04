// Lines "From " within the messages of an mbox: quoting and unquoting them with ">".
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace mbx::store {

enum class FromLines {
    Keep,           ///< nothing is quoted (mboxcl2)
    Quote,          ///< one ">" before each line of any number of ">" and "From " (mboxrd)
    UnquoteAny,     ///< the way back
    UnquoteSingle,  ///< ">From " becomes "From ", others stay (mboxo)
};

/// Feeds on a message in pieces; holds a few bytes at most, however long the lines are.
class FromLineFilter {
  public:
    explicit FromLineFilter(FromLines how) : how_(how) {}

    /// Appends what is certain by now.
    void feed(base::ByteView piece, base::Bytes& out);
    /// Appends what was held back. The object is spent afterwards.
    void finish(base::Bytes& out);

  private:
    void decide(bool is_from_line, base::Bytes& out);

    FromLines how_;
    bool at_line_start_ = true;  ///< only ">" and the beginning of "From " seen on this line
    std::uint64_t quotes_ = 0;
    std::size_t matched_ = 0;  ///< bytes of "From ", held back
};

}  // namespace mbx::store
