#include "pst/ndb/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "temporary_folder.hpp"
#include "unit/pst/ndb/raw_pst.hpp"
#include "unit/pst/pst_helpers.hpp"

namespace mbx::pst::ndb {
namespace {

using test::filler;
using test::RawPst;
using testing::IsEmpty;

class NdbWriterTest : public testing::Test {
  protected:
    std::string contents() const { return base::read_file(path_, std::uint64_t{1} << 30); }

    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "test.pst";
};

TEST_F(NdbWriterTest, WritesAnEmptyFileOfOneSection) {
    NdbWriter writer(path_, {});
    writer.finish(1);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_EQ(pst.size(), 271'360U);
}

TEST_F(NdbWriterTest, IsCheckedByAnEyeThatSeesDamage) {
    {
        NdbWriter writer(path_, {});
        writer.add_node(kNidMessageStore, writer.add_data(filler(1000)).bid, {}, kNidNone);
        writer.finish(1);
    }
    const std::string good = contents();
    // cbAMapFree, rgbFM, the reserved area, DList, AMap, a block.
    for (const std::size_t at : std::vector<std::size_t>{200, 260, 600, 0x4205, 0x4408, 0x4800}) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        base::replace_file(path_, base::as_bytes(bad));
        EXPECT_FALSE(RawPst(path_).problems().empty()) << at;
    }
}

class NodeLadder : public NdbWriterTest, public testing::WithParamInterface<std::uint32_t> {};

TEST_P(NodeLadder, AllNodesAndBlocksAreThere) {
    NdbWriter writer(path_, {});
    for (std::uint32_t i = 0; i < GetParam(); ++i) {
        const DataTree data = writer.add_data(filler(i % 3000 + 1, i));
        writer.add_node(writer.allocate(NidType::NormalMessage), data.bid, {}, kNidRootFolder);
    }
    writer.finish(7);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_EQ(pst.nodes().size(), GetParam());
    EXPECT_EQ(pst.blocks().size(), GetParam());
    EXPECT_EQ(pst.u32(40), 7U);  // dwUnique
    EXPECT_EQ(pst.u32(44 + 4 * 4), 0x10000 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Counts, NodeLadder,
                         testing::Values(1, 15, 16, 20, 21, 225, 226, 241, 300, 301, 400, 401,
                                         5000));

class ValueLadder : public NdbWriterTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(ValueLadder, IsOneTreeWithTheRightNumberOfBlocks) {
    const std::size_t size = GetParam();
    NdbWriter writer(path_, {});
    const DataTree tree = writer.add_data(filler(size));
    EXPECT_EQ(tree.size, size);
    writer.add_node(writer.allocate(NidType::NormalMessage), tree.bid, {}, kNidRootFolder);
    writer.finish(1);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    const std::size_t leaves = (size + 8175) / 8176;
    const std::size_t x_blocks = leaves > 1 ? (leaves + 1020) / 1021 : 0;
    EXPECT_EQ(pst.blocks().size(), leaves + x_blocks + (x_blocks > 1 ? 1 : 0));
    EXPECT_EQ(tree.bid.is_none(), size == 0);
    EXPECT_EQ(tree.bid.is_internal(), size > 8176);
}

INSTANTIATE_TEST_SUITE_P(Sizes, ValueLadder,
                         testing::Values(0, 1, 48, 49, 8176, 8177, 16'352, 16'353, 8'347'696,
                                         8'347'697, 17'000'000));

class SubnodeLadder : public NdbWriterTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(SubnodeLadder, IsOneSortedTree) {
    NdbWriter writer(path_, {});
    std::vector<SubnodeEntry> entries;
    const DataTree shared = writer.add_data(filler(100));
    for (std::size_t i = 0; i < GetParam(); ++i) {
        entries.push_back({writer.allocate(NidType::Attachment), shared.bid, {}});
    }
    std::reverse(entries.begin(), entries.end());
    const Bid sub = writer.add_subnodes(entries);
    writer.add_node(Nid{0x200024}, shared.bid, sub, kNidRootFolder);
    writer.finish(1);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    const std::size_t sl_blocks = (GetParam() + 339) / 340;
    EXPECT_EQ(pst.blocks().size(), 1 + sl_blocks + (sl_blocks > 1 ? 1 : 0));
    EXPECT_EQ(pst.blocks().at(shared.bid.value).cref, GetParam() + 2);
    EXPECT_EQ(pst.u32(44 + 4 * 5), 0x400 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Counts, SubnodeLadder, testing::Values(0, 1, 340, 341, 1000));

TEST_F(NdbWriterTest, RefusesASubnodeThatOccursTwice) {
    NdbWriter writer(path_, {});
    const std::vector<SubnodeEntry> twice{{Nid{0x8025}, {}, {}}, {Nid{0x8025}, {}, {}}};
    EXPECT_THROW(writer.add_subnodes(twice), Error);
}

TEST_F(NdbWriterTest, RefusesMoreSubnodesThanTwoLevelsHold) {
    NdbWriter writer(path_, {});
    std::vector<SubnodeEntry> entries;
    for (std::size_t i = 0; i < 173'401; ++i) {
        entries.push_back({writer.allocate(NidType::Attachment), {}, {}});
    }
    try {
        writer.add_subnodes(entries);
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
    }
}

TEST_F(NdbWriterTest, SortsNodesThatComeInAnyOrder) {
    NdbWriter writer(path_, {});
    for (const std::uint32_t nid : {0x200044U, 0x21U, 0x200024U, 0x8022U, 0x200064U, 0x122U}) {
        writer.add_node(Nid{nid}, {}, {}, kNidNone);
    }
    writer.finish(1);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_EQ(pst.nodes().size(), 6U);
    EXPECT_EQ(pst.u32(44 + 4 * 4), 0x10003U);  // of messages
    EXPECT_EQ(pst.u32(44 + 4 * 2), 0x401U);    // of folders
    EXPECT_EQ(pst.u32(44 + 4 * 1), 0x400U);    // internal nodes are not counted
}

TEST_F(NdbWriterTest, RefusesANodeThatOccursTwice) {
    NdbWriter writer(path_, {});
    writer.add_node(kNidMessageStore, {}, {}, kNidNone);
    writer.add_node(kNidMessageStore, {}, {}, kNidNone);
    EXPECT_THROW(writer.finish(1), Error);
}

TEST_F(NdbWriterTest, RefusesABlockWithoutOwner) {
    NdbWriter writer(path_, {});
    writer.add_data(filler(10));
    try {
        writer.finish(1);
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Internal);
        EXPECT_EQ(error.text(), "block 0x0000000000000004 has no owner");
    }
}

TEST_F(NdbWriterTest, IsNoPstBeforeFinish) {
    {
        NdbWriter writer(path_, {});
        for (std::uint32_t i = 0; i < 200; ++i) {
            writer.add_node(writer.allocate(NidType::NormalMessage),
                            writer.add_data(filler(8000, i)).bid, {}, kNidNone);
        }
        EXPECT_GT(base::File::open_read(path_).size(), 0U);
    }
    EXPECT_NE(contents().substr(0, 4), "!BDN");
}

TEST_F(NdbWriterTest, GivesTheSameBytesForTheSameCalls) {
    const auto write = [&] {
        NdbWriter writer(path_, {.crypt = CryptMethod::Cyclic});
        for (std::uint32_t i = 0; i < 500; ++i) {
            writer.add_node(writer.allocate(NidType::NormalMessage),
                            writer.add_data(filler(i * 37 + 1, i)).bid, {}, kNidNone);
        }
        writer.finish(1);
        return contents();
    };
    EXPECT_EQ(write(), write());
}

TEST_F(NdbWriterTest, LeavesNoTraceOfWhatWasRolledBack) {
    const auto write = [&](bool with_failures) {
        NdbWriter writer(path_, {});
        const DataTree shared = writer.add_data(filler(33));
        writer.add_node(kNidMessageStore, shared.bid, {}, kNidNone);
        writer.checkpoint();
        for (std::uint32_t i = 0; i < 300; ++i) {
            if (with_failures && i % 7 == 0) {
                // Enough to leave sections behind, with an owner that goes away again.
                const DataTree lost = writer.add_data(filler(i % 2 == 0 ? 1'500'000 : 500, i));
                const std::vector<SubnodeEntry> parts{
                    {writer.allocate(NidType::Attachment), shared.bid, {}}};
                const Bid sub = writer.add_subnodes(parts);
                writer.add_node(writer.allocate(NidType::NormalMessage), lost.bid, sub, kNidNone);
                writer.add_node(writer.allocate(NidType::NormalFolder), shared.bid, {}, kNidNone);
                writer.add_data(filler(20'000));
                writer.roll_back();
            }
            const DataTree kept = writer.add_data(filler(i * 53 + 1, i));
            const std::vector<SubnodeEntry> parts{
                {writer.allocate(NidType::Attachment), shared.bid, {}}};
            writer.add_node(writer.allocate(NidType::NormalMessage), kept.bid,
                            writer.add_subnodes(parts), kNidNone);
            writer.checkpoint();
        }
        writer.finish(1);
    };
    write(true);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_EQ(pst.nodes().size(), 301U);
    EXPECT_EQ(
        pst.blocks().size(), 1 + 300 + 300 + [] {
            std::size_t index_blocks = 0;
            std::size_t more_leaves = 0;
            for (std::uint32_t i = 0; i < 300; ++i) {
                const std::size_t leaves = (i * 53 + 1 + 8175) / 8176;
                more_leaves += leaves - 1;
                index_blocks += leaves > 1 ? 1 : 0;
            }
            return index_blocks + more_leaves;
        }());
    EXPECT_EQ(pst.u32(44 + 4 * 5), 0x400U + 300);
    EXPECT_EQ(pst.u32(44 + 4 * 2), 0x400U);
}

TEST_F(NdbWriterTest, NeverGrowsBeyondTheLimitAndSaysSo) {
    constexpr std::uint64_t kLimit = 5'000'000;
    NdbWriter writer(path_, {.max_file_size = kLimit});
    try {
        for (std::uint32_t i = 0;; ++i) {
            writer.add_node(writer.allocate(NidType::NormalMessage),
                            writer.add_data(filler(5000, i)).bid, {}, kNidNone);
            ASSERT_LT(writer.size_so_far(), kLimit);
        }
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
        EXPECT_FALSE(error.hint().empty());
        EXPECT_GT(writer.size_so_far(), kLimit * 3 / 4);
    }
    writer.finish(1);  // room for the trees was kept
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_LE(pst.size(), kLimit);
}

TEST_F(NdbWriterTest, FillsTheTailsOfSectionsWithSmallBlocks) {
    NdbWriter writer(path_, {});
    for (std::uint32_t i = 0; i < 200; ++i) {
        const DataTree large = writer.add_data(filler(100'000, i));
        const DataTree small = writer.add_data(filler(3000, i));
        writer.add_node(writer.allocate(NidType::NormalMessage), large.bid, {}, kNidNone);
        writer.add_node(writer.allocate(NidType::NormalMessage), small.bid, {}, kNidNone);
    }
    writer.finish(1);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_LT(pst.u64(200), 600'000U);  // cbAMapFree; 85 sections of data
}

class LargeFile : public NdbWriterTest, public testing::WithParamInterface<std::uint64_t> {};

// The maps of a file whose first sections are free: the places of FMap and FPMap pages, and offsets
// above 2 and 4 GiB, without the disk space.
TEST_P(LargeFile, HasItsMapsWhereTheyBelong) {
    NdbWriter writer(path_, {.skip_sections = GetParam()});
    for (std::uint32_t i = 0; i < 400; ++i) {
        writer.add_node(writer.allocate(NidType::NormalMessage),
                        writer.add_data(filler(i * 20 + 1, i)).bid, {}, kNidNone);
    }
    writer.finish(1);
    RawPst pst(path_);
    EXPECT_THAT(pst.problems(), IsEmpty());
    EXPECT_GE(pst.size(), 0x4400 + GetParam() * 0x3E000);
}

INSTANTIATE_TEST_SUITE_P(Sections, LargeFile, testing::Values(126, 127, 128, 624, 8191, 16912));

}  // namespace
}  // namespace mbx::pst::ndb
