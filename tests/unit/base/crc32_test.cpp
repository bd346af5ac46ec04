#include "base/crc32.hpp"

#include <gtest/gtest.h>

namespace mbx::base {
namespace {

TEST(PstCrc32, GivesTheKnownValueForTest) {
    EXPECT_EQ(pst_crc32(as_bytes("test")), 0xF93BA110U);
}

TEST(PstCrc32, OfNothingIsZero) {
    EXPECT_EQ(pst_crc32({}), 0U);
}

TEST(PstCrc32, CanBeContinued) {
    EXPECT_EQ(pst_crc32(as_bytes("st"), pst_crc32(as_bytes("te"))), pst_crc32(as_bytes("test")));
}

}  // namespace
}  // namespace mbx::base
