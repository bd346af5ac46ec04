// Writes data trees and subnode trees of a new Unicode file ([MS-PST] 2.2.2.8.3.2, 2.2.2.8.3.3).
#pragma once

#include <span>

#include "base/byte_source.hpp"
#include "pst/ndb/block_writer.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst::ndb {

/// All bytes that `reader` has. One block up to 8,176 bytes, an XBLOCK up to 8,347,696, an XXBLOCK
/// above; every block but the last is full. Throws Error(BadData) above 4 GiB - 1; the blocks
/// written so far have no owner then.
DataTree write_data_tree(BlockWriter& blocks, base::ByteReader& reader);

/// As NdbWriter::add_subnodes().
Bid write_subnode_tree(BlockWriter& blocks, std::span<const SubnodeEntry> entries);

}  // namespace mbx::pst::ndb
