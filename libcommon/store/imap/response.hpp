// Server responses of IMAP as data: RFC 9051 9, RFC 3501 9. Tolerant where servers are known to
// differ.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"

namespace mbx::store::imap {

/// One element of a response: an atom (numbers, flags and BODY[...] too), a string (quoted or
/// literal), a parenthesised list, or NIL.
struct Element {
    enum class Kind { Atom, String, List, Nil };

    Kind kind = Kind::Atom;
    std::string text;            ///< Atom, String; empty when the string is in `source`
    base::SharedSource source;   ///< a long literal
    std::vector<Element> items;  ///< List

    bool is_atom(std::string_view name) const noexcept;  ///< without regard to case
    bool is_list() const noexcept { return kind == Kind::List; }
    std::optional<std::uint64_t> number()
        const noexcept;  ///< of an atom that is all digits and fits
    /// The bytes of a string or atom, wherever they are. Null for lists and NIL.
    base::SharedSource bytes() const;
};

/// A response code in brackets: [APPENDUID 38505 3955].
struct ResponseCode {
    std::string name;  ///< upper case; empty when there is none
    std::vector<Element> arguments;
};

enum class Status { None, Ok, No, Bad, Bye, PreAuth };

/// One response. Tagged: tag and status. Untagged: tag "*" and either a status or data (name,
/// number for
/// "* 12 FETCH"). Continuation request: tag "+".
struct Response {
    std::string tag;
    Status status = Status::None;
    ResponseCode code;
    std::string text;  ///< human-readable part of a status, or of a continuation; all numbers of
                       ///< a SEARCH, which can be millions
    std::optional<std::uint64_t> number;
    std::string name;           ///< "FETCH", "LIST", "CAPABILITY"; upper case
    std::vector<Element> data;  ///< what follows the name

    bool is_continuation() const noexcept { return tag == "+"; }
    bool is_untagged() const noexcept { return tag == "*"; }
};

/// Where the bytes of the connection come from, for the parser.
class LineSource {
  public:
    virtual ~LineSource() = default;
    /// The next line without its CRLF (or LF). Throws Error(BadData) above `limit` bytes,
    /// Error(Unavailable) when the connection ends.
    virtual std::string read_line(std::size_t limit) = 0;
    /// Exactly `size` bytes, in pieces.
    virtual void read_bytes(std::uint64_t size,
                            const std::function<void(base::ByteView)>& piece) = 0;
};

/// Reads one response. Literals up to kLargestTextLiteral are kept as text, longer ones as sources
/// (spooled). Throws Error(BadData) for what is not IMAP; the connection cannot be used after that.
Response read_response(LineSource& source);

inline constexpr std::size_t kLongestLine = 64 * 1024 * 1024;
inline constexpr std::uint64_t kLargestTextLiteral = 4096;
inline constexpr int kDeepestList = 100;

}  // namespace mbx::store::imap
