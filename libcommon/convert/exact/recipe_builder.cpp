#include "convert/exact/recipe_builder.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/charset.hpp"
#include "base/error.hpp"
#include "base/utf.hpp"
#include "convert/exact/base64_runs.hpp"
#include "convert/exact/exact_source.hpp"
#include "convert/exact/frozen_code_page.hpp"
#include "convert/exact/quoted_printable_match.hpp"
#include "convert/exact/recipe_runner.hpp"
#include "convert/exact/stream_match.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::exact {
namespace {

using mail::TransferEncoding;

constexpr std::uint32_t kUtf8 = 65001;
constexpr std::size_t kWorthAReference = 16;  // bytes; a shorter range is cheaper as a literal
/// Of values that are compared as a whole, in all: so many times the length of the source.
constexpr std::uint64_t kComparedPerByte = 20;
constexpr std::uint64_t kFreeCompared = std::uint64_t{64} << 20;

struct RunMismatch {};  // ends a comparison early

/// A stream that gives certain bytes, with the raw bytes among its pieces.
struct MatchedStream {
    Stream stream;
    std::string raw;
    std::uint64_t value_used = 0;  // of a text value
};

std::u16string text_value(const mapi::Message& message, mapi::PropertyTag tag) {
    const base::SharedSource source = message.properties.source(tag);
    if (!source || source->size() > kLargestText) {
        return {};
    }
    const std::string bytes = base::read_all_text(*source, kLargestText);
    std::u16string units(bytes.size() / 2, u'\0');
    for (std::size_t i = 0; i < units.size(); ++i) {
        units[i] = static_cast<char16_t>(static_cast<unsigned char>(bytes[2 * i]) |
                                         static_cast<unsigned char>(bytes[2 * i + 1]) << 8);
    }
    return units;
}

/// The frozen page that mail of this charset is decoded with.
std::uint32_t frozen_page_of(std::string_view charset) {
    const std::uint32_t page = base::code_page_of_charset(charset).value_or(kUtf8);
    switch (page) {
        case 20127:
            return kUtf8;
        case 28591:
            return 1252;
        case 28599:
            return 1254;
        default:
            return is_frozen_code_page(page) ? page : kUtf8;
    }
}

/// The frozen page that body text was decoded with: where no charset says more than ASCII, its
/// bytes do.
std::uint32_t frozen_page_of_text(std::string_view charset, std::string_view bytes) {
    const bool says_nothing =
        charset.empty() || base::code_page_of_charset(charset) == std::uint32_t{20127};
    return says_nothing && !base::is_valid_utf8(bytes) ? 1252 : frozen_page_of(charset);
}

/// Behind so many lines from `at` on, or the end.
std::size_t end_of_lines(std::string_view text, std::size_t at, std::uint64_t lines) {
    for (; lines > 0 && at < text.size(); --lines) {
        at = std::min(text.find('\n', at), text.size() - 1) + 1;
    }
    return at;
}

/// By their place; of those that begin together the widest first.
Origins sorted(Origins origins) {
    std::stable_sort(origins.begin(), origins.end(), [](const Origin& a, const Origin& b) {
        return a.range.begin != b.range.begin ? a.range.begin < b.range.begin
                                              : a.range.end > b.range.end;
    });
    return origins;
}

class Builder {
  public:
    Builder(std::string_view source, const mapi::Message& message)
        : source_(source),
          message_(message),
          runner_(message),
          header_text_(text_value(message, mapi::PidTagTransportMessageHeaders)),
          body_(text_value(message, mapi::PidTagBody)) {}

    BuiltRecipe run(const Origins& origins) {
        for (const Origin& origin : origins) {
            if (origin.range.begin >= at_ && origin.range.end <= source_.size() &&
                origin.range.size() >= kWorthAReference) {
                take(origin);
            }
        }
        literal_up_to(source_.size());
        return std::move(recipe_);
    }

  private:
    void literal_up_to(std::size_t end) {
        if (end <= at_) {
            return;
        }
        const std::string_view bytes = source_.substr(at_, end - at_);
        if (recipe_.literals.size() + bytes.size() > kLargestLiterals) {
            recipe_.usable = false;
        } else if (recipe_.usable) {
            recipe_.operations.emplace_back(Literal{bytes.size()});
            base::append(recipe_.literals, base::as_bytes(bytes));
        }
        at_ = end;
    }

    /// Compares what the operation gives with the source from `begin` on, and takes it when it is
    /// the same.
    bool refer(Operation operation, std::string_view raw, std::size_t begin, std::size_t end) {
        if (begin < at_ || end - begin < kWorthAReference || !gives(operation, raw, begin, end)) {
            return false;
        }
        literal_up_to(begin);
        recipe_.operations.push_back(std::move(operation));
        base::append(recipe_.literals, base::as_bytes(raw));
        at_ = end;
        return true;
    }

