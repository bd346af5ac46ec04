#include "convert/exact/recipe.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace mbx::convert::exact {
namespace {

constexpr std::size_t kFixedHead = 52;
constexpr std::uint8_t kNewestDictionary = 1;

enum class OperationCode : std::uint8_t {
    Literal = 0,
    Copy = 1,
    Base64 = 2,
    QuotedPrintable = 3,
    UuEncoded = 4,
};

class Output {
  public:
    void byte(std::uint8_t value) { bytes_.push_back(static_cast<std::byte>(value)); }
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) {
            byte(static_cast<std::uint8_t>(value | 0x80));
        }
        byte(static_cast<std::uint8_t>(value));
    }
    void numbers(const std::vector<std::uint64_t>& values) {
        number(values.size());
        for (const std::uint64_t value : values) {
            number(value);
        }
    }
    /// Ascending numbers as differences.
    void ascending(const std::vector<std::uint64_t>& values) {
        number(values.size());
        std::uint64_t before = 0;
        for (const std::uint64_t value : values) {
            number(value - std::exchange(before, value));
        }
    }
    void bytes(base::ByteView view) { base::append(bytes_, view); }
    base::Bytes take() { return std::move(bytes_); }

  private:
    base::Bytes bytes_;
};

/// Reads stay within the bytes; the first one that does not makes ok() false for good.
class Input {
  public:
    explicit Input(base::ByteView bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }
    bool at_end() const { return at_ == bytes_.size(); }
    std::size_t position() const { return at_; }
    void fail() { ok_ = false; }

    std::uint8_t byte() {
        if (at_ >= bytes_.size()) {
            ok_ = false;
            return 0;
        }
        return std::to_integer<std::uint8_t>(bytes_[at_++]);
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t next = byte();
            value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
            if ((next & 0x80U) == 0) {
                return value;
            }
        }
        ok_ = false;
        return 0;
    }
    std::uint8_t up_to(std::uint8_t largest) {
        const std::uint8_t value = byte();
        ok_ = ok_ && value <= largest;
        return value;
    }
    /// A count that the rest of the input can still hold, one byte an item at least.
    std::size_t count() {
        const std::uint64_t value = number();
        if (value > bytes_.size() - at_) {
            ok_ = false;
            return 0;
        }
        return static_cast<std::size_t>(value);
    }
    std::vector<std::uint64_t> numbers() {
        std::vector<std::uint64_t> values(count());
        for (std::uint64_t& value : values) {
            value = number();
        }
        return values;
    }
    std::vector<std::uint64_t> ascending() {
        std::vector<std::uint64_t> values = numbers();
        std::uint64_t sum = 0;
        for (std::uint64_t& value : values) {
            ok_ = ok_ && value <= std::numeric_limits<std::uint64_t>::max() - sum;
            sum += value;
            value = sum;
        }
        return values;
    }

  private:
    base::ByteView bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

void put(Output& out, const Stream& stream) {
    out.byte(static_cast<std::uint8_t>(stream.value));
    if (stream.value == RecipeValue::AttachmentData ||
        stream.value == RecipeValue::EmbeddedSource) {
        out.number(stream.attachment);
    }
    out.number(stream.pieces.size());
    for (const Piece& piece : stream.pieces) {
        out.byte(static_cast<std::uint8_t>(static_cast<unsigned>(piece.kind) |
                                           static_cast<unsigned>(piece.line_ends) << 4));
        if (piece.kind != Piece::Kind::Raw) {
            out.number(piece.skip);
        }
        if (piece.kind == Piece::Kind::Text) {
            out.number(piece.code_page);
        }
        out.number(piece.length);
    }
}

