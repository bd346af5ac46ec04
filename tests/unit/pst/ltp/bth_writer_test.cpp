#include "pst/ltp/bth_writer.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst::ltp {
namespace {

struct Written {
    BTHHEADER header;
    base::Bytes heap;

    std::size_t item_start(std::uint32_t hid) const {
        const std::size_t block = (hid >> 16) * kBlockDataSize;
        const std::size_t map = block + base::read_record<base::le16>(heap, block);
        return block + base::read_record<base::le16>(heap, map + 4 + 2 * ((hid >> 5 & 0x7FF) - 1U));
    }
};

/// Records 3, 6, 9, ... with their number as data.
Written write(std::size_t count) {
    HeapWriter heap(HeapClient::Table);
    BthWriter tree(heap, 4, 4);
    tree.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        TCROWID record{};
        record.dwRowID = 3 * (i + 1);
        record.dwRowIndex = i;
        tree.add(base::record_bytes(record));
    }
    tree.finish();
    Written written;
    written.heap = base::read_all(*heap.finish(), 1U << 30);
    written.header = base::read_record<BTHHEADER>(written.heap, sizeof(HNHDR));
    return written;
}

TEST(BthWriter, GivesAnEmptyTreeNoRoot) {
    const Written tree = write(0);
    EXPECT_EQ(tree.header.hidRoot, 0U);
    EXPECT_EQ(tree.header.bIdxLevels, 0);
}

TEST(BthWriter, KeepsRecordsInOneItemAsLongAsTheyFit) {
    const Written tree = write(447);  // 3,576 bytes
    EXPECT_EQ(tree.header.bIdxLevels, 0);
    EXPECT_EQ(tree.header.hidRoot, 0x40U) << "right behind the header";
}

TEST(BthWriter, MakesAnIndexWhoseKeysAreTheFirstBelow) {
    const Written tree = write(448);
    EXPECT_EQ(tree.header.bIdxLevels, 1);
    const std::size_t index = tree.item_start(tree.header.hidRoot);
    for (std::uint32_t i = 0; i < 2; ++i) {
        const auto key = base::read_record<base::le32>(tree.heap, index + 8 * i);
        const auto below = base::read_record<base::le32>(tree.heap, index + 8 * i + 4);
        EXPECT_EQ(key, 3 * (447 * i + 1));
        EXPECT_EQ(base::read_record<base::le32>(tree.heap, tree.item_start(below)), key);
    }
}

TEST(BthWriter, StacksIndexLevels) {
    EXPECT_EQ(write(447 * 447).header.bIdxLevels, 1);
    EXPECT_EQ(write(447 * 447 + 1).header.bIdxLevels, 2);
}

TEST(BthWriter, NoticesRecordsThatWereNotReserved) {
    HeapWriter heap(HeapClient::Table);
    BthWriter tree(heap, 4, 4);
    tree.reserve(2);
    tree.add(base::Bytes(8));
    EXPECT_THROW(tree.finish(), Error);
    tree.add(base::Bytes(8, std::byte{1}));
    EXPECT_THROW(tree.add(base::Bytes(8, std::byte{2})), Error);
}

}  // namespace
}  // namespace mbx::pst::ltp
