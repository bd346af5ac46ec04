#include "convert/mime_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "convert/mime_encode.hpp"

namespace mbx::convert {
namespace {

base::Sha256Digest digest_of(std::string_view kind, std::string_view headers,
                             std::string_view body) {
    base::Sha256 sum;
    for (const std::string_view part : {kind, headers, body}) {
        sum.update(base::as_bytes(fmt::format("{}:", part.size())));
        sum.update(base::as_bytes(part));
    }
    return sum.finish();
}

MimePart small_part(std::string headers, std::string body) {
    MimePart part;
    part.digest = digest_of("small", headers, body);
    part.headers = std::move(headers);
    part.ends_line = body.ends_with("\r\n");
    part.pieces.push_back(base::memory_source(std::move(body)));
    return part;
}

bool has_eight_bit(const base::ByteSource& source) {
    bool found = false;
    base::for_each_piece(source, [&](base::ByteView piece) {
        found = found || !base::is_ascii(base::as_text(piece));
    });
    return found;
}

bool ends_in_crlf(const base::SharedSource& source) {
    const std::uint64_t size = source->size();
    return size >= 2 && base::read_all_text(*base::slice_source(source, size - 2, 2), 2) == "\r\n";
}

}  // namespace

MimePart text_part(std::string_view media_type, std::string_view text, std::string_view charset,
                   std::vector<Parameter> parameters) {
    const std::string canonical = with_crlf(text);
    if (!charset.empty()) {
        parameters.insert(parameters.begin(), Parameter{"charset", std::string(charset)});
    }
    std::string headers = parameter_header("Content-Type", media_type, parameters);
    switch (best_encoding(canonical)) {
        case TextEncoding::SevenBit:
            return small_part(headers + "Content-Transfer-Encoding: 7bit\r\n", canonical);
        case TextEncoding::QuotedPrintable:
            return small_part(headers + "Content-Transfer-Encoding: quoted-printable\r\n",
                              quoted_printable(canonical));
        case TextEncoding::Base64:
            break;
    }
    return data_part(headers, {}, base::memory_source(canonical));
}

MimePart data_part(const std::string& content_type_line, const std::string& more_headers,
                   const base::SharedSource& data) {
    MimePart part;
    part.headers = content_type_line + "Content-Transfer-Encoding: base64\r\n" + more_headers;
    // No boundary can occur in base64, so the data themselves need not be read for the digest.
    part.digest = digest_of("data", part.headers, fmt::format("{}", data->size()));
    part.pieces.push_back(base64_source(data));
    return part;
}

MimePart message_part(const std::string& more_headers, base::SharedSource message, bool eight_bit,
                      bool utf8_header) {
    MimePart part;
    part.headers = std::string("Content-Type: message/") + (utf8_header ? "global" : "rfc822") +
                   "\r\n" + std::string(eight_bit ? "Content-Transfer-Encoding: 8bit\r\n" : "") +
                   more_headers;
    part.digest = base::sha256(*message);
    part.eight_bit = eight_bit;
    part.ends_line = true;
    part.pieces.push_back(std::move(message));
    return part;
}

MimePart verbatim_part(std::string headers, base::SharedSource body) {
    MimePart part;
    part.digest = base::sha256(*body);
    part.headers = std::move(headers);
    part.eight_bit = has_eight_bit(*body);
    part.ends_line = ends_in_crlf(body);
    part.pieces.push_back(std::move(body));
    return part;
}

MimePart multipart(std::string_view subtype, std::vector<MimePart> parts,
                   std::vector<Parameter> parameters) {
    MimePart result;
    std::string identity;
    for (const MimePart& part : parts) {
        identity += base::to_hex(part.digest);
        result.eight_bit = result.eight_bit || part.eight_bit;
    }
    result.digest = digest_of("multipart", subtype, identity);
    // "=_" occurs neither in base64 nor in quoted-printable (RFC 2045 6.7).
    const std::string boundary = "=_" + base::to_hex(result.digest).substr(0, 40);
    parameters.push_back({"boundary", boundary});
    result.headers =
        parameter_header("Content-Type", fmt::format("multipart/{}", subtype), parameters);
    if (result.eight_bit) {
        result.headers += "Content-Transfer-Encoding: 8bit\r\n";
    }
    std::string between = fmt::format("--{}\r\n", boundary);
    for (MimePart& part : parts) {
        result.pieces.push_back(base::memory_source(between + part.headers + "\r\n"));
        std::move(part.pieces.begin(), part.pieces.end(), std::back_inserter(result.pieces));
        between = fmt::format("\r\n--{}\r\n", boundary);
    }
    result.pieces.push_back(base::memory_source(fmt::format("\r\n--{}--\r\n", boundary)));
    result.ends_line = true;
    return result;
}

void add_headers(MimePart& part, std::string_view lines) {
    part.headers += lines;
    part.digest = digest_of("headers", lines, base::as_text(part.digest));
}

base::SharedSource message_of(const std::string& headers, MimePart part) {
    std::vector<base::SharedSource> pieces;
    pieces.push_back(
        base::memory_source(headers + "MIME-Version: 1.0\r\n" + part.headers + "\r\n"));
    std::move(part.pieces.begin(), part.pieces.end(), std::back_inserter(pieces));
    if (!part.ends_line) {
        pieces.push_back(base::memory_source(std::string("\r\n")));
    }
    return base::concat_source(std::move(pieces));
}

}  // namespace mbx::convert
