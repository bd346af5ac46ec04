// The recipe as data, and its byte layout (version 1). All integers are little-endian base 128
// ("varints").
//
//   offset size  field
//        0    1  version, 1
//        1    1  kind: 0 operations, 1 whole source deflated, 2 whole source stored
//        2    1  static dictionary: 0 none, 1 the first one
//        3    1  flags: bit 0 header text behind the dictionary
//        4   32  SHA-256 of the source
//       36   16  view digest, first 16 bytes
//       52    -  varint: length of the source
//              kind 0: varint: length of the serialised operations; raw deflate of operations, then
//              literals kind 1: raw deflate of the source; kind 2: the source
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/sha256.hpp"

namespace mbx::convert::exact {

inline constexpr std::uint8_t kRecipeVersion = 1;

enum class RecipeKind : std::uint8_t { Operations = 0, Deflated = 1, Stored = 2 };

/// A stored value of the message that a stream reads from.
enum class RecipeValue : std::uint8_t {
    HeaderText = 1,      ///< PidTagTransportMessageHeaders, UTF-16
    Body = 2,            ///< PidTagBody, UTF-16
    Html = 3,            ///< PidTagHtml
    AttachmentData = 4,  ///< data of attachment k
    EmbeddedSource = 5,  ///< the exact source of the message embedded in attachment k
};

enum class LineEnds : std::uint8_t {
    AsStored = 0,
    CrlfAsLf = 1,  ///< each CRLF of the value is an LF
};

/// Part of a stream. A value is read forwards: `skip` units are passed over first, then `length`
/// units used.
struct Piece {
    enum class Kind : std::uint8_t {
        Bytes = 0,  ///< of a binary value; units are bytes
        Text = 1,   ///< of a text value, encoded in `code_page`; units are UTF-16 code units
        Raw = 2,    ///< `length` literal bytes; the value is not read
    };
    Kind kind = Kind::Bytes;
    std::uint64_t skip = 0;
    std::uint64_t length = 0;
    LineEnds line_ends = LineEnds::AsStored;
    std::uint32_t code_page = 0;

    bool operator==(const Piece&) const = default;
};

/// No pieces: the whole value, as bytes.
struct Stream {
    RecipeValue value = RecipeValue::Body;
    std::uint64_t attachment = 0;
    std::vector<Piece> pieces;

    bool operator==(const Stream&) const = default;
};

struct Literal {
    std::uint64_t length = 0;
};

struct Copy {
    Stream stream;
};

/// Characters [first, first + count) of the stream's base64 text, cut into lines.
struct Base64 {
    Stream stream;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t line_length = 0;  ///< 0: one line
    bool crlf = false;
    bool final_newline = false;
    std::vector<std::uint64_t> line_lengths;  ///< where lines differ: of each; the rest is one line
};

/// Quoted-printable. By default 33..126 except "=", blank and tab stand for themselves, all else is
/// escaped, and a line end of the chosen kind is a line end.
struct QuotedPrintable {
    enum class Breaks : std::uint8_t { None = 0, Greedy = 1, List = 2 };

    Stream stream;
    bool crlf = false;
    bool lower_case = false;
    bool escape_blank_at_line_end = true;
    std::vector<std::uint8_t> toggled;  ///< bytes whose form differs from the default, ascending
    std::vector<std::uint64_t>
        flips;  ///< positions of single bytes that differ from the rule, ascending
    Breaks breaks = Breaks::None;
    std::uint64_t line_length = 76;       ///< Greedy: columns of a broken line, "=" included
    std::uint64_t longest_unbroken = 76;  ///< Greedy: a rest of up to so many columns stays whole
    std::vector<std::uint64_t>
        line_lengths;  ///< List: for each hard line the columns of its soft lines, then 0
};

/// The lines of uuencoded text between "begin" and the empty one before "end": 45 bytes each, the
/// last one the rest.
struct UuEncoded {
    Stream stream;
    std::uint64_t count = 0;  ///< bytes of the stream
    bool crlf = false;
    bool grave = false;    ///< bits of zero are "`", else blanks
    bool trimmed = false;  ///< no blanks at the ends of lines
};

using Operation = std::variant<Literal, Copy, Base64, QuotedPrintable, UuEncoded>;

base::Bytes serialise(const std::vector<Operation>& operations);
/// nullopt for what is no list of operations, or has unknown ones.
std::optional<std::vector<Operation>> parse_operations(base::ByteView bytes);

struct RecipeHead {
    RecipeKind kind = RecipeKind::Stored;
    std::uint8_t dictionary = 0;
    bool header_text_in_dictionary = false;
    base::Sha256Digest source_digest{};
    std::array<std::byte, 16> view_digest{};
    std::uint64_t source_length = 0;
    std::uint64_t operations_length = 0;  ///< kind Operations only
};

/// The head as bytes; what follows it is appended by the caller.
base::Bytes serialise(const RecipeHead& head);
struct ParsedHead {
    RecipeHead head;
    std::size_t size = 0;  ///< bytes that the head took
};
/// nullopt for an unknown version, kind or dictionary, or a head cut short.
std::optional<ParsedHead> parse_head(base::ByteView bytes);

}  // namespace mbx::convert::exact