Stream take_stream(Input& in) {
    Stream stream;
    const std::uint8_t value = in.up_to(static_cast<std::uint8_t>(RecipeValue::EmbeddedSource));
    if (value == 0) {
        in.fail();
    }
    stream.value = static_cast<RecipeValue>(value);
    if (stream.value == RecipeValue::AttachmentData ||
        stream.value == RecipeValue::EmbeddedSource) {
        stream.attachment = in.number();
    }
    stream.pieces.resize(in.count());
    for (Piece& piece : stream.pieces) {
        const std::uint8_t form = in.byte();
        if ((form & 0x0F) > static_cast<std::uint8_t>(Piece::Kind::Raw) ||
            (form >> 4) > static_cast<std::uint8_t>(LineEnds::CrlfAsLf)) {
            in.fail();
        }
        piece.kind = static_cast<Piece::Kind>(form & 0x0F);
        piece.line_ends = static_cast<LineEnds>(form >> 4);
        if (piece.kind != Piece::Kind::Raw) {
            piece.skip = in.number();
        }
        if (piece.kind == Piece::Kind::Text) {
            piece.code_page = static_cast<std::uint32_t>(in.number());
        }
        piece.length = in.number();
    }
    return stream;
}

constexpr std::uint8_t kCrlf = 1;
constexpr std::uint8_t kFinalNewline = 2;
constexpr std::uint8_t kUnevenLines = 4;
constexpr std::uint8_t kGrave = 2;
constexpr std::uint8_t kTrimmed = 4;
constexpr std::uint8_t kLowerCase = 2;
constexpr std::uint8_t kEscapeBlankAtLineEnd = 4;
constexpr unsigned kBreaksShift = 3;

void put(Output& out, const Literal& literal) {
    out.byte(static_cast<std::uint8_t>(OperationCode::Literal));
    out.number(literal.length);
}

void put(Output& out, const Copy& copy) {
    out.byte(static_cast<std::uint8_t>(OperationCode::Copy));
    put(out, copy.stream);
}

void put(Output& out, const Base64& base64) {
    out.byte(static_cast<std::uint8_t>(OperationCode::Base64));
    put(out, base64.stream);
    out.number(base64.first);
    out.number(base64.count);
    out.number(base64.line_length);
    out.byte(static_cast<std::uint8_t>((base64.crlf ? kCrlf : 0) |
                                       (base64.final_newline ? kFinalNewline : 0) |
                                       (base64.line_lengths.empty() ? 0 : kUnevenLines)));
    if (!base64.line_lengths.empty()) {
        out.numbers(base64.line_lengths);
    }
}

void put(Output& out, const QuotedPrintable& qp) {
    out.byte(static_cast<std::uint8_t>(OperationCode::QuotedPrintable));
    put(out, qp.stream);
    out.byte(static_cast<std::uint8_t>((qp.crlf ? kCrlf : 0) | (qp.lower_case ? kLowerCase : 0) |
                                       (qp.escape_blank_at_line_end ? kEscapeBlankAtLineEnd : 0) |
                                       static_cast<unsigned>(qp.breaks) << kBreaksShift));
    out.number(qp.toggled.size());
    for (const std::uint8_t byte : qp.toggled) {
        out.byte(byte);
    }
    out.ascending(qp.flips);
    if (qp.breaks == QuotedPrintable::Breaks::Greedy) {
        out.number(qp.line_length);
        out.number(qp.longest_unbroken);
    } else if (qp.breaks == QuotedPrintable::Breaks::List) {
        out.numbers(qp.line_lengths);
    }
}

void put(Output& out, const UuEncoded& uu) {
    out.byte(static_cast<std::uint8_t>(OperationCode::UuEncoded));
    put(out, uu.stream);
    out.number(uu.count);
    out.byte(static_cast<std::uint8_t>((uu.crlf ? kCrlf : 0) | (uu.grave ? kGrave : 0) |
                                       (uu.trimmed ? kTrimmed : 0)));
}

QuotedPrintable take_quoted_printable(Input& in) {
    QuotedPrintable qp;
    qp.stream = take_stream(in);
    const std::uint8_t flags = in.byte();
    qp.crlf = (flags & kCrlf) != 0;
    qp.lower_case = (flags & kLowerCase) != 0;
    qp.escape_blank_at_line_end = (flags & kEscapeBlankAtLineEnd) != 0;
    const auto breaks = static_cast<std::uint8_t>(flags >> kBreaksShift);
    if (breaks > static_cast<std::uint8_t>(QuotedPrintable::Breaks::List)) {
        in.fail();
    }
    qp.breaks = static_cast<QuotedPrintable::Breaks>(breaks);
    qp.toggled.resize(in.count());
    for (std::uint8_t& byte : qp.toggled) {
        byte = in.byte();
    }
    qp.flips = in.ascending();
    if (qp.breaks == QuotedPrintable::Breaks::Greedy) {
        qp.line_length = in.number();
        qp.longest_unbroken = in.number();
    } else if (qp.breaks == QuotedPrintable::Breaks::List) {
        qp.line_lengths = in.numbers();
    }
    return qp;
}

