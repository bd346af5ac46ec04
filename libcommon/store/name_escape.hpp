// Names that a store cannot hold: written with escapes, and read back, over any number of moves.
//
// A name that the store can hold stays as it is, whatever it looks like, unless it would be read
// back as another one: only then, and where something in it cannot be held, is it escaped. What
// encode() would not have written is read as it stands. So for every name, in UTF-8 and without a
// byte of zero, decode(encode(name)) == name, and no two names are written alike.
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace mbx::store {

/// What becomes of an escape that is part of the name.
enum class OwnEscapes {
    Escape,  ///< its mark is escaped as well, so that undoing all escapes gives the name back
    Keep,
};

class NameEscape {
  public:
    /// Writes what cannot be held as `mark` and two hexadecimal digits a byte; changes nothing
    /// else.
    using Write = std::function<std::string(const std::string& name, OwnEscapes own)>;

    NameEscape(char mark, Write write) : mark_(mark), write_(std::move(write)) {}

    std::string encode(const std::string& name) const;
    std::string decode(const std::string& stored) const;

  private:
    char mark_;
    Write write_;
};

}  // namespace mbx::store
