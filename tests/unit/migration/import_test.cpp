#include <gmock/gmock.h>

#include <filesystem>

#include "import_fixture.hpp"

namespace mbx::migration {
namespace {

using mapi::SpecialFolder;
using testing::ElementsAre;

TEST_F(ImportPst, BringsEveryMessageInboxFirst) {
    pst_.add("Lists", 10, 12);
    pst_.add("Inbox", 1, 3, SpecialFolder::Inbox);
    pst_.add("Sent Items", 20, 20, SpecialFolder::SentItems);
    pst_.add("Empty", 1, 0);
    const ImportResult result = run();
    EXPECT_THAT(ids({"INBOX"}), numbered(1, 3));
    EXPECT_THAT(ids({"Lists"}), numbered(10, 12));
    EXPECT_THAT(ids({"Sent"}), numbered(20, 20));
    EXPECT_NE(store_.find({"Empty"}), nullptr);
    EXPECT_EQ(store_.find({"Sent"})->info.special_use, mail::SpecialUse::Sent);
    ASSERT_EQ(result.folders.size(), 4U);
    EXPECT_EQ(result.folders[0].path, mail::kInboxPath);
    EXPECT_EQ(result.folders[0].sent, 3U);
    EXPECT_TRUE(result.proven());
    EXPECT_EQ(store_.find({"INBOX"})->messages[0].internal_date, base::UnixTime{1'700'000'000});
}

TEST_F(ImportPst, RefusesAnInboxThatHoldsMail) {
    pst_.add("Inbox", 1, 3, SpecialFolder::Inbox);
    store_.add(mail::kInboxPath, {test::numbered_mail(1)});
    EXPECT_EQ(failure(), ErrorCode::CannotCreate);
    EXPECT_EQ(store_.appends, 0);
    options_.allow_non_empty = true;
    EXPECT_TRUE(run().proven());
    EXPECT_EQ(ids({"INBOX"}).size(), 4U);
}

TEST_F(ImportPst, SendsNothingTheSecondTime) {
    pst_.add("Inbox", 1, 3, SpecialFolder::Inbox);
    run();
    const ImportResult result = run();
    EXPECT_TRUE(result.resumed);
    EXPECT_EQ(result.folders[0].resumed, 3U);
    EXPECT_EQ(result.folders[0].messages, 3U);
    EXPECT_EQ(store_.appends, 3);
    EXPECT_TRUE(result.proven());
}

TEST_F(ImportPst, KnowsTheInboxThatItHasFilledThoughItIsNotSelectedAgain) {
    pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
    pst_.add("Archive", 3, 5);
    run();
    options_.plan.filter = FolderFilter({"Archive"}, {});
    const ImportResult again = run();
    EXPECT_TRUE(again.proven());
    ASSERT_EQ(again.folders.size(), 1U);
    EXPECT_EQ(again.folders[0].resumed, 3U);
    EXPECT_EQ(again.folders[0].sent, 0U);
}

TEST_F(ImportPst, BringsEveryMessageOnceThoughTheJournalLostItsEnd) {
    pst_.add("Inbox", 1, 4, SpecialFolder::Inbox);
    pst_.add("Sent Items", 11, 14, SpecialFolder::SentItems);
    pst_.add("Copies", 1, 2).items.push_back({"<1@x>"});
    pst_.all.back().info.message_count = 3;
    run();
    const std::string journal = folder_ / "a.pst.journal";
    std::uint64_t length = std::filesystem::file_size(journal);
    int runs = 0;
    // As far as into the Inbox; a journal without that is refused, since the Inbox holds mail.
    for (; length > 700; length = length * 9 / 10) {
        std::filesystem::resize_file(journal, length);
        const ImportResult result = run();
        EXPECT_TRUE(result.proven()) << length;
        ++runs;
    }
    EXPECT_GT(runs, 5);
    EXPECT_EQ(store_.appends, 11);
    EXPECT_THAT(ids({"INBOX"}), numbered(1, 4));
    EXPECT_THAT(ids({"Sent"}), numbered(11, 14));
    EXPECT_THAT(ids({"Copies"}), testing::UnorderedElementsAre("<1@x>", "<1@x>", "<2@x>"));
}

TEST_F(ImportPst, SaysThatAFolderIsGoneBeforeItSendsAnything) {
    pst_.add("Inbox", 1, 4, SpecialFolder::Inbox);
    pst_.add("Sent Items", 11, 14, SpecialFolder::SentItems);
    pst_.add("Lists", 21, 24);
    store_.gone_at_append = 11;
    EXPECT_EQ(failure(), ErrorCode::Unavailable);
    store_.gone_at_append.reset();
    const int appends = store_.appends;
    std::erase_if(store_.all,
                  [](const auto& folder) { return folder.info.path == mail::FolderPath{"Sent"}; });
    try {
        run();
        FAIL() << "not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        EXPECT_THAT(error.what(), testing::HasSubstr("put 4 messages"));
        EXPECT_THAT(error.hint(), testing::HasSubstr("remove " + (folder_ / "a.pst.journal")));
    }
    EXPECT_EQ(store_.appends, appends);
}

struct Interruption {
    bool after_landing;
    bool gives_ids;
};

class InterruptedImport : public ImportPst, public testing::WithParamInterface<Interruption> {};

/// The session ends at every append in turn, again and again, until the import is through.
TEST_P(InterruptedImport, BringsEveryMessageOnce) {
    pst_.add("Inbox", 1, 4, SpecialFolder::Inbox);
    pst_.add("Sent Items", 11, 13, SpecialFolder::SentItems);
    pst_.add("Copies", 1, 2).items.push_back({"<1@x>"});
    pst_.all.back().info.message_count = 3;
    store_.gone_after_landing = GetParam().after_landing;
    store_.gives_ids = GetParam().gives_ids;
    int runs = 0;
    for (int survived = 0; survived < 12; ++survived) {
        store_.gone_at_append = store_.appends + 1 + survived % 3;
        try {
            ++runs;
            run();
            break;
        } catch (const Error& error) {
            ASSERT_EQ(error.code(), ErrorCode::Unavailable);
        }
    }
    EXPECT_GE(runs, 4);
    store_.gone_at_append.reset();
    const ImportResult result = run();
    EXPECT_TRUE(result.proven());
    for (const ImportedFolder& folder : result.folders) {
        EXPECT_EQ(folder.proof->found, folder.messages) << folder.pst_path;
    }
    EXPECT_THAT(ids({"INBOX"}), testing::UnorderedElementsAreArray(numbered(1, 4)));
    EXPECT_THAT(ids({"Sent"}), testing::UnorderedElementsAreArray(numbered(11, 13)));
    EXPECT_THAT(ids({"Copies"}), testing::UnorderedElementsAre("<1@x>", "<1@x>", "<2@x>"));
}

INSTANTIATE_TEST_SUITE_P(Ways, InterruptedImport,
                         testing::Values(Interruption{false, true}, Interruption{true, true},
                                         Interruption{false, false}, Interruption{true, false}));

TEST_F(ImportPst, RecordsWhatItFindsOfOneFolderWhileAnswersOfAnotherComeIn) {
    pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
    pst_.add("Sent Items", 11, 14, SpecialFolder::SentItems);
    store_.has_connections = true;
    store_.gone_at_append = 6;
    store_.gone_after_landing = true;
    EXPECT_EQ(failure(), ErrorCode::Unavailable);
    store_.gone_at_append.reset();
    ASSERT_EQ(ids({"Sent"}).size(), 4U);
    store_.find({"INBOX"})->messages.pop_back();
    store_.answers_at_look = 3;  // amid the second folder
    const ImportResult result = run();
    EXPECT_TRUE(result.proven());
    ASSERT_EQ(result.folders.size(), 2U);
    EXPECT_EQ(result.folders[0].proof->found, 2U);
    EXPECT_EQ(result.folders[1].recovered, 4U);
    EXPECT_EQ(result.folders[1].messages, 4U);
    EXPECT_EQ(result.folders[1].proof->found, 4U);
}

TEST_F(ImportPst, LeavesOldMailOfAFilledInboxAloneWhenItGoesOn) {
    pst_.add("Inbox", 1, 4, SpecialFolder::Inbox);
    options_.allow_non_empty = true;
    store_.add(mail::kInboxPath, {test::numbered_mail(1), test::numbered_mail(2)});
    store_.gone_at_append = 3;
    store_.gone_after_landing = true;
    EXPECT_EQ(failure(), ErrorCode::Unavailable);
    store_.gone_at_append.reset();
    const ImportResult result = run();
    EXPECT_EQ(result.folders[0].recovered, 3U);
    EXPECT_EQ(result.folders[0].sent, 1U);
    EXPECT_EQ(ids({"INBOX"}).size(), 6U);
}

TEST_F(ImportPst, CountsHiddenItems) {
    auto& inbox = pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
    inbox.items[0].message_class = "IPM.Rule.Version2.Message";
    const ImportResult result = run();
    EXPECT_EQ(result.folders[0].hidden, 1U);
    EXPECT_THAT(ids({"INBOX"}), ElementsAre("<2@x>"));
}

TEST_F(ImportPst, TellsMessagesThatAreTooLargeApart) {
    pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    store_.store_limits.largest_message = 10;
    run();
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].kind, BadKind::TooLarge);
    EXPECT_EQ(store_.appends, 0);
}

TEST_F(ImportPst, SaysHowManyMessagesOfAFolderItCouldNotReachAndFails) {
    pst_.add("Inbox", 1, 2, SpecialFolder::Inbox).info.message_count = 5;
    const ImportResult result = run();
    EXPECT_EQ(result.folders.at(0).unreached, 3U);
    EXPECT_FALSE(result.proven());
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].kind, BadKind::Folder) << "more than any limit allows";
    EXPECT_EQ(bad_items_->items()[0].reason, "3 of its 5 messages could not be reached");
}

