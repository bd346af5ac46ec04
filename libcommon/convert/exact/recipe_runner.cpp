#include "convert/exact/recipe_runner.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/utf.hpp"
#include "convert/exact/exact_source.hpp"
#include "convert/exact/frozen_code_page.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::exact {
namespace {

/// Of values, beyond what is in proportion to the output: bytes.
constexpr std::uint64_t kFreeReading = std::uint64_t{64} << 20;
constexpr std::uint64_t kReadingPerByte = 20;

[[noreturn]] void fail(std::string_view what) {
    throw Error(ErrorCode::BadData, fmt::format("recipe: {}", what));
}

const mapi::Attachment& attachment_at(const mapi::Message& message, std::uint64_t number) {
    if (number >= message.attachments.size()) {
        fail(fmt::format("there is no attachment {}", number));
    }
    return message.attachments[static_cast<std::size_t>(number)];
}

std::string without_cr_before_lf(std::string_view bytes) {
    std::string result;
    result.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != '\r' || i + 1 == bytes.size() || bytes[i + 1] != '\n') {
            result += bytes[i];
        }
    }
    return result;
}

base::ByteView take_literal(LiteralCursor& literals, std::uint64_t length) {
    if (length > literals.rest.size()) {
        fail("more literal bytes are wanted than there are");
    }
    const auto n = static_cast<std::size_t>(length);
    const base::ByteView bytes = literals.rest.first(n);
    literals.rest = literals.rest.subspan(n);
    return bytes;
}

/// The pieces of one stream, one after the other, in memory.
class PieceReader {
  public:
    PieceReader(const base::SharedSource& value, LiteralCursor& literals)
        : value_(value), literals_(literals) {}

    std::string read(const std::vector<Piece>& pieces) {
        std::string result;
        for (const Piece& piece : pieces) {
            switch (piece.kind) {
                case Piece::Kind::Bytes:
                    result += bytes(piece);
                    break;
                case Piece::Kind::Text:
                    result += text(piece);
                    break;
                case Piece::Kind::Raw:
                    result += base::as_text(take_literal(literals_, piece.length));
                    break;
            }
            if (result.size() > kLargestText) {
                fail("a text is too long");
            }
        }
        return result;
    }

  private:
    std::string_view take(std::uint64_t skip, std::uint64_t length) {
        if (!loaded_) {
            text_ = base::read_all_text(*value_, 2 * kLargestText);
            loaded_ = true;
        }
        if (skip > text_.size() - at_ || length > text_.size() - at_ - skip) {
            fail("a piece lies beyond the end of its value");
        }
        at_ += static_cast<std::size_t>(skip);
        const std::string_view result =
            std::string_view(text_).substr(at_, static_cast<std::size_t>(length));
        at_ += static_cast<std::size_t>(length);
        return result;
    }

    std::string bytes(const Piece& piece) {
        const std::string_view taken = take(piece.skip, piece.length);
        return piece.line_ends == LineEnds::CrlfAsLf ? without_cr_before_lf(taken)
                                                     : std::string(taken);
    }

    std::string text(const Piece& piece) {
        if (piece.skip > kLargestText || piece.length > kLargestText) {
            fail("a text is too long");
        }
        const std::string_view taken = take(piece.skip * 2, piece.length * 2);
        std::u16string units;
        units.reserve(taken.size() / 2);
        for (std::size_t i = 0; i + 1 < taken.size(); i += 2) {
            units += static_cast<char16_t>(static_cast<unsigned char>(taken[i]) |
                                           static_cast<unsigned char>(taken[i + 1]) << 8);
        }
        if (piece.line_ends == LineEnds::CrlfAsLf) {
            std::size_t to = 0;
            for (std::size_t i = 0; i < units.size(); ++i) {
                if (units[i] != u'\r' || i + 1 == units.size() || units[i + 1] != u'\n') {
                    units[to++] = units[i];
                }
            }
            units.resize(to);
        }
        std::optional<std::string> encoded = encode_frozen(units, piece.code_page);
        if (!encoded) {
            fail(fmt::format("text that code page {} cannot hold", piece.code_page));
        }
        return *std::move(encoded);
    }

    const base::SharedSource& value_;
    LiteralCursor& literals_;
    std::string text_;
    std::size_t at_ = 0;
    bool loaded_ = false;
};

const Stream* whole_stream_of(const Operation& operation) {
    if (const auto* copy = std::get_if<Copy>(&operation)) {
        return &copy->stream;
    }
    if (const auto* base64 = std::get_if<Base64>(&operation)) {
        return base64->first == 0 ? &base64->stream : nullptr;
    }
    if (const auto* qp = std::get_if<QuotedPrintable>(&operation)) {
        return &qp->stream;
    }
    if (const auto* uu = std::get_if<UuEncoded>(&operation)) {
        return &uu->stream;
    }
    return nullptr;
}

}  // namespace

