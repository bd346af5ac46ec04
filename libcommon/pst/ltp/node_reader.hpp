// A node with a heap, and the values of its properties wherever they lie ([MS-PST] 2.3.3.2).
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "pst/ltp/heap_reader.hpp"
#include "pst/ltp/records.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/subnode_view.hpp"

namespace mbx::pst::ltp {

class NodeReader {
  public:
    /// Throws Error(BadData) when the data is no heap of kind `client`.
    NodeReader(ndb::SharedBlockFile file, ndb::Bid data, ndb::Bid sub, HeapClient client);

    const ndb::SharedBlockFile& file() const noexcept { return file_; }
    const HeapReader& heap() const noexcept { return heap_; }
    /// Read when it is first asked for. Throws Error(BadData).
    const ndb::SubnodeView& subnodes() const;

    /// A value of variable size. All three throw Error(BadData) when it is not where the HNID says.
    std::uint64_t size(Hnid hnid) const;
    /// Throws Error(BadData) as well when it has more than `limit` bytes.
    base::Bytes bytes(Hnid hnid, std::uint64_t limit) const;
    base::SharedSource source(Hnid hnid) const;

  private:
    ndb::Bid data_of(ndb::Nid nid) const;

    ndb::SharedBlockFile file_;
    ndb::Bid sub_;
    HeapReader heap_;
    mutable std::optional<ndb::SubnodeView> subnodes_;
};

}  // namespace mbx::pst::ltp
