// A table context, [MS-PST] 2.3.4, as the data of a node.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst_node.hpp"

namespace {

using namespace mbx;

void read_table(const pst::ndb::Node& node) {
    constexpr std::uint64_t kLimit = 1 << 20;
    const auto file = std::make_shared<pst::ndb::BlockFile>(fuzz::memory_file());
    pst::ltp::TableReader reader(file, node.data, node.sub);
    while (const auto id = reader.next_row()) {
        const pst::ltp::TableRow row = reader.row(id->index);
        for (const pst::ltp::Column& column : reader.columns()) {
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
    const pst::ndb::Node node = fuzz::write_node(fuzz::view_of(data, size));
    try {
        read_table(node);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
