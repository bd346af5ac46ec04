// Heap, BTH, property context and table context of a PST, as the data of a node in a file that is
// sound otherwise. The first byte says which; the bytes are subnode 0x1F's data as well.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pst/ltp/property_context_reader.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/writer.hpp"

namespace {

using namespace mbx;
using namespace mbx::pst;

constexpr std::uint64_t kLimit = 1 << 20;

/// A file without a name or a disk.
const std::string& memory_file() {
    static const std::string path = [] {
        const int fd = ::memfd_create("fuzz.pst", 0);
        if (fd < 0) {
            std::abort();
        }
        return "/proc/self/fd/" + std::to_string(fd);
    }();
    return path;
}

ndb::Node write_node(base::ByteView bytes) {
    ndb::NdbWriter writer(memory_file(), {.crypt = ndb::CryptMethod::Permute});
    const ndb::DataTree tree = writer.add_data(bytes);
    const std::vector<ndb::SubnodeEntry> subnodes{{ndb::Nid{0x1F}, tree.bid, {}}};
    const ndb::Node node{ndb::kNidMessageStore, tree.bid, writer.add_subnodes(subnodes), {}};
    writer.add_node(node.nid, node.data, node.sub, ndb::kNidNone);
    writer.finish(1);
    return node;
}

void read_properties(const ndb::SharedBlockFile& file, const ndb::Node& node) {
    const ltp::PropertyContextReader reader(file, node.data, node.sub);
    for (const ltp::PropertyRecord& record : reader.records()) {
        if (reader.size(record) <= kLimit) {
            reader.bytes(record, kLimit);
        }
    }
}

void read_table(const ndb::SharedBlockFile& file, const ndb::Node& node) {
    ltp::TableReader reader(file, node.data, node.sub);
    while (const auto id = reader.next_row()) {
        const ltp::TableRow row = reader.row(id->index);
        for (const ltp::Column& column : reader.columns()) {
            if (row.has(column) && reader.size(row, column) <= kLimit) {
                reader.bytes(row, column, kLimit);
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const ndb::Node node = write_node(std::as_bytes(std::span(data, size)).subspan(1));
    try {
        const auto file = std::make_shared<ndb::BlockFile>(memory_file());
        if (data[0] == 't') {
            read_table(file, node);
        } else {
            read_properties(file, node);
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