    bool gives(const Operation& operation, std::string_view raw, std::size_t begin,
               std::size_t end) {
        std::string_view wanted = source_.substr(begin, end - begin);
        LiteralCursor literals{base::as_bytes(raw)};
        try {
            runner_.run(operation, literals, [&](base::ByteView piece) {
                if (!wanted.starts_with(base::as_text(piece))) {
                    throw RunMismatch();
                }
                wanted.remove_prefix(piece.size());
            });
        } catch (const RunMismatch&) {
            return false;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }
            return false;
        }
        return wanted.empty() && literals.rest.empty() && runner_.is_affordable(end);
    }

    void take(const Origin& origin) {
        const auto begin = static_cast<std::size_t>(origin.range.begin);
        const auto size = static_cast<std::size_t>(origin.range.size());
        const std::string_view encoded = source_.substr(begin, size);
        switch (origin.encoding) {
            case TransferEncoding::Identity:
                identity(origin, encoded);
                break;
            case TransferEncoding::Base64:
                base64(origin, encoded);
                break;
            case TransferEncoding::QuotedPrintable:
                quoted_printable(origin, encoded);
                break;
            case TransferEncoding::UuEncode:
                uuencoded(origin, encoded);
                break;
        }
    }

    void identity(const Origin& origin, std::string_view wanted) {
        const auto begin = static_cast<std::size_t>(origin.range.begin);
        switch (origin.value) {
            case RecipeValue::HeaderText:
                header(origin, wanted);
                break;
            case RecipeValue::Body: {
                const TextMatch match = match_text(wanted, body_, body_used_,
                                                   frozen_page_of_text(origin.charset, wanted));
                if (match.by_reference > 0 &&
                    refer(Copy{Stream{RecipeValue::Body, 0, match.pieces}}, match.raw, begin,
                          begin + match.used)) {
                    body_used_ = match.value_used;
                }
                break;
            }
            case RecipeValue::Html:
            case RecipeValue::AttachmentData:
            case RecipeValue::EmbeddedSource:
                if (const auto stream = stream_for(origin, wanted)) {
                    refer(Copy{stream->stream}, stream->raw, begin, begin + wanted.size());
                }
                break;
        }
    }

    void header(const Origin& origin, std::string_view wanted) {
        TextMatch best;
        for (const std::uint32_t page :
             {kUtf8, std::uint32_t{1252}, frozen_page_of(origin.charset)}) {
            TextMatch match = match_text(wanted, header_text_, 0, page);
            if (match.by_reference > best.by_reference) {
                best = std::move(match);
            }
        }
        if (best.by_reference > 0) {
            const auto begin = static_cast<std::size_t>(origin.range.begin);
            refer(Copy{Stream{RecipeValue::HeaderText, 0, best.pieces}}, best.raw, begin,
                  begin + best.used);
        }
    }

    void quoted_printable(const Origin& origin, std::string_view encoded) {
        if (encoded.size() > kLargestText) {
            return;
        }
        std::optional<QuotedPrintableMatch> match = match_quoted_printable(encoded);
        const auto stream = match ? stream_for(origin, match->data) : std::nullopt;
        if (!stream) {
            return;
        }
        match->operation.stream = stream->stream;
        const auto begin = static_cast<std::size_t>(origin.range.begin);
        if (refer(std::move(match->operation), stream->raw, begin, begin + encoded.size())) {
            remember(*stream);
        }
    }

    void base64(const Origin& origin, std::string_view encoded) {
        const auto stream = base64_stream(origin, encoded);
        if (!stream) {
            return;
        }
        const auto begin = static_cast<std::size_t>(origin.range.begin);
        const auto refer_to = [&](Base64Run run) {
            run.operation.stream = stream->stream;
            return refer(std::move(run.operation), stream->raw, begin + run.begin, begin + run.end);
        };
        bool referred = false;
        for (const Base64Run& run : find_base64_runs(encoded)) {
            if (refer_to(run)) {
                referred = true;
            } else if (auto shorter = without_last_group(run)) {
                referred = refer_to(*std::move(shorter)) || referred;
            }
        }
        if (referred) {
            remember(*stream);
        }
    }

