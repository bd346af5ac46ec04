#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/data_tree_view.hpp"
#include "pst/ndb/subnode_view.hpp"
#include "pst/ndb/writer.hpp"
#include "support/shared_corpus.hpp"
#include "temporary_folder.hpp"
#include "unit/pst/ndb/raw_pst.hpp"
#include "unit/pst/pst_helpers.hpp"

namespace mbx::pst::ndb {
namespace {

using test::damage;
using test::filler;
using testing::HasSubstr;

class ReaderTest : public testing::Test {
  protected:
    SharedBlockFile open() const { return std::make_shared<BlockFile>(path_); }
    std::string contents() const { return base::read_file(path_, std::uint64_t{1} << 30); }
    void write(const std::string& bytes) const { base::replace_file(path_, base::as_bytes(bytes)); }
    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "test.pst";
};

// ---- what the writer makes

class RoundTrip : public ReaderTest, public testing::WithParamInterface<CryptMethod> {};

TEST_P(RoundTrip, GivesBackEveryNodeAndItsData) {
    constexpr std::uint32_t kCount = 5000;
    {
        NdbWriter writer(path_, {.crypt = GetParam()});
        for (std::uint32_t i = 0; i < kCount; ++i) {
            const Nid nid = writer.allocate(NidType::NormalMessage);
            writer.add_node(nid, writer.add_data(filler(i % 500, i)).bid, {}, kNidIpmSubtree);
        }
        writer.finish(1);
    }
    const SharedBlockFile file = open();
    EXPECT_EQ(file->header().crypt, GetParam());
    std::uint32_t count = 0;
    for (auto node = file->first_node_from(Nid{0}); node;
         node = file->first_node_from(Nid{node->nid.value + 1})) {
        ASSERT_EQ(node->nid, Nid::make(NidType::NormalMessage, 0x10001 + count));
        ASSERT_EQ(node->parent, kNidIpmSubtree);
        ASSERT_EQ(base::read_all(*data_source(file, node->data), 1 << 20),
                  filler(count % 500, count));
        ++count;
    }
    EXPECT_EQ(count, kCount);
    EXPECT_FALSE(file->find_node(kNidRootFolder));
    EXPECT_FALSE(file->find_block(Bid{0x7FFFFFF0}));
}

INSTANTIATE_TEST_SUITE_P(Encodings, RoundTrip,
                         testing::Values(CryptMethod::None, CryptMethod::Permute,
                                         CryptMethod::Cyclic));

class DataTreeLadder : public ReaderTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(DataTreeLadder, IsReadWholeAndFromAnyOffset) {
    const base::Bytes value = filler(GetParam(), 5);
    {
        NdbWriter writer(path_, {});
        writer.add_node(kNidMessageStore, writer.add_data(value).bid, {}, kNidNone);
        writer.finish(1);
    }
    const SharedBlockFile file = open();
    const Bid bid = file->find_node(kNidMessageStore)->data;
    const base::SharedSource source = data_source(file, bid);
    EXPECT_EQ(source->size(), value.size());
    EXPECT_TRUE(base::read_all(*source, 1 << 30) == value);
    for (const std::size_t offset :
         {std::size_t{0}, std::size_t{1}, std::size_t{8175}, std::size_t{8176}, std::size_t{8177},
          value.size() / 2, value.size(), value.size() + 10}) {
        base::Bytes some(10'000);
        some.resize(source->open_at(offset)->read(some));
        const base::Bytes expected(
            value.begin() + static_cast<std::ptrdiff_t>(std::min(offset, value.size())),
            value.begin() + static_cast<std::ptrdiff_t>(std::min(offset + 10'000, value.size())));
        EXPECT_TRUE(some == expected) << offset;
    }
    EXPECT_EQ(DataTreeView(file, bid).block_count(), (value.size() + 8175) / 8176);
}

INSTANTIATE_TEST_SUITE_P(Sizes, DataTreeLadder,
                         testing::Values(0, 1, 8176, 8177, 8'347'696, 8'347'697, 9'000'000));

class SubnodeViewLadder : public ReaderTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(SubnodeViewLadder, IsReadAsAWholeAndOneByOne) {
    std::vector<Nid> nids;
    {
        NdbWriter writer(path_, {});
        std::vector<SubnodeEntry> entries;
        for (std::size_t i = 0; i < GetParam(); ++i) {
            nids.push_back(writer.allocate(NidType::Attachment));
            entries.push_back({nids.back(), writer.add_data(filler(8, nids.back().value)).bid, {}});
        }
        writer.add_node(kNidMessageStore, {}, writer.add_subnodes(entries), kNidNone);
        writer.finish(1);
    }
    const SharedBlockFile file = open();
    const SubnodeView subnodes(file, file->find_node(kNidMessageStore)->sub);
    const std::vector<SubnodeEntry> all = subnodes.all();
    ASSERT_EQ(all.size(), nids.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].nid, nids[i]);
        const auto found = subnodes.find(nids[i]);
        ASSERT_TRUE(found);
        EXPECT_EQ(*file->block(found->data), filler(8, nids[i].value));
    }
    EXPECT_FALSE(subnodes.find(Nid{0x25}));
    EXPECT_FALSE(subnodes.find(Nid{0x7FFFFFE5}));
}

INSTANTIATE_TEST_SUITE_P(Counts, SubnodeViewLadder, testing::Values(0, 1, 340, 341, 1500));

TEST_F(ReaderTest, ReadsBeyondFourGibibytes) {
    {
        NdbWriter writer(path_, {.skip_sections = 17'000});
        writer.add_node(kNidMessageStore, writer.add_data(filler(20'000, 3)).bid, {}, kNidNone);
        writer.finish(1);
    }
    const SharedBlockFile file = open();
    EXPECT_GT(file->header().bbt.ib.value, std::uint64_t{1} << 32);
    const Bid bid = file->find_node(kNidMessageStore)->data;
    EXPECT_EQ(base::read_all(*data_source(file, bid), 1 << 20), filler(20'000, 3));
}

TEST_F(ReaderTest, ReadsPermutedBlocksThatTheHeaderCallsPlain) {
    base::Bytes heap = filler(50, 1);
    heap[2] = std::byte{0xEC};
    {
        NdbWriter writer(path_, {.crypt = CryptMethod::Permute});
        writer.add_node(kNidMessageStore, writer.add_data(heap).bid, {}, kNidNone);
        writer.finish(1);
    }
    std::string bytes = contents();
    bytes[513] = 0;
    const auto reseal = [&](std::size_t at, std::size_t size) {
        const base::le32 crc = base::pst_crc32(base::as_bytes(bytes).subspan(8, size));
        std::memcpy(bytes.data() + at, &crc, sizeof crc);
    };
    reseal(4, 471);
    reseal(524, 516);
    write(bytes);
    const SharedBlockFile file = open();
    EXPECT_EQ(*file->block(file->find_node(kNidMessageStore)->data), heap);
}

// ---- damage

class DamageTest : public ReaderTest {
  protected:
    void SetUp() override {
        NdbWriter writer(path_, {.crypt = CryptMethod::None});
        for (std::uint32_t i = 0; i < 40; ++i) {
            writer.add_node(writer.allocate(NidType::NormalMessage),
                            writer.add_data(filler(10, i)).bid, {}, kNidNone);
        }
        const DataTree large = writer.add_data(filler(20'000, 7));
        const std::vector<SubnodeEntry> parts{{Nid{0x8025}, large.bid, {}},
                                              {Nid{0x8045}, large.bid, {}}};
        writer.add_node(kNidMessageStore, large.bid, writer.add_subnodes(parts), kNidNone);
        writer.finish(1);
        good_ = contents();
        const BlockFile file(path_);
        store_ = *file.find_node(kNidMessageStore);
        header_ = file.header();
        tree_at_ = file.find_block(store_.data)->ib.value;
        sub_at_ = file.find_block(store_.sub)->ib.value;
    }
    /// The file with bytes changed.
    void patch(std::size_t at, const std::string& with) {
        std::string bytes = good_;
        bytes.replace(at, with.size(), with);
        good_ = bytes;
        write(bytes);
    }
    void reseal_block(std::size_t at, std::size_t cb) {
        const std::size_t trailer = at + (cb + 16 + 63) / 64 * 64 - 16;
        patch(trailer + 4, le(base::pst_crc32(base::as_bytes(good_).subspan(at, cb))));
    }
    void reseal_page(std::size_t at) {
        patch(at + 500, le(base::pst_crc32(base::as_bytes(good_).subspan(at, 496))));
    }
    static std::string le(std::uint32_t value) {
        const base::le32 record = value;
        return std::string(base::as_text(base::record_bytes(record)));
    }
    std::string walk() const {
        return damage([&] {
            const SharedBlockFile file = open();
            for (auto node = file->first_node_from(Nid{0}); node;
                 node = file->first_node_from(Nid{node->nid.value + 1})) {
                base::read_all(*data_source(file, node->data), 1 << 20);
                static_cast<void>(SubnodeView(file, node->sub).all());
            }
        });
    }

    std::string good_;
    Node store_;
    Header header_;
    std::size_t tree_at_ = 0;
    std::size_t sub_at_ = 0;
};

TEST_F(DamageTest, IsNotSeenInAGoodFile) {
    EXPECT_EQ(walk(), "no error");
    EXPECT_EQ(open()->header().wrong_crc, "");
}

TEST_F(DamageTest, OfTheHeaderIsNamed) {
    patch(0, "?");
    EXPECT_THAT(walk(), HasSubstr("is no PST: dwMagic"));
    patch(0, "!");
    patch(100, "x");
    EXPECT_THAT(open()->header().wrong_crc, HasSubstr("dwCRCPartial is 0x"));
    EXPECT_EQ(walk(), "no error") << "the trees are sound";
}

TEST_F(DamageTest, OfTheFullHeaderCrcIsNamed) {
    patch(520, "\xFF");
    EXPECT_THAT(open()->header().wrong_crc, HasSubstr("dwCRCFull is 0x"));
}

TEST_F(DamageTest, OfATreesPlaceIsNamed) {
    patch(224, "\x01");
    EXPECT_THAT(walk(), HasSubstr("header: BREFNBT points to 0x"));
    patch(224, std::string("\x00\x00\x00\x7F", 4));
    EXPECT_THAT(walk(), HasSubstr("header: BREFNBT points to 0x7f000000"));
}

TEST_F(DamageTest, OfAVersionThatOthersReadIsNamed) {
    patch(10, std::string("\x24\x00", 2));
    EXPECT_THAT(walk(), HasSubstr("wVer 36 has 4 KiB pages, which libpff reads"));
    patch(10, std::string("\x10\x00", 2));
    EXPECT_THAT(walk(), HasSubstr("wVer 16 is not known"));
}

TEST_F(DamageTest, OfAFileCutShortIsNoticedAtEveryLength) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{563},
                                   std::size_t{0x4400}, tree_at_, good_.size() - 100'000}) {
        write(good_.substr(0, size));
        EXPECT_NE(walk(), "no error") << size;
    }
}

TEST_F(DamageTest, OfAPageIsNamedWithItsOffset) {
    patch(header_.nbt.ib.value, "\xFF");
    EXPECT_THAT(walk(), HasSubstr("page at " + to_string(header_.nbt.ib) + ": dwCRC is 0x"));
}

TEST_F(DamageTest, OfAPagesTypeAndBidAndSignatureIsNamed) {
    const std::string good = good_;
    patch(header_.nbt.ib.value + 496, "\x80");
    EXPECT_THAT(walk(), HasSubstr("ptype is 0x80 and 0x81, expected 0x81"));
    good_ = good;
    patch(header_.nbt.ib.value + 504, "\xFF");
    EXPECT_THAT(walk(), HasSubstr("bid is 0x00000000000000ff"));
    good_ = good;
    patch(header_.nbt.ib.value + 498, "\xFF\xFF");
    EXPECT_THAT(walk(), HasSubstr("wSig is 0xffff"));
}

TEST_F(DamageTest, OfATreeThatLeadsBackToItsRootIsNoticed) {
    // The first child of the NBT's root: the root itself.
    const auto at = static_cast<std::size_t>(header_.nbt.ib.value);
    patch(at + 8, good_.substr(216, 16));
    reseal_page(at);
    EXPECT_THAT(walk(), HasSubstr("cLevel is 1, expected 0"));
}

TEST_F(DamageTest, OfKeysInTheWrongOrderIsNoticed) {
    const auto at = static_cast<std::size_t>(header_.nbt.ib.value);
    patch(at + 24, good_.substr(at, 8));
    reseal_page(at);
    EXPECT_THAT(walk(), HasSubstr("comes after"));
}

TEST_F(DamageTest, OfAPageWithTooManyEntriesIsNoticed) {
    const auto at = static_cast<std::size_t>(header_.nbt.ib.value);
    patch(at + 488, "\x15\x15");
    reseal_page(at);
    EXPECT_THAT(walk(), HasSubstr("cEnt 21"));
}

TEST_F(DamageTest, OfABlockIsNamedWithBidAndOffset) {
    patch(tree_at_ + 8, "\xFF");
    EXPECT_THAT(walk(), HasSubstr("block " + to_string(store_.data) + " at " +
                                  to_string(Ib{tree_at_}) + ": dwCRC is 0x"));
}

TEST_F(DamageTest, OfAnXBlocksTotalIsNoticed) {
    patch(tree_at_ + 4, le(20'001));
    reseal_block(tree_at_, 8 + 3 * 8);
    EXPECT_THAT(walk(), HasSubstr("lcbTotal is 20001 bytes, but the blocks have 20000"));
    patch(tree_at_ + 4, le(100));
    reseal_block(tree_at_, 8 + 3 * 8);
    EXPECT_THAT(walk(), HasSubstr("lcbTotal is 100 bytes"));
}

TEST_F(DamageTest, OfAnXBlockThatContainsItselfIsNoticed) {
    patch(tree_at_ + 8, le(static_cast<std::uint32_t>(store_.data.value)));
    reseal_block(tree_at_, 8 + 3 * 8);
    EXPECT_THAT(walk(), HasSubstr("of an XBLOCK of level 1"));
    patch(tree_at_ + 1, "\x02");
    patch(tree_at_ + 16, le(static_cast<std::uint32_t>(store_.data.value)));
    patch(tree_at_ + 24, le(static_cast<std::uint32_t>(store_.data.value)));
    reseal_block(tree_at_, 8 + 3 * 8);
    EXPECT_THAT(walk(), HasSubstr("an XXBLOCK below an XXBLOCK"));
}

TEST_F(DamageTest, OfAnXBlockWithTooManyChildrenIsNoticed) {
    patch(tree_at_ + 2, "\x04");
    reseal_block(tree_at_, 8 + 3 * 8);
    EXPECT_THAT(walk(), HasSubstr("cEnt is 4, too many for 32 bytes"));
}

TEST_F(DamageTest, OfABlockThatIsNotListedIsNoticed) {
    patch(tree_at_ + 8, le(0x7FFF0000));
    reseal_block(tree_at_, 8 + 3 * 8);
    EXPECT_THAT(walk(), HasSubstr("is not in the file's list of blocks"));
}

TEST_F(DamageTest, OfSubnodesIsNoticed) {
    const std::string good = good_;
    patch(sub_at_ + 8 + 24, le(0x8025));
    reseal_block(sub_at_, 8 + 2 * 24);
    EXPECT_THAT(walk(), HasSubstr("subnode 0x00008025 comes after 0x00008025"));
    good_ = good;
    patch(sub_at_, "\x03");
    reseal_block(sub_at_, 8 + 2 * 24);
    EXPECT_THAT(walk(), HasSubstr("are not those of an SLBLOCK"));
    good_ = good;
    patch(sub_at_ + 1, "\x01");
    reseal_block(sub_at_, 8 + 2 * 24);
    EXPECT_NE(walk(), "no error");  // entries taken for SIENTRYs
}

// ---- files that others wrote

class ForeignFiles : public testing::TestWithParam<const char*> {};

TEST_P(ForeignFiles, IsReadToTheLastBlock) {
    const std::string path = test::shared_file(std::string("corpus/") + GetParam());
    MBX_NEEDS_SHARED(path);
    const SharedBlockFile file = std::make_shared<BlockFile>(path);
    std::size_t nodes = 0;
    std::size_t subnodes = 0;
    for (auto node = file->first_node_from(Nid{0}); node;
         node = file->first_node_from(Nid{node->nid.value + 1})) {
        const auto read = [&](Bid data) {
            const base::SharedSource source = data_source(file, data);
            EXPECT_EQ(base::read_all(*source, 1 << 26).size(), source->size());
        };
        read(node->data);
        std::vector<Bid> to_do{node->sub};
        while (!to_do.empty()) {
            const SubnodeView view(file, to_do.back());
            to_do.pop_back();
            for (const SubnodeEntry& entry : view.all()) {
                read(entry.data);
                to_do.push_back(entry.sub);
                ++subnodes;
            }
        }
        ++nodes;
    }
    EXPECT_GT(nodes, 30U);
    RecordProperty("nodes", static_cast<int>(nodes));
    RecordProperty("subnodes", static_cast<int>(subnodes));
    EXPECT_TRUE(file->find_node(kNidMessageStore));
    EXPECT_TRUE(file->find_node(kNidRootFolder));
    EXPECT_EQ(file->header().width == Width::Ansi,
              path.find("ansi") != std::string::npos || path.find("sample2") != std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Corpus, ForeignFiles,
                         testing::Values("outlook-pst-rs/Empty.pst", "pstsdk/sample1.pst",
                                         "pstsdk/sample2.pst", "pstsdk/submessage.pst",
                                         "pstsdk/test_ansi.pst", "pstsdk/test_unicode.pst"));

}  // namespace
}  // namespace mbx::pst::ndb
