#include "pst/empty_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "temporary_folder.hpp"
#include "unit/pst/ndb/raw_pst.hpp"

namespace mbx::pst {
namespace {

// 70,000 messages without recipients: one block cannot count that many owners.
TEST(EmptyTable, IsWrittenAgainBeforeItHasTooManyOwners) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "shared.pst";
    ndb::NdbWriter ndb(path, {});
    EmptyTables tables;
    std::vector<ndb::SubnodeEntry> entries;
    for (int i = 0; i < 70'000; ++i) {
        const ndb::DataTree table = tables.of(ndb::kNidRecipientTable).share(ndb);
        EXPECT_EQ(table.size, 164U);
        entries.push_back({ndb.allocate(ndb::NidType::Ltp), table.bid, {}});
    }
    ndb.add_node(ndb::kNidMessageStore, {}, ndb.add_subnodes(entries), ndb::kNidNone);
    ndb.finish(1);

    test::RawPst pst(path);
    EXPECT_THAT(pst.problems(), testing::IsEmpty());
    std::vector<std::uint32_t> shared;
    for (const auto& [bid, block] : pst.blocks()) {
        if (block.cref > 2) {
            shared.push_back(block.cref);
        }
    }
    EXPECT_THAT(shared, testing::ElementsAre(60'001U, 10'001U));
}

TEST(EmptyTable, CanBePutBackToWhatItWas) {
    const test::TemporaryFolder folder;
    ndb::NdbWriter ndb(folder / "undone.pst", {});
    EmptyTable table(ndb::kNidContentsTableTemplate);
    const EmptyTable before = table;
    ndb.checkpoint();
    const ndb::Bid first = table.share(ndb).bid;
    ndb.roll_back();
    table = before;
    EXPECT_EQ(table.share(ndb).bid, first) << "written anew, in the place that is free again";
}

}  // namespace
}  // namespace mbx::pst
