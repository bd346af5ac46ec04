#include "convert/part_content.hpp"

#include <algorithm>
#include <string_view>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "mail/transfer_encoding.hpp"

namespace mbx::convert {
namespace {

bool is_base64_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

bool is_base64_line(std::string_view line) {
    constexpr std::size_t kShortest = 40;  // words of a text are shorter
    return line.size() >= kShortest && line.size() % 4 == 0 &&
           std::all_of(line.begin(), line.end(),
                       [](char c) { return is_base64_digit(c) || c == '='; });
}

// Several words, or a ruler; never a damaged line of base64, or padding that has a line of its own.
bool is_prose(std::string_view line) {
    return line.find(' ') != std::string_view::npos ||
           (line.find_first_not_of('=') != std::string_view::npos &&
            std::none_of(line.begin(), line.end(), is_base64_digit));
}

// Where prose begins that no base64 follows, at the end of the line before; else the size.
std::size_t base64_end(std::string_view text) {
    std::size_t end = text.size();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t next = std::min(text.find('\n', at), text.size());
        const std::string_view line = base::trim(text.substr(at, next - at));
        if (is_base64_line(line)) {
            end = text.size();
        } else if (end == text.size() && is_prose(line)) {
            const std::size_t last = text.substr(0, at).find_last_not_of(" \t\r\n");
            end = last == std::string_view::npos ? 0 : last + 1;
        }
        at = next + 1;
    }
    return end;
}

}  // namespace

base::SharedSource range_source(const MimeTree& tree, ByteRange range) {
    return base::slice_source(tree.source, range.begin, range.size());
}

base::SharedSource encoded_content(const MimeTree& tree, const Entity& entity) {
    return range_source(tree, entity.body_range);
}

base::SharedSource content_source(const MimeTree& tree, const Entity& entity) {
    const std::uint64_t encoded_size = entity.body_range.size();
    // Four characters of base64 are three bytes; the line ends make up for rounding.
    const std::uint64_t least_decoded =
        entity.encoding == TransferEncoding::Base64 ? encoded_size / 4 * 3 : encoded_size;
    if (least_decoded > kLargestInMemory) {
        return mail::decoded_source(encoded_content(tree, entity), entity.encoding);
    }
    return base::memory_source(content_bytes(tree, entity));
}

std::string content_bytes(const MimeTree& tree, const Entity& entity) {
    const base::SharedSource encoded = encoded_content(tree, entity);
    if (entity.encoding == TransferEncoding::Identity) {
        return base::read_all_text(*encoded, entity.body_range.size());
    }
    base::Bytes decoded;
    const auto decoder = mail::make_decoder(entity.encoding);
    base::for_each_piece(*encoded, [&](base::ByteView piece) { decoder->decode(piece, decoded); });
    decoder->finish(decoded);
    return std::string(base::as_text(decoded));
}

std::string text_content_bytes(const MimeTree& tree, const Entity& entity) {
    if (entity.encoding != TransferEncoding::Base64) {
        return content_bytes(tree, entity);
    }
    const std::string encoded =
        base::read_all_text(*encoded_content(tree, entity), entity.body_range.size());
    const std::string_view text = encoded;
    const std::size_t end = base64_end(text);
    std::string decoded(
        base::as_text(mail::decode_transfer(base::as_bytes(text.substr(0, end)), entity.encoding)));
    return decoded.append(text.substr(end));
}

}  // namespace mbx::convert
