// Compressed RTF, the stream of PidTagRtfCompressed ([MS-OXRTFCP] 2.1, 3.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace mbx::convert {

struct DecompressedRtf {
    std::string rtf;        ///< bytes as RTF has them: 7-bit or of the document's code page
    bool complete = true;   ///< the stream gave as many bytes as its header promises
    bool crc_right = true;  ///< the checksum of the header is that of the data (zero when stored)
};

/// Takes what can be had: a stream that ends early gives the text so far, a wrong checksum is only
/// noted. nullopt when it is no compressed RTF at all: shorter than its header, unknown type.
/// The result has at most `limit` bytes, and at most as many as the header promises; the NUL bytes
/// that some writers count in at the end are taken off.
std::optional<DecompressedRtf> decompress_rtf(base::ByteView stream,
                                              std::uint64_t limit = std::uint64_t{256} << 20);

}  // namespace mbx::convert