Base64 take_base64(Input& in) {
    Base64 base64;
    base64.stream = take_stream(in);
    base64.first = in.number();
    base64.count = in.number();
    base64.line_length = in.number();
    const std::uint8_t flags = in.up_to(kCrlf | kFinalNewline | kUnevenLines);
    base64.crlf = (flags & kCrlf) != 0;
    base64.final_newline = (flags & kFinalNewline) != 0;
    if ((flags & kUnevenLines) != 0) {
        base64.line_lengths = in.numbers();
    }
    return base64;
}

UuEncoded take_uuencoded(Input& in) {
    UuEncoded uu;
    uu.stream = take_stream(in);
    uu.count = in.number();
    const std::uint8_t flags = in.up_to(kCrlf | kGrave | kTrimmed);
    uu.crlf = (flags & kCrlf) != 0;
    uu.grave = (flags & kGrave) != 0;
    uu.trimmed = (flags & kTrimmed) != 0;
    return uu;
}

Operation take_operation(Input& in) {
    switch (
        static_cast<OperationCode>(in.up_to(static_cast<std::uint8_t>(OperationCode::UuEncoded)))) {
        case OperationCode::Copy:
            return Copy{take_stream(in)};
        case OperationCode::Base64:
            return take_base64(in);
        case OperationCode::QuotedPrintable:
            return take_quoted_printable(in);
        case OperationCode::UuEncoded:
            return take_uuencoded(in);
        case OperationCode::Literal:
            break;
    }
    return Literal{in.number()};
}

}  // namespace

base::Bytes serialise(const std::vector<Operation>& operations) {
    Output out;
    for (const Operation& operation : operations) {
        std::visit([&](const auto& one) { put(out, one); }, operation);
    }
    return out.take();
}

std::optional<std::vector<Operation>> parse_operations(base::ByteView bytes) {
    Input in(bytes);
    std::vector<Operation> operations;
    while (in.ok() && !in.at_end()) {
        operations.push_back(take_operation(in));
    }
    return in.ok() ? std::optional(std::move(operations)) : std::nullopt;
}

base::Bytes serialise(const RecipeHead& head) {
    Output out;
    out.byte(kRecipeVersion);
    out.byte(static_cast<std::uint8_t>(head.kind));
    out.byte(head.dictionary);
    out.byte(head.header_text_in_dictionary ? 1 : 0);
    out.bytes(head.source_digest);
    out.bytes(head.view_digest);
    out.number(head.source_length);
    if (head.kind == RecipeKind::Operations) {
        out.number(head.operations_length);
    }
    return out.take();
}

std::optional<ParsedHead> parse_head(base::ByteView bytes) {
    Input in(bytes);
    RecipeHead head;
    if (bytes.size() < kFixedHead || in.byte() != kRecipeVersion) {
        return std::nullopt;
    }
    head.kind = static_cast<RecipeKind>(in.up_to(static_cast<std::uint8_t>(RecipeKind::Stored)));
    head.dictionary = in.up_to(kNewestDictionary);
    head.header_text_in_dictionary = in.up_to(1) != 0;
    for (std::byte& byte : head.source_digest) {
        byte = static_cast<std::byte>(in.byte());
    }
    for (std::byte& byte : head.view_digest) {
        byte = static_cast<std::byte>(in.byte());
    }
    head.source_length = in.number();
    if (head.kind == RecipeKind::Operations) {
        head.operations_length = in.number();
    }
    return in.ok() ? std::optional(ParsedHead{head, in.position()}) : std::nullopt;
}

}  // namespace mbx::convert::exact
