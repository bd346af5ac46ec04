// The subnodes of one node while it is written ([MS-PST] 2.2.2.8.3.3).
#pragma once

#include <cstdint>
#include <vector>

#include "pst/ltp/heap_writer.hpp"
#include "pst/ltp/records.hpp"
#include "pst/ltp/stored_value.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst::ltp {

class SubnodeWriter {
  public:
    /// `ndb` outlives the writer.
    explicit SubnodeWriter(ndb::NdbWriter& ndb) : ndb_(ndb) {}

    ndb::NdbWriter& ndb() const noexcept { return ndb_; }

    /// data_size: bytes of its data tree and of those of all its own subnodes, at any depth.
    void add(const ndb::SubnodeEntry& entry, std::uint64_t data_size);

    /// Writes the value as the data of a new subnode; one that is in the file already gets one more
    /// owner.
    ndb::Nid add_value(const StoredValue& value, ndb::NidType type = ndb::NidType::Ltp);

    /// What was added: PidTagMessageSize counts it.
    std::uint64_t data_size() const noexcept { return data_size_; }
    std::size_t count() const noexcept { return entries_.size(); }

    /// The block of all entries; none when nothing was added. Once.
    ndb::Bid finish();

  private:
    ndb::NdbWriter& ndb_;
    std::vector<ndb::SubnodeEntry> entries_;
    std::uint64_t data_size_ = 0;
};

/// Writes the bytes of a value as a data tree. Throws Error(BadData) when a source gives another
/// number of bytes than it said.
ndb::DataTree write_value(ndb::NdbWriter& ndb, const StoredValue& value);

/// Where a value of variable size lies: nowhere when it is empty, in the heap up to
/// kMaxHeapItemSize bytes, else in a new subnode. A value that is in the file already always is a
/// subnode.
Hnid place_value(HeapWriter& heap, SubnodeWriter& subnodes, const StoredValue& value);

}  // namespace mbx::pst::ltp
