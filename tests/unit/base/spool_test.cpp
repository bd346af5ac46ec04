#include "base/spool.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mbx::base {
namespace {

std::string text_at(const Spool& spool, std::uint64_t offset, std::size_t size) {
    Bytes buffer(size);
    buffer.resize(spool.read_at(offset, buffer));
    return std::string(as_text(buffer));
}

class SpoolTest : public testing::TestWithParam<std::size_t> {};

TEST_P(SpoolTest, GivesBackWhatWasWrittenAndOverwritten) {
    Spool spool(GetParam());
    spool.write(as_bytes("hello "));
    spool.write(as_bytes("world"));
    EXPECT_EQ(text_at(spool, 4, 4), "o wo");
    spool.write_at(0, as_bytes("J"));
    spool.write(as_bytes("!"));
    EXPECT_EQ(spool.size(), 12U);
    const SharedSource source = spool.take();
    EXPECT_EQ(read_all_text(*source, 100), "Jello world!");
    EXPECT_EQ(spool.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(InMemoryAndInAFile, SpoolTest,
                         testing::Values(std::size_t{100}, std::size_t{3}));

}  // namespace
}  // namespace mbx::base
