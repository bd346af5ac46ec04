// Where the parts of a message lie in its bytes: offsets only, nothing is decoded. RFC 2045, RFC
// 2046 5.1.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::convert::exact {

/// One entity: a header and a body. Offsets count from the start of the message; children lie
/// within the body, in order, and do not overlap.
struct MimeRegion {
    std::size_t header_begin = 0;
    std::size_t header_end = 0;  ///< behind the last header line, before the empty line
    std::size_t body_begin = 0;
    std::size_t body_end = 0;  ///< before the line end that belongs to the boundary
    std::string
        type;  ///< "text/plain", lower case; the default type of its place when there is none
    std::string encoding;  ///< Content-Transfer-Encoding, lower case; empty: none
    std::string charset;   ///< as written
    std::vector<MimeRegion> children;
};

/// Never fails: what has no structure is one entity of text. An mbox "From " line at the front is
/// passed over. Multiparts are followed to a fixed depth, 50; deeper ones are leaves.
MimeRegion find_regions(std::string_view source);

}  // namespace mbx::convert::exact
