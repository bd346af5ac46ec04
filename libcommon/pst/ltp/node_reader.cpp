#include "pst/ltp/node_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "pst/ndb/data_tree_view.hpp"

namespace mbx::pst::ltp {

NodeReader::NodeReader(ndb::SharedBlockFile file, ndb::Bid data, ndb::Bid sub, HeapClient client)
    : file_(std::move(file)), sub_(sub), heap_(ndb::DataTreeView(file_, data)) {
    if (heap_.client() != client) {
        throw Error(
            ErrorCode::BadData,
            fmt::format("bClientSig of the heap is 0x{:02x}, expected 0x{:02x}",
                        static_cast<unsigned>(heap_.client()), static_cast<unsigned>(client)));
    }
}

const ndb::SubnodeView& NodeReader::subnodes() const {
    if (!subnodes_) {
        subnodes_.emplace(file_, sub_);
    }
    return *subnodes_;
}

ndb::Bid NodeReader::data_of(ndb::Nid nid) const {
    const auto entry = subnodes().find(nid);
    if (!entry) {
        throw Error(ErrorCode::BadData, fmt::format("subnode {} is missing", to_string(nid)));
    }
    return entry->data;
}

std::uint64_t NodeReader::size(Hnid hnid) const {
    if (hnid.is_none()) {
        return 0;
    }
    return hnid.is_hid() ? heap_.item(hnid.hid()).bytes.size()
                         : ndb::DataTreeView(file_, data_of(hnid.nid())).size();
}

base::Bytes NodeReader::bytes(Hnid hnid, std::uint64_t limit) const {
    if (hnid.is_none()) {
        return {};
    }
    return hnid.is_hid() ? base::to_bytes(heap_.item(hnid.hid()).bytes)
                         : base::read_all(*ndb::data_source(file_, data_of(hnid.nid())), limit);
}

base::SharedSource NodeReader::source(Hnid hnid) const {
    return hnid.is_none() || hnid.is_hid() ? base::memory_source(bytes(hnid, 0))
                                           : ndb::data_source(file_, data_of(hnid.nid()));
}

}  // namespace mbx::pst::ltp
