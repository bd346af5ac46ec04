#include "pst/ndb/layout.hpp"

#include <gtest/gtest.h>

#include "pst/ndb/seal.hpp"

namespace mbx::pst::ndb {
namespace {

TEST(Layout, PutsTheFirstMapPagesWhereOutlookHasThem) {
    EXPECT_EQ(section_offset(0), 0x4400U);
    EXPECT_EQ(file_size(1), 271'360U);
    EXPECT_TRUE(has_pmap(0) && !has_pmap(1) && has_pmap(8));
    EXPECT_TRUE(!has_fmap(0) && !has_fmap(127) && has_fmap(128) && has_fmap(624));
    EXPECT_EQ(section_offset(128) + kFMapInSection, 0x1F04800U);
    EXPECT_TRUE(!has_fpmap(8191) && has_fpmap(8192) && has_fpmap(8192 + 31'744));
    EXPECT_EQ(section_offset(8192) + kFPMapInSection, 0x7C004800U);
}

TEST(Layout, NeverPutsFMapAndFPMapIntoOneSectionAndAlwaysBehindAPMap) {
    for (std::uint64_t section = 0; section < 300'000; ++section) {
        ASSERT_FALSE(has_fmap(section) && has_fpmap(section)) << section;
        ASSERT_TRUE(has_pmap(section) || !(has_fmap(section) || has_fpmap(section))) << section;
    }
}

TEST(Layout, RoundsBlocksUpToSlots) {
    EXPECT_EQ(block_size(1, 16), 64U);
    EXPECT_EQ(block_size(48, 16), 64U);
    EXPECT_EQ(block_size(49, 16), 128U);
    EXPECT_EQ(block_size(8176, 16), 8192U);
}

TEST(Signature, FoldsTheLowHalvesOfOffsetAndBid) {
    EXPECT_EQ(signature(Ib{0x5A00}, Bid{0x204}), 0x5804);
    EXPECT_EQ(signature(Ib{0x1'0001'0000}, Bid{0x7'0000'0004}), 0x0005);
    EXPECT_EQ(page_signature(PageType::AMap, {Bid{0x4400}, Ib{0x4400}}), 0);
    EXPECT_EQ(page_signature(PageType::Nbt, {Bid{0x10}, Ib{0x4800}}), 0x4810);
}

}  // namespace
}  // namespace mbx::pst::ndb
