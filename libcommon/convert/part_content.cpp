#include "convert/part_content.hpp"

#include "base/bytes.hpp"
#include "mail/transfer_encoding.hpp"

namespace mbx::convert {

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

}  // namespace mbx::convert
