#include "migration/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fake_store.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using pst::ndb::Nid;

constexpr Nid kInbox{0x8082};

class ProveFolder : public testing::Test {
  protected:
    ProveFolder() { journal_.begin_folder(kInbox, "Inbox", mail::kInboxPath, 0); }

    void sent(int first, int last) { sent(first, last, journal_); }

    static void sent(int first, int last, Journal& journal) {
        for (int n = first; n <= last; ++n) {
            sent(test::numbered_mail(n), Nid{static_cast<std::uint32_t>(n)}, journal);
        }
    }

    void sent(const mail::Message& message, Nid nid) { sent(message, nid, journal_); }

    static void sent(const mail::Message& message, Nid nid, Journal& journal) {
        Landed landed;
        landed.nid = nid;
        landed.key = content_key(*message.source);
        landed.flags = message.flags;
        landed.keywords = message.keywords;
        landed.internal_date = message.internal_date;
        journal.add(kInbox, landed);
        journal.sync();
    }

    void there(std::vector<mail::Message> messages) {
        store_.add(mail::kInboxPath, std::move(messages));
    }

    FolderProof proof(Proof how) { return proof(how, journal_); }

    FolderProof proof(Proof how, const Journal& journal) {
        base::NoProgress progress;
        return prove_folder(store_, mail::kInboxPath, journal, kInbox, how, progress, stop_);
    }

    test::TemporaryFolder folder_;
    test::FakeStore store_;
    base::StopFlag stop_;
    Journal journal_{folder_ / "journal", {}};
};

TEST_F(ProveFolder, HoldsWhenAllIsThere) {
    sent(1, 3);
    there({test::numbered_mail(3), test::numbered_mail(9), test::numbered_mail(1),
           test::numbered_mail(2)});
    const FolderProof result = proof(Proof::Full);
    EXPECT_TRUE(result.holds());
    EXPECT_EQ(result.expected, 3U);
    EXPECT_EQ(result.found, 3U);
    EXPECT_EQ(result.others, 1U);
    EXPECT_EQ(result.flags_differ, 0U);
    EXPECT_EQ(result.dates_differ, 0U);
}

TEST_F(ProveFolder, NamesWhatIsMissing) {
    sent(1, 3);
    there({test::numbered_mail(3), test::numbered_mail(3), test::numbered_mail(1)});
    const FolderProof result = proof(Proof::Full);
    EXPECT_FALSE(result.holds());
    EXPECT_EQ(result.missing, 1U);
    EXPECT_EQ(result.others, 1U);
    EXPECT_THAT(result.examples, testing::ElementsAre(Nid{2}));
}

TEST_F(ProveFolder, CountsWhatCameInBesideThem) {
    sent(1, 2);
    there({test::numbered_mail(1), test::numbered_mail(9), test::numbered_mail(2)});
    for (const Proof wanted : {Proof::Full, Proof::Counts}) {
        const FolderProof result = proof(wanted);
        EXPECT_TRUE(result.holds());
        EXPECT_EQ(result.others, 1U);
        EXPECT_EQ(result.newcomers, 1U);
    }
}

TEST_F(ProveFolder, ExpectsWhatWasThereBefore) {
    Journal journal(folder_ / "filled", {});
    journal.begin_folder(kInbox, "Inbox", mail::kInboxPath, 2);
    sent(1, 1, journal);
    there({test::numbered_mail(7), test::numbered_mail(8), test::numbered_mail(1)});
    EXPECT_EQ(proof(Proof::Full, journal).others, 2U);
    EXPECT_EQ(proof(Proof::Full, journal).newcomers, 0U);
    EXPECT_EQ(proof(Proof::Counts, journal).newcomers, 0U);
}

TEST_F(ProveFolder, WantsTwoOfAMessageThatWasSentTwice) {
    sent(1, 1);
    sent(1, 1);
    there({test::numbered_mail(1)});
    EXPECT_EQ(proof(Proof::Full).missing, 1U);
    there({test::numbered_mail(1)});
    EXPECT_TRUE(proof(Proof::Full).holds());
}

TEST_F(ProveFolder, TakesOfTwoEqualMessagesTheOneWithTheSameFlags) {
    mail::Message read = test::numbered_mail(1);
    read.flags.seen = true;
    sent(test::numbered_mail(1), Nid{1});
    sent(read, Nid{2});
    there({read, test::numbered_mail(1)});
    EXPECT_EQ(proof(Proof::Full).flags_differ, 0U);
}

