// A B-tree-on-heap, [MS-PST] 2.3.2: a heap whose user root is its header. The first byte says
// whether keys have 2 or 4 bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "pst/ltp/bth_reader.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/data_tree_view.hpp"
#include "pst_node.hpp"

namespace {

using namespace mbx;

/// Keys ascend, and a second pass gives as many records.
void walk(const pst::ndb::Node& node, std::size_t key_size) {
    const auto file = std::make_shared<pst::ndb::BlockFile>(fuzz::memory_file());
    const pst::ltp::HeapReader heap{pst::ndb::DataTreeView(file, node.data)};
    pst::ltp::BthReader bth(heap, heap.user_root(), key_size);
    const auto count = [&] {
        std::size_t records = 0;
        std::optional<std::uint32_t> last;
        while (const auto record = bth.next()) {
            if ((last && record->key <= *last) || record->data.size() != bth.data_size()) {
                std::abort();
            }
            last = record->key;
            ++records;
        }
        return records;
    };
    const std::size_t records = count();
    bth.rewind();
    if (count() != records) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const pst::ndb::Node node = fuzz::write_node(fuzz::view_of(data, size).subspan(1));
    try {
        walk(node, data[0] == '2' ? 2 : 4);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
