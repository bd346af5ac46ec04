#include "pst/ltp/heap_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <span>

#include "base/error.hpp"

namespace mbx::pst::ltp {
namespace {

std::size_t page_map_size(std::size_t items) noexcept {
    return sizeof(HNPAGEMAP) + sizeof(base::le16) * (items + 1);
}

/// SCANPST wants the page map at the next even byte, no further.
std::size_t page_map_start(std::size_t items_end) noexcept {
    return (items_end + 1) / 2 * 2;
}

/// Two levels a byte, the low nibble first.
void set_nibble(std::span<std::uint8_t> levels, std::size_t index, std::uint8_t level) noexcept {
    levels[index / 2] = static_cast<std::uint8_t>(levels[index / 2] | level << (index % 2 * 4));
}

}  // namespace

HeapWriter::HeapWriter(HeapClient client) : client_(client) {
    block_.reserve(kBlockDataSize);
    begin_block();
}

Hid HeapWriter::add(base::ByteView bytes) {
    return place(bytes, bytes.size()).hid;
}

HeapWriter::Item HeapWriter::reserve(std::size_t size) {
    return place({}, size);
}

HeapWriter::Item HeapWriter::place(base::ByteView bytes, std::size_t size) {
    assert(size >= 1 && size <= kMaxHeapItemSize && bytes.size() <= size);
    const auto fits = [&] {
        return item_starts_.size() < kMaxHeapItemsPerBlock &&
               page_map_start(block_.size() + size) + page_map_size(item_starts_.size() + 1) <=
                   kBlockDataSize;
    };
    if (!fits()) {
        end_block();
        begin_block();
    }
    const std::size_t block = fill_levels_.size();
    const std::size_t start = block_.size();
    item_starts_.push_back(static_cast<std::uint16_t>(start));
    base::append(block_, bytes);
    block_.resize(start + size);
    return {Hid::make(static_cast<std::uint32_t>(block),
                      static_cast<std::uint32_t>(item_starts_.size())),
            block * kBlockDataSize + start, size};
}

void HeapWriter::write(const Item& item, std::size_t offset, base::ByteView bytes) {
    assert(offset + bytes.size() <= item.size);
    const std::uint64_t spooled = full_blocks_.size();
    if (item.offset < spooled) {
        full_blocks_.write_at(item.offset + offset, bytes);
    } else if (!bytes.empty()) {
        std::memcpy(block_.data() + (item.offset - spooled) + offset, bytes.data(), bytes.size());
    }
}

std::uint64_t HeapWriter::size() const noexcept {
    return full_blocks_.size() + page_map_start(block_.size()) + page_map_size(item_starts_.size());
}

void HeapWriter::begin_block() {
    const std::size_t block = fill_levels_.size();
    if (block == kMaxHeapBlocks) {
        throw Error(ErrorCode::BadData, "more data than the heap of one node can hold");
    }
    block_.assign(heap_header_size(block), std::byte{0});
    item_starts_.clear();
}

std::uint8_t HeapWriter::close_items() {
    const auto items_end = static_cast<std::uint16_t>(block_.size());
    block_.resize(page_map_start(block_.size()));
    const base::le16 map_start = static_cast<std::uint16_t>(block_.size());
    std::memcpy(block_.data(), &map_start, sizeof map_start);  // ibHnpm starts every kind of header

    HNPAGEMAP map{};
    map.cAlloc = static_cast<std::uint16_t>(item_starts_.size());
    base::append(block_, base::record_bytes(map));
    for (const std::uint16_t start : item_starts_) {
        base::append_le(block_, start);
    }
    base::append_le(block_, items_end);
    return fill_level(kBlockDataSize - block_.size());
}

void HeapWriter::end_block() {
    const std::uint8_t level = close_items();
    block_.resize(kBlockDataSize);
    full_blocks_.write(block_);
    fill_levels_.push_back(level);
}

// Headers tell of blocks that come later, so all of them are completed at the end.
void HeapWriter::store_fill_levels() {
    HNHDR first{};
    std::array<std::byte, sizeof(base::le16)> map_start{};
    full_blocks_.read_at(0, map_start);
    first.ibHnpm = base::read_record<base::le16>(map_start);
    first.bSig = kHeapSignature;
    first.bClientSig = static_cast<std::uint8_t>(client_);
    first.hidUserRoot = user_root_.value;
    const std::size_t count = fill_levels_.size();
    for (std::size_t i = 0; i < std::min(count, kBlocksInFirstFillLevels); ++i) {
        set_nibble(first.rgbFillLevel, i, fill_levels_[i]);
    }
    full_blocks_.write_at(0, base::record_bytes(first));

    for (std::size_t block = kBlocksInFirstFillLevels; block < count;
         block += kBlocksPerBitmapHeader) {
        decltype(HNBITMAPHDR::rgbFillLevel) levels{};
        for (std::size_t i = 0; i < std::min(count - block, kBlocksPerBitmapHeader); ++i) {
            set_nibble(levels, i, fill_levels_[block + i]);
        }
        full_blocks_.write_at(block * kBlockDataSize + offsetof(HNBITMAPHDR, rgbFillLevel),
                              std::as_bytes(std::span(levels)));
    }
}

base::SharedSource HeapWriter::finish() {
    const std::uint8_t level = close_items();
    full_blocks_.write(block_);
    fill_levels_.push_back(level);
    store_fill_levels();
    return full_blocks_.take();
}

}  // namespace mbx::pst::ltp