    /// Encoders differ in how they write zero and in blanks at line ends, and some put what was in
    /// memory behind the last byte.
    void uuencoded(const Origin& origin, std::string_view encoded) {
        constexpr std::size_t kLine = 45;
        const std::size_t newline =
            encoded.starts_with("begin ") ? encoded.find('\n') : std::string_view::npos;
        if (newline == std::string_view::npos || origin.value != RecipeValue::AttachmentData ||
            origin.attachment >= message_.attachments.size() ||
            !message_.attachments[origin.attachment].data) {
            return;
        }
        const std::uint64_t size = message_.attachments[origin.attachment].data->size();
        UuEncoded operation;
        operation.stream = {RecipeValue::AttachmentData, origin.attachment, {}};
        operation.crlf = encoded[newline - 1] == '\r';
        for (const std::uint64_t count : {size, size / kLine * kLine}) {
            operation.count = count;
            const std::size_t end = end_of_lines(encoded, newline + 1, (count + kLine - 1) / kLine);
            for (const auto& [grave, trimmed] :
                 {std::pair(true, false), std::pair(false, false), std::pair(false, true)}) {
                operation.grave = grave;
                operation.trimmed = trimmed;
                const auto begin = static_cast<std::size_t>(origin.range.begin);
                if (refer(operation, {}, begin + newline + 1, begin + end)) {
                    return;
                }
            }
        }
    }

    std::optional<MatchedStream> base64_stream(const Origin& origin, std::string_view encoded) {
        if (origin.value == RecipeValue::AttachmentData) {
            // It is compared while its base64 is made, line by line: it need not fit as a whole.
            return MatchedStream{{RecipeValue::AttachmentData, origin.attachment, {}}, {}, 0};
        }
        if (encoded.size() > kLargestText) {
            return std::nullopt;
        }
        const base::Bytes decoded =
            mail::decode_transfer(base::as_bytes(encoded), TransferEncoding::Base64);
        return stream_for(origin, base::as_text(decoded));
    }

    /// A stream of the origin's value that gives exactly `wanted`.
    std::optional<MatchedStream> stream_for(const Origin& origin, std::string_view wanted) {
        switch (origin.value) {
            case RecipeValue::HeaderText:
                return std::nullopt;
            case RecipeValue::Body:
                return body_stream(origin, wanted);
            case RecipeValue::Html:
                return binary_stream(origin, message_.properties.source(mapi::PidTagHtml), wanted);
            case RecipeValue::AttachmentData:
                return origin.attachment < message_.attachments.size()
                           ? binary_stream(origin, message_.attachments[origin.attachment].data,
                                           wanted)
                           : std::nullopt;
            case RecipeValue::EmbeddedSource:
                return embedded_stream(origin, wanted);
        }
        return std::nullopt;
    }

    std::optional<MatchedStream> body_stream(const Origin& origin, std::string_view wanted) const {
        TextMatch match =
            match_text(wanted, body_, body_used_, frozen_page_of_text(origin.charset, wanted));
        if (match.by_reference == 0 || match.by_reference * 2 < wanted.size()) {
            return std::nullopt;
        }
        if (match.used < wanted.size()) {
            match.pieces.push_back(
                Piece{Piece::Kind::Raw, 0, wanted.size() - match.used, LineEnds::AsStored, 0});
            match.raw += wanted.substr(match.used);
        }
        return MatchedStream{Stream{RecipeValue::Body, 0, std::move(match.pieces)},
                             std::move(match.raw), match.value_used};
    }

    std::optional<MatchedStream> binary_stream(const Origin& origin,
                                               const base::SharedSource& value,
                                               std::string_view wanted) {
        if (!value || value->size() < wanted.size()) {
            return std::nullopt;
        }
        compared_ += value->size();
        if (compared_ > kFreeCompared + kComparedPerByte * source_.size()) {
            return std::nullopt;
        }
        auto pieces = match_bytes(wanted, *value);
        return pieces ? std::optional(MatchedStream{
                            {origin.value, origin.attachment, *std::move(pieces)}, {}, 0})
                      : std::nullopt;
    }

    std::optional<MatchedStream> embedded_stream(const Origin& origin, std::string_view wanted) {
        if (origin.attachment >= message_.attachments.size()) {
            return std::nullopt;
        }
        const auto& embedded = message_.attachments[origin.attachment].embedded;
        if (!embedded || !keeps_source(*embedded, base::as_bytes(wanted))) {
            return std::nullopt;
        }
        runner_.know_embedded(origin.attachment, base::memory_source(std::string(wanted)));
        return MatchedStream{{RecipeValue::EmbeddedSource, origin.attachment, {}}, {}, 0};
    }

    void remember(const MatchedStream& stream) {
        if (stream.stream.value == RecipeValue::Body) {
            body_used_ = stream.value_used;
        }
    }

    std::string_view source_;
    const mapi::Message& message_;
    RecipeRunner runner_;
    std::u16string header_text_;
    std::u16string body_;
    std::uint64_t compared_ = 0;   // bytes of values
    std::uint64_t body_used_ = 0;  // UTF-16 units that parts so far have taken
    std::size_t at_ = 0;           // source bytes that the operations so far give
    BuiltRecipe recipe_;
};

}  // namespace

BuiltRecipe build_recipe(std::string_view source, const Origins& origins,
                         const mapi::Message& message) {
    return Builder(source, message).run(sorted(origins));
}

}  // namespace mbx::convert::exact
