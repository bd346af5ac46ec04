#include "pst/ltp/subnode_writer.hpp"

namespace mbx::pst::ltp {

void SubnodeWriter::add(const ndb::SubnodeEntry& entry, std::uint64_t data_size) {
    entries_.push_back(entry);
    data_size_ += data_size;
}

ndb::Nid SubnodeWriter::add_value(const StoredValue& value, ndb::NidType type) {
    const ndb::DataTree tree = write_value(ndb_, value);
    const ndb::Nid nid = ndb_.allocate(type);
    add({nid, tree.bid, {}}, tree.size);
    return nid;
}

ndb::Bid SubnodeWriter::finish() {
    return ndb_.add_subnodes(entries_);
}

ndb::DataTree write_value(ndb::NdbWriter& ndb, const StoredValue& value) {
    if (const auto* bytes = std::get_if<base::Bytes>(&value)) {
        return ndb.add_data(*bytes);
    }
    if (const auto* source = std::get_if<base::SharedSource>(&value)) {
        const ndb::DataTree tree = ndb.add_data(**source);
        require_size(**source, tree.size);
        return tree;
    }
    return std::get<ndb::DataTree>(value);
}

Hnid place_value(HeapWriter& heap, SubnodeWriter& subnodes, const StoredValue& value) {
    if (size_of(value) == 0) {
        return {};
    }
    const auto* bytes = std::get_if<base::Bytes>(&value);
    if (bytes != nullptr && bytes->size() <= kMaxHeapItemSize) {
        return Hnid::of(heap.add(*bytes));
    }
    return Hnid::of(subnodes.add_value(value));
}

}  // namespace mbx::pst::ltp