TEST_F(ImportPst, GoesOnBehindAFolderThatCannotBeOpenedAndFails) {
    pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
    test::FakePst::Folder& work = pst_.add("Work", 3, 5);
    work.unopenable = true;
    work.info.message_count = 0;  // nobody knows
    pst_.add("Later", 6, 6);
    const ImportResult result = run();
    EXPECT_EQ(ids({"Later"}), numbered(6, 6));
    EXPECT_FALSE(result.proven());
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].folder, "Work");
    EXPECT_EQ(bad_items_->items()[0].reason, "its messages could not be reached: damaged table");
}

class ImportPstWithALostFolder : public ImportPst {
  protected:
    ImportPstWithALostFolder() {
        pst_.add("Inbox", 1, 2, SpecialFolder::Inbox);
        pst_.add("Folder 0x80a2", 1, 0).info.lost = "block 0x8 is damaged";
    }
};

TEST_F(ImportPstWithALostFolder, NamesItAndFails) {
    const ImportResult result = run();
    EXPECT_EQ(ids(mail::kInboxPath), numbered(1, 2));
    EXPECT_FALSE(result.proven());
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].kind, BadKind::Folder);
    EXPECT_EQ(bad_items_->items()[0].folder, "Folder 0x80a2");
    EXPECT_EQ(bad_items_->items()[0].reason, "block 0x8 is damaged");
}

