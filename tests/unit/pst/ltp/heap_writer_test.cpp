#include "pst/ltp/heap_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "pst/ltp/bth_writer.hpp"

namespace mbx::pst::ltp {
namespace {

std::string hex(const base::Bytes& bytes) {
    return base::to_hex(bytes);
}
base::Bytes finished(HeapWriter& heap) {
    return base::read_all(*heap.finish(), 1U << 30);
}
std::uint16_t u16(const base::Bytes& bytes, std::size_t at) {
    return base::read_record<base::le16>(bytes, at);
}

// The ID map of an empty store that Outlook made: 34 bytes.
TEST(HeapWriter, WritesTheBytesOfOutlooksEmptyIdMap) {
    HeapWriter heap(HeapClient::IdMap);
    const HeapWriter::Item root = heap.reserve(4);
    BthWriter records(heap, 16, 4);
    records.finish();
    heap.write(root, 0, base::record_bytes(base::le32(records.header().value)));
    heap.set_user_root(root.hid);
    EXPECT_EQ(heap.size(), 34U);
    EXPECT_EQ(hex(finished(heap)),
              "1800ec9c2000000000000000"  // HNHDR
              "40000000"                  // item 1: HID of item 2
              "b510040000000000"          // item 2: BTHHEADER
              "020000000c0010001800");    // HNPAGEMAP
}

TEST(HeapWriter, PutsThePageMapAtTheNextEvenByte) {
    HeapWriter heap(HeapClient::Table);
    heap.add(base::Bytes(3));
    const base::Bytes bytes = finished(heap);
    EXPECT_EQ(u16(bytes, 0), 16U);       // ibHnpm: 12 + 3, rounded up
    EXPECT_EQ(u16(bytes, 16 + 6), 15U);  // last rgibAlloc: the true end
    EXPECT_EQ(bytes.size(), 16U + 4 + 4);
}

TEST(HeapWriter, FillsABlockToTheLastByteBeforeTheNext) {
    HeapWriter heap(HeapClient::Table);
    heap.add(base::Bytes(3580));
    // header 12, two items, page map 4 + 2 * 4 for three items
    const std::size_t rest = 8176 - 12 - 3580 - 12;
    heap.add(base::Bytes(3580));
    EXPECT_EQ(heap.add(base::Bytes(rest - 3580)), Hid::make(0, 3));
    EXPECT_EQ(heap.add(base::Bytes(1)), Hid::make(1, 1));
    const base::Bytes bytes = finished(heap);
    EXPECT_EQ(u16(bytes, 8176), 4U);       // second block: header 2, item 1, rounded up
    EXPECT_EQ(bytes[8], std::byte{0x0F});  // block 0 full, block 1 nearly empty
}

TEST(HeapWriter, HoldsNoMoreThan2047ItemsInABlock) {
    HeapWriter heap(HeapClient::Table);
    for (std::uint32_t i = 0; i < 2047; ++i) {
        ASSERT_EQ(heap.add(base::Bytes(1)), Hid::make(0, i + 1));
    }
    EXPECT_EQ(heap.add(base::Bytes(1)), Hid::make(1, 1));
}

TEST(HeapWriter, StartsEveryKindOfBlockWithItsHeader) {
    HeapWriter heap(HeapClient::Properties);
    for (std::size_t i = 0; i < 2 * 140; ++i) {  // two items fill a block
        heap.add(base::Bytes(3580, std::byte{0xAB}));
    }
    const base::Bytes bytes = finished(heap);
    ASSERT_EQ(bytes.size() / 8176, 139U);
    for (const auto& [block, header] : std::vector<std::pair<std::size_t, std::size_t>>{
             {0, 12}, {1, 2}, {7, 2}, {8, 66}, {9, 2}, {135, 2}, {136, 66}, {137, 2}, {139, 2}}) {
        const std::size_t start = block * 8176;
        EXPECT_EQ(u16(bytes, start + u16(bytes, start) + 4), header) << block;
    }
    // free in a plain block: 8176 - (2 + 7160 + 10) = 1004 → level 7; in a bitmap block 940 → 7
    EXPECT_EQ(bytes[8 * 8176 + 2], std::byte{0x77});
    EXPECT_EQ(bytes[136 * 8176 + 3], std::byte{0x77});
    EXPECT_EQ(bytes[136 * 8176 + 4], std::byte{0x00}) << "blocks that do not exist";
}

TEST(HeapWriter, ChangesItemsOfBlocksThatAreFullAlready) {
    HeapWriter heap(HeapClient::Table);
    const HeapWriter::Item first = heap.reserve(4);
    for (int i = 0; i < 5'000; ++i) {
        heap.add(base::Bytes(3'000));
    }
    heap.write(first, 1, base::Bytes{std::byte{0x11}, std::byte{0x22}});
    const std::uint64_t size = heap.size();
    const base::Bytes bytes = finished(heap);
    EXPECT_EQ(bytes.size(), size);
    EXPECT_EQ(hex({bytes.begin() + 12, bytes.begin() + 16}), "00112200");
}

}  // namespace
}  // namespace mbx::pst::ltp
