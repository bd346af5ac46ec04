#include "migration/tail.hpp"

#include <gtest/gtest.h>

#include "fake_store.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using pst::ndb::Nid;

constexpr Nid kInbox{0x8082};

class TailTest : public testing::Test {
  protected:
    /// What an import would have recorded of a message at the destination.
    static Landed record(int n, const std::string& id) {
        Landed landed;
        landed.nid = Nid::make(pst::ndb::NidType::NormalMessage, static_cast<std::uint32_t>(n));
        landed.key = content_key(*test::numbered_mail(n).source);
        landed.id = id;
        return landed;
    }
    static ContentKey key(int n) { return content_key(*test::numbered_mail(n).source); }

    void fill(int first, int last) {
        std::vector<mail::Message> messages;
        for (int n = first; n <= last; ++n) {
            messages.push_back(test::numbered_mail(n));
        }
        store_.add(mail::kInboxPath, std::move(messages));
    }

    Tail tail() {
        journal_.sync();
        return Tail(store_, journal_, kInbox, stop_);
    }

    test::TemporaryFolder folder_;
    test::FakeStore store_;
    base::StopFlag stop_;
    Journal journal_{folder_ / "journal", {}};
};

TEST_F(TailTest, ReadsNothingWhenTheCountsAgree) {
    fill(1, 2);
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 1);
    journal_.add(kInbox, record(2, "2"));
    EXPECT_EQ(tail().size(), 0U);
    EXPECT_EQ(store_.streams_opened, 0);
}

TEST_F(TailTest, FindsWhatWasSentWithoutARecord) {
    fill(1, 5);
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 1);
    journal_.add(kInbox, record(2, "2"));
    journal_.add(kInbox, record(3, "3"));
    Tail found = tail();
    EXPECT_EQ(found.size(), 2U);
    EXPECT_FALSE(found.take(key(1))) << "it was there before the import";
    EXPECT_FALSE(found.take(key(2)));
    EXPECT_EQ(found.take(key(4)), "4");
    EXPECT_FALSE(found.take(key(4)));
    EXPECT_EQ(found.take(key(5)), "5");
}

TEST_F(TailTest, ComparesContentWhereTheStoreGivesNoIdentifiers) {
    fill(1, 3);
    fill(1, 1);
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 0);
    journal_.add(kInbox, record(1, ""));
    journal_.add(kInbox, record(2, ""));
    Tail found = tail();
    EXPECT_EQ(found.size(), 2U);
    EXPECT_TRUE(found.take(key(1))) << "the second copy of two equal messages";
    EXPECT_FALSE(found.take(key(2)));
    EXPECT_TRUE(found.take(key(3)));
}

TEST_F(TailTest, KnowsARecordedMessageWhoseIdentifierHasChanged) {
    fill(1, 2);
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 0);
    journal_.add(kInbox, record(1, "1:2,"));
    Tail found = tail();
    EXPECT_FALSE(found.take(key(1)));
    EXPECT_TRUE(found.take(key(2)));
}

TEST_F(TailTest, KnowsAMessageThatTheServerHasRewritten) {
    mail::Message rewritten = test::numbered_mail(1);
    rewritten.source = base::memory_source(
        "X-Server: here\r\n" + base::read_all_text(*rewritten.source, 1000) + "footer\n");
    store_.add(mail::kInboxPath, {rewritten});
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 0);
    Tail found = tail();
    EXPECT_FALSE(found.take(key(2)));
    EXPECT_EQ(found.take(key(1)), "1");
    EXPECT_FALSE(found.take(key(1)));
}

TEST_F(TailTest, PassesMessagesThatCannotBeRead) {
    fill(1, 1);
    store_.find(mail::kInboxPath)->messages.push_back(test::make_mail("x", "unreadable"));
    mail::Message broken;
    broken.id = "broken";
    broken.source = std::make_shared<test::BrokenSource>();
    store_.find(mail::kInboxPath)->messages.push_back(broken);
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 0);
    EXPECT_EQ(tail().size(), 1U);
}

TEST_F(TailTest, StopsOnRequest) {
    fill(1, 1);
    journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 0);
    stop_.request();
    EXPECT_THROW(tail(), Error);
}

}  // namespace
}  // namespace mbx::migration
