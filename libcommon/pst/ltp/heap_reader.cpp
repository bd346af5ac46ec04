#include "pst/ltp/heap_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst::ltp {
namespace {

constexpr std::size_t kKeptBlocks = 32;

template <typename... Args>
[[noreturn]] void bad(fmt::format_string<Args...> text, Args&&... args) {
    throw Error(ErrorCode::BadData, fmt::format(text, std::forward<Args>(args)...));
}

/// The item's bytes; index from 1.
base::ByteView find_item(base::ByteView block, std::size_t header_size, std::size_t index) {
    if (block.size() < sizeof(HNPAGEHDR)) {
        bad("a block of {} bytes has no heap header", block.size());
    }
    const std::size_t map_at = base::read_record<HNPAGEHDR>(block).ibHnpm;
    if (map_at < header_size || map_at > block.size() ||
        block.size() - map_at < sizeof(HNPAGEMAP) + sizeof(base::le16)) {
        bad("ibHnpm is {} in a block of {} bytes", map_at, block.size());
    }
    const std::size_t count = base::read_record<HNPAGEMAP>(block, map_at).cAlloc;
    const std::size_t starts_at = map_at + sizeof(HNPAGEMAP);
    if (index < 1 || index > count || (index + 1) * sizeof(base::le16) > block.size() - starts_at) {
        bad("item {} of {}", index, count);
    }
    const auto place = [&](std::size_t i) -> std::size_t {
        return base::read_record<base::le16>(block, starts_at + i * sizeof(base::le16));
    };
    const std::size_t begin = place(index - 1);
    const std::size_t end = place(index);
    if (begin < header_size || begin > end || end > map_at) {
        bad("item {} lies at {} to {}, outside {} to {}", index, begin, end, header_size, map_at);
    }
    return block.subspan(begin, end - begin);
}

}  // namespace

HeapReader::HeapReader(ndb::DataTreeView data) : data_(std::move(data)), blocks_(kKeptBlocks) {
    if (data_.block_count() == 0) {
        bad("a heap without data");
    }
    const auto first = block(0);
    if (first->size() < sizeof(HNHDR)) {
        bad("{} bytes are too few for a heap", first->size());
    }
    header_ = base::read_record<HNHDR>(*first);
    if (header_.bSig != kHeapSignature) {
        bad("bSig of the heap is 0x{:02x}, expected 0x{:02x}", header_.bSig, kHeapSignature);
    }
}

ndb::BlockFile::SharedBlock HeapReader::block(std::size_t index) const {
    if (auto kept = blocks_.find(index)) {
        return kept;
    }
    auto result = data_.block(index);
    blocks_.put(index, result);
    return result;
}

HeapItem HeapReader::item(Hid hid) const {
    if ((hid.value & 0x1FU) != 0 || hid.block() >= data_.block_count()) {
        bad("HID 0x{:08x} is not in the heap of {} blocks", hid.value, data_.block_count());
    }
    HeapItem item;
    item.block = block(hid.block());
    try {
        item.bytes = find_item(*item.block, heap_header_size(hid.block()), hid.index());
    } catch (Error& error) {
        error.with_place(fmt::format("HID 0x{:08x}", hid.value));
        throw;
    }
    return item;
}

}  // namespace mbx::pst::ltp
