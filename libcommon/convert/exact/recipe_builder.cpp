#include "convert/exact/recipe_builder.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/charset.hpp"
#include "base/error.hpp"
#include "base/utf.hpp"
#include "convert/exact/exact_source.hpp"
#include "convert/exact/frozen_code_page.hpp"
#include "convert/exact/mime_regions.hpp"
#include "convert/exact/quoted_printable_match.hpp"
#include "convert/exact/recipe_runner.hpp"
#include "convert/exact/stream_match.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::exact {
namespace {

constexpr std::uint32_t kUtf8 = 65001;
constexpr std::size_t kWorthAReference = 16;  // bytes; a shorter range is cheaper as a literal
constexpr std::size_t kMostRuns = 20;
constexpr std::size_t kMostTried = 4;  // values that one part is compared with
constexpr std::uint64_t kFreeWork = std::uint64_t{64} << 20;
constexpr std::uint64_t kWorkPerByte = 20;
constexpr std::size_t kBytesPerRun = 40'000;

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

const Stream* stream_of(const Operation& operation) {
    if (const auto* copy = std::get_if<Copy>(&operation)) {
        return &copy->stream;
    }
    if (const auto* base64 = std::get_if<Base64>(&operation)) {
        return &base64->stream;
    }
    const auto* qp = std::get_if<QuotedPrintable>(&operation);
    return qp != nullptr ? &qp->stream : nullptr;
}

class Builder {
  public:
    Builder(std::string_view source, const mapi::Message& message)
        : source_(source),
          message_(message),
          header_text_(text_value(message, mapi::PidTagTransportMessageHeaders)),
          body_(text_value(message, mapi::PidTagBody)),
          html_(message.properties.source(mapi::PidTagHtml)),
          attachment_used_(message.attachments.size(), false) {
        for (std::size_t k = 0; k < message.attachments.size(); ++k) {
            if (const base::SharedSource& data = message.attachments[k].data;
                data && data->size() > 0) {
                attachments_by_size_.emplace(data->size(), k);
            }
        }
    }

    BuiltRecipe run() {
        const MimeRegion root = find_regions(source_);
        header(root);
        entity(root);
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
        if (begin < at_ || end - begin < kWorthAReference || !affordable(cost_of(operation)) ||
            !gives(operation, raw, begin, end)) {
            return false;
        }
        literal_up_to(begin);
        recipe_.operations.push_back(std::move(operation));
        base::append(recipe_.literals, base::as_bytes(raw));
        at_ = end;
        return true;
    }

    /// Bytes of the value that have to be read to run the operation.
    std::uint64_t cost_of(const Operation& operation) const {
        const Stream* stream = stream_of(operation);
        if (stream == nullptr) {
            return 0;
        }
        switch (stream->value) {
            case RecipeValue::HeaderText:
                return header_text_.size() * 2;
            case RecipeValue::Body:
                return body_.size() * 2;
            case RecipeValue::Html:
                return html_ ? html_->size() : 0;
            case RecipeValue::AttachmentData: {
                const base::SharedSource& data =
                    message_.attachments[static_cast<std::size_t>(stream->attachment)].data;
                return data ? data->size() : 0;
            }
            case RecipeValue::EmbeddedSource:
                return 0;
        }
        return 0;
    }