/// Each of them with flags and a date of its own.
std::vector<mail::Message> many_copies(int count) {
    std::vector<mail::Message> result;
    for (int n = 0; n < count; ++n) {
        mail::Message copy = test::make_mail("Message-ID: <same@x>\n\nthe same\n");
        copy.flags.seen = n % 2 == 0;
        copy.flags.flagged = n % 3 == 0;
        copy.keywords = {"n" + std::to_string(n % 7)};
        copy.internal_date = base::UnixTime{1'700'000'000 + n};
        result.push_back(std::move(copy));
    }
    return result;
}

TEST_F(ProveFolder, FindsEachOfManyEqualMessagesByItsFlagsAndDate) {
    std::vector<mail::Message> copies = many_copies(200);
    for (const mail::Message& copy : copies) {
        sent(copy, Nid{});
    }
    std::reverse(copies.begin(), copies.end());
    copies[5].internal_date = base::UnixTime{1};
    copies[60].flags.answered = true;
    copies[61].keywords.clear();
    there(copies);
    const FolderProof result = proof(Proof::Full);
    EXPECT_EQ(result.found, 200U);
    EXPECT_EQ(result.dates_differ, 1U);
    EXPECT_EQ(result.flags_differ, 2U);
    EXPECT_EQ(proof(Proof::Header).flags_differ, 2U);
}

TEST_F(ProveFolder, TellsAlteredFromMissing) {
    sent(1, 1);
    mail::Message altered = test::numbered_mail(1);
    altered.source =
        base::memory_source(base::read_all_text(*altered.source, 1000) + "\r\n-- \r\nfooter\r\n");
    there({altered});
    const FolderProof full = proof(Proof::Full);
    EXPECT_FALSE(full.holds());
    EXPECT_EQ(full.altered, 1U);
    EXPECT_EQ(full.missing, 0U);
    EXPECT_TRUE(proof(Proof::Header).holds());
    EXPECT_EQ(proof(Proof::Header).found, 1U);
}

TEST_F(ProveFolder, TellsWhatAServerHasMadeAsciiFromMissing) {
    const std::string rest =
        " <a@x>\nDate: Mon, 23 Nov 2026 06:00:00 +0000\nMessage-ID: <1@x>\n\n\xc3\xa4\n";
    sent(test::make_mail("From: J\xc3\xb6rg" + rest), Nid{1});
    sent(test::make_mail("From: J\xc3\xbcrg" + rest), Nid{2});
    there({test::make_mail("From: JXXrg" + rest)});
    const FolderProof full = proof(Proof::Full);
    EXPECT_EQ(full.altered, 1U);
    EXPECT_EQ(full.missing, 1U);
    there({test::make_mail("From: JXXrg" + rest)});
    EXPECT_EQ(proof(Proof::Full).altered, 2U);
    EXPECT_TRUE(proof(Proof::Header).holds());
}

TEST_F(ProveFolder, CountsOtherFlagsAndDates) {
    sent(1, 2);
    mail::Message read = test::numbered_mail(1);
    read.flags.flagged = true;
    mail::Message moved = test::numbered_mail(2);
    moved.internal_date = base::UnixTime{1};
    moved.keywords = {"Work"};
    there({read, moved});
    const FolderProof result = proof(Proof::Full);
    EXPECT_TRUE(result.holds());
    EXPECT_EQ(result.flags_differ, 2U);
    EXPECT_EQ(result.dates_differ, 1U);
}

TEST_F(ProveFolder, CountsOnlyWhenAskedTo) {
    sent(1, 3);
    there({test::numbered_mail(7), test::numbered_mail(8)});
    const FolderProof result = proof(Proof::Counts);
    EXPECT_EQ(result.missing, 1U);
    EXPECT_EQ(store_.streams_opened, 0);
    there({test::numbered_mail(9)});
    EXPECT_TRUE(proof(Proof::Counts).holds());
}

TEST_F(ProveFolder, TakesAnUnreadableMessageForMissing) {
    sent(1, 1);
    mail::Message broken = test::numbered_mail(1);
    broken.source = std::make_shared<test::BrokenSource>();
    there({broken});
    EXPECT_EQ(proof(Proof::Full).missing, 1U);
}

TEST_F(ProveFolder, TakesWhatAFolderDoesNotGiveForMissing) {
    sent(1, 3);
    there({test::numbered_mail(1), test::make_mail("x", "folder refused")});
    const FolderProof result = proof(Proof::Full);
    EXPECT_EQ(result.found, 1U);
    EXPECT_EQ(result.missing, 2U);
    EXPECT_EQ(result.unreadable, "Closed: folder refused");
}

TEST_F(ProveFolder, EndsWhenTheStoreIsGone) {
    sent(1, 1);
    there({test::make_mail("x", "store gone")});
    EXPECT_THROW(proof(Proof::Full), Error);
}

TEST(ParseProof, KnowsItsWords) {
    EXPECT_EQ(parse_proof("full"), Proof::Full);
    EXPECT_EQ(parse_proof("counts"), Proof::Counts);
    EXPECT_THROW(parse_proof("some"), Error);
}

}  // namespace
}  // namespace mbx::migration
