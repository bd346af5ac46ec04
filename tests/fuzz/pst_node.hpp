// Bytes as the data of a node in a PST that is sound otherwise, in a file without a name or a disk.
// The bytes are subnode 0x1F's data as well.
#pragma once

#include <sys/mman.h>

#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "pst/ndb/bt_page.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::fuzz {

inline const std::string& memory_file() {
    static const std::string path = [] {
        const int fd = ::memfd_create("fuzz.pst", 0);
        if (fd < 0) {
            std::abort();
        }
        return "/proc/self/fd/" + std::to_string(fd);
    }();
    return path;
}

/// Writes the file anew; the node is the message store.
inline pst::ndb::Node write_node(base::ByteView bytes) {
    pst::ndb::NdbWriter writer(memory_file(), {.crypt = pst::ndb::CryptMethod::Permute});
    const pst::ndb::DataTree tree = writer.add_data(bytes);
    const std::vector<pst::ndb::SubnodeEntry> subnodes{{pst::ndb::Nid{0x1F}, tree.bid, {}}};
    const pst::ndb::Node node{
        pst::ndb::kNidMessageStore, tree.bid, writer.add_subnodes(subnodes), {}};
    writer.add_node(node.nid, node.data, node.sub, pst::ndb::kNidNone);
    writer.finish(1);
    return node;
}

inline base::ByteView view_of(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span(data, size));
}

}  // namespace mbx::fuzz
