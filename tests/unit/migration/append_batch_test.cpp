#include "migration/append_batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_store.hpp"
#include "migration/store_walk.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using pst::ndb::Nid;

class AppendBatchTest : public testing::Test {
  protected:
    AppendBatchTest() {
        store_.add(mail::kInboxPath, {});
        journal_.begin_folder(Nid{0x8082}, "Inbox", mail::kInboxPath, 0);
    }

    AppendBatch batch() {
        return AppendBatch(store_.writer(mail::kInboxPath), journal_, Nid{0x8082}, bad_items_,
                           "Inbox");
    }

    static Landed numbered(int n) {
        Landed landed;
        landed.nid = Nid::make(pst::ndb::NidType::NormalMessage, static_cast<std::uint32_t>(n));
        return landed;
    }

    void add(AppendBatch& to, int first, int last) {
        for (int n = first; n <= last; ++n) {
            to.add(test::numbered_mail(n), numbered(n));
        }
    }

    std::uint64_t recorded() { return journal_.folder(Nid{0x8082})->landed; }

    test::TemporaryFolder folder_;
    test::FakeStore store_;
    Journal journal_{folder_ / "journal", {}};
    BadItems bad_items_{folder_ / "bad", 0};
};

TEST_F(AppendBatchTest, RecordsOnlyWhatTheDestinationHasFlushed) {
    AppendBatch sent = batch();
    add(sent, 1, 10);
    EXPECT_EQ(recorded(), 0U);
    sent.close();
    EXPECT_EQ(recorded(), 10U);
    EXPECT_EQ(sent.totals().messages, 10U);
    EXPECT_TRUE(journal_.has_landed(numbered(10).nid));
}

TEST_F(AppendBatchTest, ClosesALargeBatchByItself) {
    AppendBatch sent = batch();
    add(sent, 1, 300);
    EXPECT_EQ(recorded(), 256U);
}

TEST_F(AppendBatchTest, KeepsARefusedMessageAside) {
    store_.refused_append = 2;
    AppendBatch sent = batch();
    add(sent, 1, 3);
    sent.close();
    EXPECT_EQ(recorded(), 2U);
    EXPECT_FALSE(journal_.has_landed(numbered(2).nid));
    ASSERT_EQ(bad_items_.count(), 1U);
    EXPECT_EQ(bad_items_.items()[0].kind, BadKind::Refused);
    EXPECT_EQ(bad_items_.items()[0].kept_as, "000001.eml");
    EXPECT_EQ(std::filesystem::file_size(folder_ / "bad/000001.eml"),
              test::numbered_mail(2).source->size());
}

TEST_F(AppendBatchTest, GivesUpOnADestinationThatRefusesEverything) {
    store_.refuses_all = true;
    AppendBatch sent = batch();
    EXPECT_THROW(
        {
            add(sent, 1, 1000);
            sent.close();
        },
        Error);
    EXPECT_EQ(bad_items_.count(), kMostFailuresInARow);
}

TEST_F(AppendBatchTest, StopsAtOnceWhenTheDestinationIsFullAndRecordsWhatIsThere) {
    store_.full_at_append = 4;
    AppendBatch sent = batch();
    try {
        add(sent, 1, 10);
        sent.close();
        FAIL() << "not noticed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
        EXPECT_STREQ(error.what(), "Inbox: quota exceeded");
    }
    EXPECT_EQ(recorded(), 3U);
    EXPECT_EQ(bad_items_.count(), 0U);
}

TEST_F(AppendBatchTest, LeavesTheBatchUnrecordedWhenTheStoreIsGone) {
    store_.gone_at_append = 4;
    AppendBatch sent = batch();
    try {
        add(sent, 1, 10);
        FAIL() << "not noticed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Unavailable);
    }
    EXPECT_EQ(recorded(), 0U);
    EXPECT_EQ(store_.find(mail::kInboxPath)->messages.size(), 3U);
}

}  // namespace
}  // namespace mbx::migration