TEST_F(ImportPstWithALostFolder, FailsThoughItMayHoldTheFolderThatPeopleSee) {
    pst_.all.back().info.below_ipm_subtree = false;
    EXPECT_FALSE(run().proven());
    EXPECT_EQ(bad_items_->count(), 1U);
}

TEST_F(ImportPstWithALostFolder, SucceedsWithoutItOnRequest) {
    options_.plan.filter = FolderFilter({}, {"Folder 0x80a2"});
    EXPECT_TRUE(run().proven());
    EXPECT_EQ(bad_items_->count(), 0U);
}

TEST_F(ImportPst, FindsAnotherNameWhereOneIsRefused) {
    pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    const auto files = pst_.add("Files", 2, 2).info.nid;
    pst_.add("2020", 3, 3, SpecialFolder::None, files);
    store_.refused_names = {"Files"};
    EXPECT_TRUE(run().proven());
    EXPECT_THAT(ids({"Files_"}), ElementsAre("<2@x>"));
    EXPECT_THAT(ids({"Files_", "2020"}), ElementsAre("<3@x>"));
    ASSERT_EQ(diagnostics_.items.size(), 2U);
    EXPECT_EQ(diagnostics_.items[0].id, "folder-renamed");
    run();
    EXPECT_EQ(store_.appends, 3);
}

TEST_F(ImportPst, WritesSignsThatAreRefusedAnotherWay) {
    pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    pst_.add("50% off!", 2, 2);
    store_.refused_names = {"50% off!"};
    EXPECT_TRUE(run().proven());
    EXPECT_THAT(ids({"50=25 off=21"}), ElementsAre("<2@x>"));
}

TEST_F(ImportPst, NeverMakesOneFolderOfTwoThatAreRefused) {
    pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    const auto a = pst_.add("a", 2, 2).info.nid;
    pst_.add("b - c", 3, 3, SpecialFolder::None, a);
    const auto ab = pst_.add("a - b", 4, 4).info.nid;
    pst_.add("c", 5, 5, SpecialFolder::None, ab);
    store_.refused_names = {"b - c", "b - c_", "c", "c_"};
    EXPECT_TRUE(run().proven());
    EXPECT_THAT(ids({"a - b - c"}), ElementsAre("<3@x>"));
    EXPECT_THAT(ids({"a - b - c_"}), ElementsAre("<5@x>"));
}

TEST_F(ImportPst, NeverMakesOneFolderOfNamesThatDifferByCase) {
    pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    pst_.add("Archive", 2, 2);
    const auto upper = pst_.add("ARCHIVE", 3, 3).info.nid;
    pst_.add("archive", 4, 4);
    pst_.add("archive_", 5, 5);
    pst_.add("2020", 6, 6, SpecialFolder::None, upper);
    store_.folds_case = true;
    EXPECT_TRUE(run().proven());
    std::vector<std::vector<std::string>> contents;
    for (const auto& folder : store_.folders()) {
        contents.push_back(ids(folder.path));
    }
    EXPECT_THAT(contents, testing::UnorderedElementsAre(
                              ElementsAre("<1@x>"), ElementsAre("<2@x>"), ElementsAre("<3@x>"),
                              ElementsAre("<4@x>"), ElementsAre("<5@x>"), ElementsAre("<6@x>")));
    run();
    EXPECT_EQ(store_.appends, 6);
}

