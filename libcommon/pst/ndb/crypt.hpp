// The two encodings of data blocks: permutation and cyclic ([MS-PST] 5.1, 5.2). They hide text from
// a casual look; they are no encryption.
#pragma once

#include "base/bytes.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst::ndb {

/// Encodes or decodes the data bytes of an external block in place. `bid` is the block's own: the
/// cyclic encoding starts from it.
void encode(CryptMethod method, Bid bid, base::MutableByteView data) noexcept;
void decode(CryptMethod method, Bid bid, base::MutableByteView data) noexcept;

}  // namespace mbx::pst::ndb
