#include "convert/signed_mail.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "convert/header_block.hpp"
#include "convert/media_type.hpp"
#include "convert/mime_encode.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

constexpr std::uint64_t kLargestHeader = 64 * 1024;
constexpr std::uint64_t kLargestInMemory = std::uint64_t{256} << 20;

const PropertyName kContentType{PS_INTERNET_HEADERS, "content-type"};

std::string first_bytes(const base::SharedSource& source, std::uint64_t limit) {
    const std::uint64_t size = std::min(source->size(), limit);
    return base::read_all_text(*base::slice_source(source, 0, size), limit);
}

/// Where the body of a MIME entity begins; nullopt when no blank line ends its header.
std::optional<std::size_t> body_start(std::string_view entity) {
    for (std::size_t at = 0; at < entity.size();) {
        const std::size_t end = entity.find('\n', at);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        if (base::trim(entity.substr(at, end - at)).empty()) {
            return end + 1;
        }
        at = end + 1;
    }
    return std::nullopt;
}

bool has_bare_line_feed(const base::ByteSource& source) {
    bool found = false;
    char before = 0;
    base::for_each_piece(source, [&](base::ByteView piece) {
        for (const char c : base::as_text(piece)) {
            found = found || (c == '\n' && before != '\r');
            before = c;
        }
    });
    return found;
}

base::SharedSource as_crlf(const base::SharedSource& source) {
    return has_bare_line_feed(*source)
               ? base::memory_source(with_crlf(base::read_all_text(*source, kLargestInMemory)))
               : source;
}

std::optional<MimePart> signed_entity(const base::SharedSource& data) {
    const std::string head = first_bytes(data, kLargestHeader);
    const auto start = body_start(head);
    if (!start) {
        return std::nullopt;
    }
    const HeaderBlock header(head.substr(0, *start));
    const std::string type = header.first("Content-Type").value_or("");
    if (!base::starts_with_ignore_case(type, "multipart/signed")) {
        return std::nullopt;
    }
    std::string lines = with_crlf(header.raw_field("Content-Type"));
    if (!lines.ends_with("\r\n")) {
        lines += "\r\n";
    }
    MimePart part =
        verbatim_part(lines, as_crlf(base::slice_source(data, *start, data->size() - *start)));
    if (part.eight_bit) {
        part.headers += "Content-Transfer-Encoding: 8bit\r\n";
    }
    return part;
}

/// smime-type by the content type of the CMS block (RFC 8551 3.2.2); its object identifier stands
/// at the very front.
std::string smime_type(std::string_view cms) {
    struct Row {
        std::string_view identifier;
        std::string_view type;
    };
    const std::array<Row, 4> kRows{{
        {{"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02", 11}, "signed-data"},
        {{"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03", 11}, "enveloped-data"},
        {{"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17", 13}, "authEnveloped-data"},
        {{"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x09", 13}, "compressed-data"},
    }};
    constexpr std::size_t kLongestLengths = 12;
    for (const Row& row : kRows) {
        if (cms.substr(0, kLongestLengths + row.identifier.size()).find(row.identifier) !=
            std::string_view::npos) {
            return std::string(row.type);
        }
    }
    return {};
}

bool is_cms_type(std::string_view media_type) {
    return media_type == "application/pkcs7-mime" || media_type == "application/x-pkcs7-mime" ||
           media_type == "application/octet-stream";
}

const Attachment* only_attachment(const Message& message) {
    return message.attachments.size() == 1 && message.attachments.front().data != nullptr
               ? &message.attachments.front()
               : nullptr;
}

std::string media_type_of(const Attachment& attachment) {
    return clean_media_type(attachment.properties.text(PidTagAttachMimeTag).value_or(""));
}

}  // namespace

std::optional<MimePart> clear_signed_part(const Message& message) {
    const Attachment* attachment = only_attachment(message);
    return attachment != nullptr ? signed_entity(attachment->data) : std::nullopt;
}

std::optional<MimePart> opaque_signed_part(const Message& message) {
    const Attachment* attachment = only_attachment(message);
    if (attachment == nullptr) {
        return std::nullopt;
    }
    if (auto part = signed_entity(attachment->data)) {
        return part;  // some writers give clear-signed mail this class
    }
    const auto* stored = message.properties.get<std::string>(kContentType);
    std::string type_line;
    if (stored != nullptr && is_cms_type(clean_media_type(*stored))) {
        type_line = token_header("Content-Type", *stored);
    } else {
        const std::string stored_type = media_type_of(*attachment);
        std::vector<Parameter> parameters;
        const std::string kind = smime_type(first_bytes(attachment->data, 64));
        if (!kind.empty()) {
            parameters.push_back({"smime-type", kind});
        }
        parameters.push_back({"name", "smime.p7m"});
        type_line = parameter_header(
            "Content-Type", is_cms_type(stored_type) ? stored_type : "application/pkcs7-mime",
            parameters);
    }
    return data_part(
        type_line,
        parameter_header("Content-Disposition", "attachment", {{"filename", "smime.p7m"}}),
        attachment->data);
}

std::optional<MimePart> pgp_encrypted_part(const Message& message) {
    if (message.attachments.size() != 2) {
        return std::nullopt;
    }
    const Attachment& version = message.attachments[0];
    const Attachment& content = message.attachments[1];
    if (version.data == nullptr || content.data == nullptr ||
        media_type_of(version) != "application/pgp-encrypted" ||
        !base::starts_with_ignore_case(base::trim(first_bytes(version.data, 64)), "Version: 1") ||
        !base::trim(first_bytes(content.data, 128)).starts_with("-----BEGIN PGP MESSAGE-----")) {
        return std::nullopt;
    }
    const std::string text = with_crlf(first_bytes(content.data, kLargestInMemory));
    const std::string name =
        std::string(base::trim(content.properties.text(PidTagAttachLongFilename).value_or("")));
    const std::string type = parameter_header("Content-Type", "application/octet-stream",
                                              {{"name", name.empty() ? "encrypted.asc" : name}});
    std::vector<MimePart> parts;
    parts.push_back(verbatim_part("Content-Type: application/pgp-encrypted\r\n",
                                  base::memory_source(std::string("Version: 1\r\n"))));
    parts.push_back(best_encoding(text) == TextEncoding::SevenBit
                        ? verbatim_part(type, base::memory_source(text))
                        : data_part(type, {}, content.data));
    return multipart("encrypted", std::move(parts), {{"protocol", "application/pgp-encrypted"}});
}

}  // namespace mbx::convert
