#include "migration/folder_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf.hpp"

namespace mbx::migration {
namespace {

using mail::FolderPath;
using mail::SpecialUse;
using mapi::SpecialFolder;
using pst::ndb::Nid;
using testing::ElementsAre;

store::StoreFolder folder(FolderPath path, SpecialUse use = SpecialUse::None,
                          bool selectable = true) {
    store::StoreFolder result;
    result.path = std::move(path);
    result.special_use = use;
    result.selectable = selectable;
    return result;
}

/// "Inbox/Work", in the order of the plan.
std::vector<std::string> pst_paths(const std::vector<PstTarget>& plan) {
    std::vector<std::string> paths;
    for (const PstTarget& target : plan) {
        const std::string above = target.parent ? paths[*target.parent] + "/" : "";
        paths.push_back(above + target.folder.display_name);
    }
    return paths;
}

std::vector<std::string> exported(const std::vector<store::StoreFolder>& folders) {
    return pst_paths(plan_pst_folders(folders, {}));
}

/// What a reader would give back of a planned PST.
std::vector<pst::PstFolder> written(const std::vector<PstTarget>& plan) {
    std::vector<pst::PstFolder> folders(2);
    folders[0].nid = pst::ndb::kNidRootFolder;
    folders[0].parent = pst::ndb::kNidRootFolder;
    folders[1].nid = pst::ndb::kNidIpmSubtree;
    folders[1].parent = pst::ndb::kNidRootFolder;
    folders[1].folder.display_name = "Top of Outlook data file";
    for (std::size_t i = 0; i < plan.size(); ++i) {
        pst::PstFolder there;
        there.nid = Nid{static_cast<std::uint32_t>(0x10000 + i)};
        there.parent = plan[i].parent ? Nid{static_cast<std::uint32_t>(0x10000 + *plan[i].parent)}
                                      : pst::ndb::kNidIpmSubtree;
        there.folder = plan[i].folder;
        there.message_count = plan[i].has_messages ? 1 : 0;
        there.below_ipm_subtree = true;
        folders.push_back(std::move(there));
    }
    return folders;
}

MailPlan back(const std::vector<pst::PstFolder>& folders,
              const std::vector<store::StoreFolder>& destination = {},
              const MailPlanOptions& options = {}) {
    return plan_mail_folders(
        folders, destination, [](const FolderPath& path) { return path; }, options);
}

std::vector<std::string> mail_paths(const MailPlan& plan) {
    std::vector<std::string> paths;
    for (const MailTarget& target : plan.folders) {
        paths.push_back(mail::to_string(target.path));
    }
    return paths;
}

std::vector<std::string> round_trip(const std::vector<store::StoreFolder>& folders) {
    return mail_paths(back(written(plan_pst_folders(folders, {}))));
}

TEST(PlanPstFolders, PutsInboxFirstThenSentThenTheRest) {
    EXPECT_THAT(exported({folder({"INBOX"}), folder({"Archive"}), folder({"INBOX", "Work"}),
                          folder({"Trash"}), folder({"INBOX", "Work", "2020"}),
                          folder({"Sent"}, SpecialUse::Sent), folder({"Lists"})}),
                ElementsAre("Inbox", "Inbox/Work", "Inbox/Work/2020", "Sent Items", "Archive",
                            "Deleted Items", "Lists"));
}

TEST(PlanPstFolders, BelievesTheStoreBeforeTheName) {
    const auto plan = plan_pst_folders(
        {folder({"INBOX"}), folder({"Sent"}), folder({"Gesendet"}, SpecialUse::Sent)}, {});
    EXPECT_THAT(pst_paths(plan), ElementsAre("Inbox", "Sent Items", "Sent"));
    EXPECT_EQ(plan[1].path, FolderPath{"Gesendet"});
    EXPECT_EQ(plan[1].folder.special, SpecialFolder::SentItems);
    EXPECT_EQ(plan[2].folder.special, SpecialFolder::None);
}

TEST(PlanPstFolders, FindsLocalisedNamesAtTheTopOnly) {
    const auto plan =
        plan_pst_folders({folder({"INBOX"}), folder({"Work"}), folder({"Work", "Sent"}),
                          folder({"Éléments envoyés"}), folder({"Entwürfe"}),
                          folder({"Papierkorb"}), folder({"Spam"})},
                         {});
    EXPECT_THAT(pst_paths(plan), ElementsAre("Inbox", "Sent Items", "Work", "Work/Sent", "Drafts",
                                             "Deleted Items", "Junk E-mail"));
}

TEST(PlanPstFolders, FindsNamesBelowTheInboxWhereEverythingIsThere) {
    EXPECT_THAT(exported({folder({"INBOX"}), folder({"INBOX", "Sent"}), folder({"INBOX", "Work"}),
                          folder({"INBOX", "Trash"})}),
                ElementsAre("Inbox", "Inbox/Work", "Sent Items", "Deleted Items"));
}

TEST(PlanPstFolders, GivesConfiguredFoldersTheFirstWord) {
    const auto plan =
        plan_pst_folders({folder({"INBOX"}), folder({"Sent"}, SpecialUse::Sent), folder({"Out"})},
                         {}, {{SpecialUse::Sent, {"Out"}}});
    EXPECT_THAT(pst_paths(plan), ElementsAre("Inbox", "Sent Items", "Sent"));
    EXPECT_EQ(plan[1].path, FolderPath{"Out"});
}

TEST(PlanPstFolders, NumbersNamesThatOutlookTakesForOne) {
    EXPECT_THAT(exported({folder({"INBOX"}), folder({"x"}), folder({"X"}), folder({"Ärger"}),
                          folder({"ärger"}), folder({"Inbox"}), folder({"x (2)"})}),
                ElementsAre("Inbox", "x", "X (2)", "Ärger", "ärger (2)", "Inbox (2)", "x (2) (2)"));
}

TEST(PlanPstFolders, CleansNamesThatAPstCannotHold) {
    const std::string longest(300, 'n');
    const auto plan = plan_pst_folders({folder({"a\tb"}), folder({" x "}), folder({"\xff"}),
                                        folder({longest}), folder({longest + "2"}), folder({"  "})},
                                       {});
    EXPECT_EQ(plan[0].folder.display_name, "a_b");
    EXPECT_EQ(plan[1].folder.display_name, "x");
    EXPECT_EQ(plan[2].folder.display_name, "\uFFFD");
    EXPECT_EQ(plan[3].folder.display_name, std::string(255, 'n'));
    EXPECT_EQ(plan[4].folder.display_name, std::string(245, 'n') + " (2)");
    EXPECT_EQ(plan[5].folder.display_name, "_");
}

TEST(PlanPstFolders, KeepsHoldersOfTakenFolders) {
    const auto plan = plan_pst_folders({folder({"INBOX"}), folder({"A"}, SpecialUse::None, false),
                                        folder({"A", "B"}), folder({"C"}), folder({"D", "E"})},
                                       FolderFilter({"A/B", "D"}, {}));
    EXPECT_THAT(pst_paths(plan), ElementsAre("A", "A/B", "D", "D/E"));
    EXPECT_FALSE(plan[0].has_messages);
    EXPECT_TRUE(plan[1].has_messages);
    EXPECT_FALSE(plan[2].has_messages);
}

TEST(PlanPstFolders, HoldsThreeHundredLevels) {
    std::vector<store::StoreFolder> folders;
    FolderPath path;
    for (int i = 0; i < 300; ++i) {
        path.push_back("l");
        folders.push_back(folder(path));
    }
    EXPECT_EQ(exported(folders).size(), 300U);
    EXPECT_EQ(round_trip(folders).back(), mail::to_string(path));
}

TEST(FolderMap, BringsEveryNameBack) {
    const std::string longest(300, 'n');
    const std::vector<store::StoreFolder> folders{
        folder({"INBOX"}),
        folder({"INBOX", "a/b"}),
        folder({"INBOX", "a/b", "c"}),
        folder({"Gesendete Elemente"}),
        folder({"Entwürfe"}),
        folder({"Archiv"}),
        folder({"x"}),
        folder({"X"}),
        folder({"X", "x"}),
        folder({" blank "}),
        folder({"tab\there"}),
        folder({longest}),
        folder({longest + "2"}),
        folder({"Sent Items"}),
        folder({"%41"}),
        folder({"\xC3"}),
    };
    std::vector<std::string> expected;
    for (const auto& f : folders) {
        expected.push_back(mail::to_string(f.path));
    }
    EXPECT_THAT(round_trip(folders), testing::UnorderedElementsAreArray(expected));
}

TEST(FolderMap, BringsFoldersBackThatLayBelowTheInbox) {
    EXPECT_THAT(round_trip({folder({"INBOX"}), folder({"INBOX", "Sent"}),
                            folder({"INBOX", "Sent", "2020"}), folder({"INBOX", "Archive"})}),
                ElementsAre("INBOX", "INBOX/Sent", "INBOX/Sent/2020", "INBOX/Archive"));
}

TEST(FolderMap, DoesNotMakeMailboxesOfHolders) {
    const auto plan = back(written(plan_pst_folders(
        {folder({"INBOX"}), folder({"A"}, SpecialUse::None, false), folder({"A", "B"})}, {})));
    ASSERT_THAT(mail_paths(plan), ElementsAre("INBOX", "A", "A/B"));
    EXPECT_FALSE(plan.folders[1].wanted);
    EXPECT_TRUE(plan.folders[2].wanted);
}

TEST(FolderMap, FollowsFoldersThatWereRenamedOrMoved) {
    auto folders = written(plan_pst_folders({folder({"x"}), folder({"X"}), folder({" y "})}, {}));
    folders[3].folder.display_name = "Renamed";
    folders[4].parent = folders[2].nid;
    EXPECT_THAT(mail_paths(back(folders)), ElementsAre("x", "Renamed", "x/ y "));
}

TEST(PlanMailFolders, UsesTheSpecialFoldersOfTheDestination) {
    const auto pst = written(plan_pst_folders(
        {folder({"INBOX"}), folder({"Sent"}), folder({"Papierkorb"}), folder({"Drafts"})}, {}));
    const auto plan =
        back(pst, {folder({"INBOX"}), folder({"Gesendet"}, SpecialUse::Sent), folder({"Trash"})});
    EXPECT_THAT(mail_paths(plan), ElementsAre("INBOX", "Gesendet", "Trash", "Drafts"));
    EXPECT_EQ(plan.folders[1].use, SpecialUse::Sent);
    EXPECT_EQ(plan.folders[2].use, SpecialUse::Trash);
}

TEST(PlanMailFolders, NeverMergesTwoFolders) {
    auto pst = written(plan_pst_folders({folder({"INBOX"}), folder({"Gesendet"})}, {}));
    pst::PstFolder own;
    own.nid = Nid{0x20000};
    own.parent = pst::ndb::kNidIpmSubtree;
    own.folder.display_name = "Sent";
    own.below_ipm_subtree = true;
    pst.push_back(own);
    own.nid = Nid{0x20001};
    pst.push_back(own);
    const auto plan = back(pst, {folder({"Sent"}, SpecialUse::Sent)});
    EXPECT_THAT(mail_paths(plan), ElementsAre("INBOX", "Sent", "Sent (2)", "Sent (3)"));
}

TEST(PlanMailFolders, RecognisesAForeignPstByItsNames) {
    auto pst = written({});
    for (const char* const name : {"Posteingang", "Gesendete Elemente", "Gelöschte Elemente", ""}) {
        pst::PstFolder there;
        there.nid = Nid{static_cast<std::uint32_t>(0x30000 + pst.size())};
        there.parent = pst::ndb::kNidIpmSubtree;
        there.folder.display_name = name;
        there.below_ipm_subtree = true;
        pst.push_back(there);
    }
    EXPECT_THAT(mail_paths(back(pst)), ElementsAre("INBOX", "Sent", "Trash", "Folder"));
}

TEST(PlanMailFolders, MakesNoTrashThatTheMailboxDidNotHave) {
    auto pst = written(plan_pst_folders({folder({"INBOX"})}, {}));
    pst::PstFolder deleted;
    deleted.nid = pst::ndb::kNidDeletedItems;
    deleted.parent = pst::ndb::kNidIpmSubtree;
    deleted.folder.display_name = "Deleted Items";
    deleted.folder.special = SpecialFolder::DeletedItems;
    deleted.below_ipm_subtree = true;
    pst.push_back(deleted);
    EXPECT_FALSE(back(pst).folders[1].wanted);
    pst.back().message_count = 1;
    EXPECT_TRUE(back(pst).folders[1].wanted);
    const auto with_trash = back(written(plan_pst_folders({folder({"Deleted Items"})}, {})));
    EXPECT_TRUE(with_trash.folders[0].wanted);
}

TEST(PlanMailFolders, SaysWhatItLeavesOut) {
    auto pst = written(plan_pst_folders({folder({"INBOX"}), folder({"A"}), folder({"A", "B"}),
                                         folder({"C"}), folder({"D"}), folder({"E"})},
                                        {}));
    pst[3].hidden = true;
    pst[5].folder.container_class = "IPF.Contact";
    pst[6].search = true;
    MailPlanOptions options;
    options.mail_only = true;
    options.filter = FolderFilter({}, {"INBOX"});
    const auto plan = back(pst, {}, options);
    EXPECT_EQ(plan.folders.back().path, (mail::FolderPath{"E"}));
    std::vector<std::string> reasons;
    for (const SkippedFolder& skipped : plan.skipped) {
        reasons.push_back(skipped.pst_path + ": " + skipped.reason);
    }
    EXPECT_THAT(reasons, testing::IsSupersetOf({"A: hidden", "A/B: below a folder that is left out",
                                                "C: does not hold mail", "D: search folder",
                                                "Inbox: left out on request"}));
}

TEST(PlanMailFolders, TakesMessagesOfTheTopFolderItself) {
    auto pst = written(plan_pst_folders({folder({"INBOX"})}, {}));
    pst[1].message_count = 3;
    EXPECT_THAT(mail_paths(back(pst)), ElementsAre("INBOX", "Top of Outlook data file"));
}

TEST(PlanMailFolders, AsksTheDestinationForPossibleNames) {
    const auto pst = written(plan_pst_folders({folder({"a.b"}), folder({"a_b"})}, {}));
    const auto plan = plan_mail_folders(pst, {},
                                        [](FolderPath path) {
                                            for (std::string& name : path) {
                                                std::replace(name.begin(), name.end(), '.', '_');
                                            }
                                            return path;
                                        },
                                        {});
    EXPECT_THAT(mail_paths(plan), ElementsAre("a_b", "a_b (2)"));
}

TEST(OriginComment, ComesBack) {
    const auto origin = parse_origin_comment(origin_comment({{"INBOX", "a/b%", "\xff"}, false}));
    ASSERT_TRUE(origin);
    EXPECT_EQ(origin->path, (FolderPath{"INBOX", "a/b%", "\xff"}));
    EXPECT_FALSE(origin->has_messages);
    EXPECT_TRUE(base::is_valid_utf8(origin_comment({{"\xff"}, true})));
    EXPECT_FALSE(parse_origin_comment("Inbox folder"));
    EXPECT_FALSE(parse_origin_comment("Mail folder: a//b"));
    EXPECT_FALSE(parse_origin_comment("Mail folder: %4"));
}

}  // namespace
}  // namespace mbx::migration
