// A heap-on-node, [MS-PST] 2.3.1, as the data of a node. The first bytes are identifiers of items
// to be asked for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ltp/heap_reader.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/data_tree_view.hpp"
#include "pst_node.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    constexpr std::size_t kAsked = 4 * sizeof(base::le32);
    if (size <= kAsked) {
        return 0;
    }
    const base::ByteView input = fuzz::view_of(data, size);
    const pst::ndb::Node node = fuzz::write_node(input.subspan(kAsked));
    const auto file = std::make_shared<pst::ndb::BlockFile>(fuzz::memory_file());
    const auto ask = [&](const pst::ltp::HeapReader& heap, pst::ltp::Hid hid) {
        try {
            const pst::ltp::HeapItem item = heap.item(hid);
            // Touches each byte, for the sanitizer.
            static_cast<void>(std::ranges::count(item.bytes, std::byte{0}));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                std::abort();
            }
        }
    };
    try {
        const pst::ltp::HeapReader heap{pst::ndb::DataTreeView(file, node.data)};
        ask(heap, heap.user_root());
        for (std::size_t at = 0; at < kAsked; at += sizeof(base::le32)) {
            ask(heap, pst::ltp::Hid{base::read_record<base::le32>(input, at)});
        }
        for (std::uint32_t index = 1; index < 64; ++index) {
            ask(heap, pst::ltp::Hid::make(0, index));
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