    bool gives(const Operation& operation, std::string_view raw, std::size_t begin,
               std::size_t end) const {
        std::string_view wanted = source_.substr(begin, end - begin);
        LiteralCursor literals{base::as_bytes(raw)};
        try {
            run_operation(operation, message_, literals, [&](base::ByteView piece) {
                if (piece.size() > wanted.size() ||
                    base::as_text(piece) != wanted.substr(0, piece.size())) {
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
        return wanted.empty() && literals.rest.empty();
    }

    void header(const MimeRegion& root) {
        const std::string_view wanted =
            source_.substr(root.header_begin, root.header_end - root.header_begin);
        TextMatch best;
        for (const std::uint32_t page :
             {kUtf8, std::uint32_t{1252}, frozen_page_of(root.charset)}) {
            TextMatch match = match_text(wanted, header_text_, 0, page);
            if (match.by_reference > best.by_reference) {
                best = std::move(match);
            }
        }
        if (best.by_reference > 0) {
            refer(Copy{Stream{RecipeValue::HeaderText, 0, best.pieces}}, best.raw,
                  root.header_begin, root.header_begin + best.used);
        }
    }

    void entity(const MimeRegion& region) {
        if (region.type == "message/rfc822" || region.type == "message/global") {
            if (embedded(region)) {
                return;
            }
        }
        if (!region.children.empty()) {
            if (region.type == "multipart/signed" && copy_of_attachment(region)) {
                return;
            }
            for (const MimeRegion& child : region.children) {
                entity(child);
            }
            return;
        }
        if (region.encoding == "base64") {
            base64(region);
        } else if (region.encoding == "quoted-printable") {
            quoted_printable(region);
        } else {
            identity(region);
        }
    }

    bool embedded(const MimeRegion& region) {
        for (const std::size_t k : next_attachments()) {
            const mapi::Attachment& attachment = message_.attachments[k];
            if (!attachment.embedded) {
                continue;
            }
            const ExactSource exact = exact_source(*attachment.embedded);
            if (!exact.source) {
                continue;
            }
            const std::uint64_t size = exact.source->size();
            if (size <= source_.size() - region.body_begin &&
                refer(Copy{Stream{RecipeValue::EmbeddedSource, k, {}}}, {}, region.body_begin,
                      region.body_begin + static_cast<std::size_t>(size))) {
                attachment_used_[k] = true;
                return true;
            }
        }
        return false;
    }

    bool copy_of_attachment(const MimeRegion& region) {
        const std::string_view wanted =
            source_.substr(region.body_begin, region.body_end - region.body_begin);
        const auto stream = attachment_stream(wanted);
        return stream &&
               refer(Copy{stream->stream}, stream->raw, region.body_begin, region.body_end);
    }

    void identity(const MimeRegion& region) {
        const std::string_view wanted =
            source_.substr(region.body_begin, region.body_end - region.body_begin);
        if (wanted.size() < kWorthAReference) {
            return;
        }
        if (const auto stream = stream_for(wanted, region)) {
            if (refer(Copy{stream->stream}, stream->raw, region.body_begin, region.body_end)) {
                remember(*stream);
                return;
            }
        }
        partial_text(region, wanted);
    }

    /// Text of which only the front stands in the value (a list's footer was cut off, say).
    void partial_text(const MimeRegion& region, std::string_view wanted) {
        const TextMatch match =
            match_text(wanted, body_, body_used_, frozen_page_of(region.charset));
        if (match.by_reference > 0 &&
            refer(Copy{Stream{RecipeValue::Body, 0, match.pieces}}, match.raw, region.body_begin,
                  region.body_begin + match.used)) {
            body_used_ = match.value_used;
        }
    }

    void quoted_printable(const MimeRegion& region) {
        const std::string_view encoded =
            source_.substr(region.body_begin, region.body_end - region.body_begin);
        if (encoded.size() < kWorthAReference || encoded.size() > kLargestText) {
            return;
        }
        std::optional<QuotedPrintableMatch> match = match_quoted_printable(encoded);
        if (!match) {
            return;
        }
        if (const auto stream = stream_for(match->data, region)) {
            match->operation.stream = stream->stream;
            if (refer(std::move(match->operation), stream->raw, region.body_begin,
                      region.body_end)) {
                remember(*stream);
            }
        }
    }

    void base64(const MimeRegion& region);
    std::optional<MatchedStream> base64_stream(std::string_view encoded, const MimeRegion& region);
    void base64_runs(const MimeRegion& region, const MatchedStream& stream);

    /// A stream that gives exactly `wanted`; the values that the part's type suggests are tried
    /// first.
    std::optional<MatchedStream> stream_for(std::string_view wanted, const MimeRegion& region) {
        if (region.type == "text/html") {
            if (auto stream = html_stream(wanted)) {
                return stream;
            }
        }
        if (region.type.starts_with("text/")) {
            if (auto stream = body_stream(wanted, region)) {
                return stream;
            }
        }
        return attachment_stream(wanted);
    }

    std::optional<MatchedStream> html_stream(std::string_view wanted) const {
        if (!html_) {
            return std::nullopt;
        }
        if (auto pieces = match_bytes(wanted, *html_)) {
            return MatchedStream{Stream{RecipeValue::Html, 0, *std::move(pieces)}, {}, 0};
        }
        return std::nullopt;
    }

    std::optional<MatchedStream> body_stream(std::string_view wanted,
                                             const MimeRegion& region) const {
        TextMatch match = match_text(wanted, body_, body_used_, frozen_page_of(region.charset));
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

    std::optional<MatchedStream> attachment_stream(std::string_view wanted) {
        const auto same_size = attachments_by_size_.equal_range(wanted.size());
        std::size_t tried = 0;
        for (auto it = same_size.first; it != same_size.second && tried < kMostTried; ++it) {
            if (!attachment_used_[it->second]) {
                ++tried;
                if (auto stream = attachment_stream(wanted, it->second)) {
                    return stream;
                }
            }
        }
        // A value may also be longer than what it gives: other line ends, or a header in front.
        for (const std::size_t k : next_attachments()) {
            if (auto stream = attachment_stream(wanted, k)) {
                return stream;
            }
        }
        return std::nullopt;
    }

    std::optional<MatchedStream> attachment_stream(std::string_view wanted, std::size_t k) const {
        const base::SharedSource& data = message_.attachments[k].data;
        if (!data || data->size() < wanted.size()) {
            return std::nullopt;
        }
        if (auto pieces = match_bytes(wanted, *data)) {
            return MatchedStream{Stream{RecipeValue::AttachmentData, k, *std::move(pieces)}, {}, 0};
        }
        return std::nullopt;
    }

    /// The first few that no part has used yet: attachments come in the order of their parts.
    std::vector<std::size_t> next_attachments() {
        while (first_unused_ < attachment_used_.size() && attachment_used_[first_unused_]) {
            ++first_unused_;
        }
        const std::size_t end = std::min(first_unused_ + kMostTried, attachment_used_.size());
        std::vector<std::size_t> result;
        for (std::size_t k = first_unused_; k < end; ++k) {
            if (!attachment_used_[k]) {
                result.push_back(k);
            }
        }
        return result;
    }

    /// Reading a long value for each of many parts would cost the square of the message: past this,
    /// they are literal.
    bool affordable(std::uint64_t bytes) {
        work_ += bytes;
        return work_ <= kFreeWork + kWorkPerByte * source_.size();
    }

    void remember(const MatchedStream& stream) {
        if (stream.stream.value == RecipeValue::AttachmentData) {
            attachment_used_[static_cast<std::size_t>(stream.stream.attachment)] = true;
        } else if (stream.stream.value == RecipeValue::Body) {
            body_used_ = stream.value_used;
        }
    }

    std::string_view source_;
    const mapi::Message& message_;
    std::u16string header_text_;
    std::u16string body_;
    base::SharedSource html_;
    std::vector<bool> attachment_used_;
    std::multimap<std::uint64_t, std::size_t> attachments_by_size_;
    std::size_t first_unused_ = 0;
    std::uint64_t work_ = 0;       // bytes of values read to find and check references
    std::uint64_t body_used_ = 0;  // UTF-16 units that parts so far have taken
    std::size_t at_ = 0;           // source bytes that the operations so far give
    BuiltRecipe recipe_;
};

bool is_base64(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

/// Decodes the characters before the first that is none; lines do not matter.
std::string decode_base64(std::string_view encoded) {
    std::string result;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : encoded) {
        if (c == '=') {
            break;
        }
        if (!is_base64(c)) {
            continue;
        }
        const unsigned value = c >= 'a'   ? static_cast<unsigned>(c - 'a') + 26
                               : c >= 'A' ? static_cast<unsigned>(c - 'A')
                               : c >= '0' ? static_cast<unsigned>(c - '0') + 52
                               : c == '+' ? 62U
                                          : 63U;
        bits = bits << 6 | value;
        if (++count == 4) {
            result += static_cast<char>(bits >> 16 & 0xFF);
            result += static_cast<char>(bits >> 8 & 0xFF);
            result += static_cast<char>(bits & 0xFF);
            bits = 0;
            count = 0;
        }
    }
    if (count >= 2) {
        result += static_cast<char>(bits >> (count == 2 ? 4 : 10) & 0xFF);
    }
    if (count == 3) {
        result += static_cast<char>(bits >> 2 & 0xFF);
    }
    return result;
}

struct Line {
    std::size_t begin = 0;
    std::size_t length = 0;    // without the line end
    std::size_t line_end = 0;  // 0, 1 (LF) or 2 (CRLF)
    bool clean = true;         // only base64 characters and padding
};

/// The lines of part of the source, one after the other.
class LineReader {
  public:
    LineReader(std::string_view source, std::size_t begin, std::size_t end)
        : text_(source.substr(0, end)), at_(begin) {}

    std::optional<Line> next() {
        if (at_ >= text_.size()) {
            return std::nullopt;
        }
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        const bool crlf = end < text_.size() && end > at_ && text_[end - 1] == '\r';
        Line line{at_, end - at_ - (crlf ? 1U : 0U),
                  end == text_.size() ? 0U
                  : crlf              ? 2U
                                      : 1U,
                  true};
        const std::string_view characters = text_.substr(at_, line.length);
        line.clean = std::all_of(characters.begin(), characters.end(),
                                 [](char c) { return is_base64(c) || c == '='; });
        at_ = end + (end < text_.size() ? 1 : 0);
        return line;
    }

  private:
    std::string_view text_;
    std::size_t at_;
};

std::optional<MatchedStream> Builder::base64_stream(std::string_view encoded,
                                                    const MimeRegion& region) {
    if (region.type.starts_with("text/") && encoded.size() <= kLargestText) {
        if (auto stream = stream_for(decode_base64(encoded), region)) {
            return stream;
        }
    }
    // An attachment is compared while its base64 is made, not before: only its size is looked at
    // here.
    const auto characters =
        static_cast<std::uint64_t>(std::count_if(encoded.begin(), encoded.end(), is_base64));
    const auto same_size = attachments_by_size_.equal_range(characters * 6 / 8);
    for (auto it = same_size.first; characters > 1 && it != same_size.second; ++it) {
        if (!attachment_used_[it->second]) {
            return MatchedStream{Stream{RecipeValue::AttachmentData, it->second, {}}, {}, 0};
        }
    }
    return std::nullopt;
}

void Builder::base64(const MimeRegion& region) {
    const std::string_view encoded =
        source_.substr(region.body_begin, region.body_end - region.body_begin);
    if (encoded.size() < kWorthAReference) {
        return;
    }
    if (const auto stream = base64_stream(encoded, region)) {
        base64_runs(region, *stream);
    }
}

/// Lines of one length, and a shorter one behind them, are one run.
void Builder::base64_runs(const MimeRegion& region, const MatchedStream& stream) {
    const std::size_t most_runs = kMostRuns + (region.body_end - region.body_begin) / kBytesPerRun;
    LineReader reader(source_, region.body_begin, region.body_end);
    std::uint64_t first = 0;  // character of the unwrapped text
    std::size_t runs = 0;
    bool referred = false;
    for (std::optional<Line> line = reader.next(); line && runs <= most_runs;) {
        const Line start = *line;
        if (start.length == 0 || !start.clean) {
            line = reader.next();
            continue;
        }
        ++runs;
        Line last = start;
        std::uint64_t count = start.length;
        while ((line = reader.next()) && last.length == start.length &&
               last.line_end == start.line_end && line->clean && line->length != 0 &&
               line->length <= start.length) {
            last = *line;
            count += last.length;
        }
        // The line end of the last line is part of the run when it is of the same kind.
        const bool final_newline = last.line_end != 0 && last.line_end == start.line_end;
        const std::uint64_t line_length = last.begin == start.begin ? 0 : start.length;
        const std::size_t end = last.begin + last.length + (final_newline ? start.line_end : 0);
        referred = refer(Base64{stream.stream, first, count, line_length, start.line_end == 2,
                                final_newline},
                         stream.raw, start.begin, end) ||
                   referred;
        first += count;
    }
    if (referred) {
        remember(stream);
    }
}

}  // namespace

BuiltRecipe build_recipe(std::string_view source, const mapi::Message& message) {
    return Builder(source, message).run();
}

}  // namespace mbx::convert::exact
