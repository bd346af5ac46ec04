// A property context, [MS-PST] 2.3.3, as the data of a node.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "pst/ltp/property_context_reader.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst_node.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    constexpr std::uint64_t kLimit = 1 << 20;
    if (size == 0) {
        return 0;
    }
    const pst::ndb::Node node = fuzz::write_node(fuzz::view_of(data, size));
    try {
        const auto file = std::make_shared<pst::ndb::BlockFile>(fuzz::memory_file());
        const pst::ltp::PropertyContextReader reader(file, node.data, node.sub);
        for (const pst::ltp::PropertyRecord& record : reader.records()) {
            if (reader.size(record) <= kLimit) {
                reader.bytes(record, kLimit);
            }
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
