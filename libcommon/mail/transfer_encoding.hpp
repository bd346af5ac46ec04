// Content-Transfer-Encoding: how a part's bytes were made fit for mail (RFC 2045 6).
#pragma once

#include <memory>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"

namespace mbx::mail {

enum class TransferEncoding {
    Identity,  ///< 7bit, 8bit, binary, and what nobody knows
    Base64,
    QuotedPrintable,
    UuEncode,
};

/// From the unfolded value of the field; without regard to case, comments and stray punctuation.
TransferEncoding parse_transfer_encoding(std::string_view value);

/// Decodes piece by piece. Never fails:
///  - base64: bytes outside of the alphabet are skipped, padding ends a group wherever it stands,
///    what follows it is decoded as well; two or three left-over characters give one or two bytes;
///  - quoted-printable: "=" before anything but two hex digits or a line end stays as it is; blanks
///    between "=" and the line end go, other blanks stay; line ends stay as they are;
///  - uuencode: from the "begin" line to the "end" line.
class TransferDecoder {
  public:
    virtual ~TransferDecoder() = default;
    /// Appends what `encoded` gives.
    virtual void decode(base::ByteView encoded, base::Bytes& to) = 0;
    /// Appends what the end of the input gives.
    virtual void finish(base::Bytes& to) = 0;
};
std::unique_ptr<TransferDecoder> make_decoder(TransferEncoding encoding);

base::Bytes decode_transfer(base::ByteView encoded, TransferEncoding encoding);

/// A source that decodes while it is read. Its size is counted in one pass when it is first asked
/// for. Safe to share between threads.
base::SharedSource decoded_source(base::SharedSource encoded, TransferEncoding encoding);

/// A source with each LF that does not follow a CR as CRLF.
base::SharedSource crlf_source(base::SharedSource source);

}  // namespace mbx::mail