void RecipeRunner::know_embedded(std::uint64_t attachment, base::SharedSource source) {
    embedded_[attachment] = std::move(source);
}

bool RecipeRunner::is_affordable(std::uint64_t bytes_given) const noexcept {
    return bytes_read_ <= kFreeReading + kReadingPerByte * bytes_given;
}

base::SharedSource RecipeRunner::embedded_source(std::uint64_t attachment) {
    const auto known = embedded_.find(attachment);
    if (known != embedded_.end()) {
        return known->second;
    }
    const auto& embedded = attachment_at(message_, attachment).embedded;
    base::SharedSource source = embedded ? exact_source(*embedded).source : nullptr;
    know_embedded(attachment, source);
    return source;
}

base::SharedSource RecipeRunner::value_of(const Stream& stream) {
    base::SharedSource value;
    switch (stream.value) {
        case RecipeValue::HeaderText:
            value = message_.properties.source(mapi::PidTagTransportMessageHeaders);
            break;
        case RecipeValue::Body:
            value = message_.properties.source(mapi::PidTagBody);
            break;
        case RecipeValue::Html:
            value = message_.properties.source(mapi::PidTagHtml);
            break;
        case RecipeValue::AttachmentData:
            value = attachment_at(message_, stream.attachment).data;
            break;
        case RecipeValue::EmbeddedSource:
            value = embedded_source(stream.attachment);
            break;
    }
    if (!value) {
        fail(fmt::format("value {} is not there", static_cast<int>(stream.value)));
    }
    return value;
}

base::SharedSource RecipeRunner::open_stream(const Stream& stream, LiteralCursor& literals) {
    base::SharedSource value = value_of(stream);
    if (stream.pieces.empty()) {
        return value;
    }
    bytes_read_ += value->size();
    return base::memory_source(PieceReader(value, literals).read(stream.pieces));
}

void RecipeRunner::copy(const Copy& operation, LiteralCursor& literals, const ByteSink& sink) {
    const base::SharedSource stream = open_stream(operation.stream, literals);
    bytes_read_ += stream->size();
    base::for_each_piece(*stream, sink);
}

void RecipeRunner::base64(const Base64& operation, LiteralCursor& literals, const ByteSink& sink) {
    const base::SharedSource stream = open_stream(operation.stream, literals);
    bytes_read_ += stream->size();
    encode_base64(operation, *stream, sink);
}

void RecipeRunner::quoted_printable(const QuotedPrintable& operation, LiteralCursor& literals,
                                    const ByteSink& sink) {
    const base::SharedSource stream = open_stream(operation.stream, literals);
    bytes_read_ += stream->size();
    encode_quoted_printable(operation, base::read_all_text(*stream, kLargestText), sink);
}

void RecipeRunner::uuencoded(const UuEncoded& operation, LiteralCursor& literals,
                             const ByteSink& sink) {
    const base::SharedSource stream = open_stream(operation.stream, literals);
    bytes_read_ += stream->size();
    encode_uu(operation, *stream, sink);
}

void RecipeRunner::run(const Operation& operation, LiteralCursor& literals, const ByteSink& sink) {
    if (const auto* literal = std::get_if<Literal>(&operation)) {
        sink(take_literal(literals, literal->length));
    } else if (const auto* copied = std::get_if<Copy>(&operation)) {
        copy(*copied, literals, sink);
    } else if (const auto* encoded = std::get_if<Base64>(&operation)) {
        base64(*encoded, literals, sink);
    } else if (const auto* uu = std::get_if<UuEncoded>(&operation)) {
        uuencoded(*uu, literals, sink);
    } else {
        quoted_printable(std::get<QuotedPrintable>(operation), literals, sink);
    }
}

std::set<std::size_t> fully_used_attachments(const std::vector<Operation>& operations,
                                             const mapi::Message& message) {
    std::set<std::size_t> result;
    for (const Operation& operation : operations) {
        const Stream* stream = whole_stream_of(operation);
        if (stream == nullptr || stream->value != RecipeValue::AttachmentData ||
            !stream->pieces.empty() || stream->attachment >= message.attachments.size()) {
            continue;
        }
        const auto k = static_cast<std::size_t>(stream->attachment);
        const base::SharedSource& data = message.attachments[k].data;
        const auto* base64 = std::get_if<Base64>(&operation);
        const auto* uu = std::get_if<UuEncoded>(&operation);
        if ((base64 == nullptr || (data && base64->count / 4 * 3 >= data->size())) &&
            (uu == nullptr || (data && uu->count >= data->size()))) {
            result.insert(k);
        }
    }
    return result;
}

}  // namespace mbx::convert::exact