TEST_F(ImportPst, PutsMailBesideTheInboxWhereNothingCanBeBelowIt) {
    const auto inbox = pst_.add("Inbox", 1, 1, SpecialFolder::Inbox).info.nid;
    const auto work = pst_.add("Work", 2, 2, SpecialFolder::None, inbox).info.nid;
    pst_.add("2019", 3, 3, SpecialFolder::None, work);
    pst_.add("Work", 4, 4);
    store_.no_children_of_inbox = true;
    EXPECT_TRUE(run().proven());
    EXPECT_THAT(ids({"INBOX - Work"}), ElementsAre("<2@x>"));
    EXPECT_THAT(ids({"INBOX - Work", "2019"}), ElementsAre("<3@x>"));
    EXPECT_THAT(ids({"Work"}), ElementsAre("<4@x>"));
}

TEST_F(ImportPst, LeavesNoTailWhenItIsStopped) {
    pst_.add("Inbox", 1, 4, SpecialFolder::Inbox);
    stop_.request();
    EXPECT_EQ(failure(), ErrorCode::TryAgain);
    EXPECT_EQ(store_.appends, 0);
}

TEST_F(ImportPst, NoticesWhatTheDestinationHasLost) {
    pst_.add("Inbox", 1, 4, SpecialFolder::Inbox);
    run();
    store_.find(mail::kInboxPath)->messages.pop_back();
    const ImportResult result = run();
    EXPECT_FALSE(result.proven());
    EXPECT_EQ(result.folders[0].proof->missing, 1U);
}

TEST_F(ImportPst, TakesOnlyWhatIsAskedFor) {
    pst_.add("Inbox", 1, 1, SpecialFolder::Inbox);
    pst_.add("Junk E-mail", 2, 2, SpecialFolder::JunkEmail);
    options_.plan.filter = FolderFilter({}, {"\\Junk"});
    options_.messages.before = base::UnixTime{1'600'000'000};
    const ImportResult result = run();
    ASSERT_EQ(result.folders.size(), 1U);
    EXPECT_EQ(result.folders[0].filtered, 1U);
    ASSERT_EQ(result.skipped.size(), 1U);
    EXPECT_EQ(result.skipped[0].reason, "left out on request");
    options_.messages.before.reset();
    EXPECT_EQ(run().folders[0].sent, 1U);
}

TEST_F(ImportPst, ResolvesX500NamesByOtherMessagesAndCountsThoseThatNoneKnows) {
    const auto from = [](const std::string& name, const std::string& smtp) {
        return [=](mapi::Message& message) {
            message.properties.set(mapi::PidTagSentRepresentingName, name);
            message.properties.set(mapi::PidTagSentRepresentingAddressType, std::string("EX"));
            message.properties.set(mapi::PidTagSentRepresentingEmailAddress, "/o=A/cn=" + name);
            if (!smtp.empty()) {
                message.properties.set(mapi::PidTagSentRepresentingSmtpAddress, smtp);
            }
        };
    };
    auto& folder = pst_.add("Mail", 1, 3);
    folder.items[0].change = from("B", "");
    folder.items[1].change = from("B", "b@org.example");
    folder.items[2].change = from("C", "");
    const ImportResult result = run();
    EXPECT_THAT(store_.texts({"Mail"})[0], testing::HasSubstr("From: B <b@org.example>\r\n"));
    EXPECT_THAT(store_.texts({"Mail"})[2], testing::HasSubstr("From: C <IMCEAEX-"));
    EXPECT_EQ(result.losses.at("lossy-address"), 1U);
    ASSERT_EQ(losses_.items.size(), 1U);
    EXPECT_THAT(losses_.items[0].place, testing::StartsWith("Mail 0x"));
    EXPECT_THAT(losses_.items[0].text, testing::HasSubstr("\"C\""));
}

TEST_F(ImportPst, ShowsThatItReadsTheWholeStoreForAddresses) {
    pst_.add("Mail", 1, 3).items[1].change = [](mapi::Message& message) {
        message.properties.set(mapi::PidTagSentRepresentingAddressType, std::string("EX"));
        message.properties.set(mapi::PidTagSentRepresentingEmailAddress, std::string("/o=A/cn=B"));
    };
    pst_.add("More", 4, 5);
    run();
    EXPECT_THAT(progress_.told(),
                ElementsAre("import Mail 1", "look for Internet addresses 6", "import Mail 3",
                            "import More 2", "prove Mail 3", "prove More 2"));
}

}  // namespace
}  // namespace mbx::migration
