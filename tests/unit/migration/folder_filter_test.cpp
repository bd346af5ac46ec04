#include "migration/folder_filter.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::migration {
namespace {

using mail::SpecialUse;

TEST(FolderFilter, TakesEverythingWithoutPatterns) {
    EXPECT_TRUE(FolderFilter().takes({"INBOX"}, SpecialUse::Inbox));
    EXPECT_TRUE(FolderFilter().takes_all());
}

TEST(FolderFilter, TakesAFolderWithAllBelowIt) {
    const FolderFilter filter({"INBOX/Work"}, {});
    EXPECT_TRUE(filter.takes({"INBOX", "Work"}, SpecialUse::None));
    EXPECT_TRUE(filter.takes({"INBOX", "Work", "2020"}, SpecialUse::None));
    EXPECT_FALSE(filter.takes({"INBOX"}, SpecialUse::Inbox));
    EXPECT_FALSE(filter.takes({"INBOX", "Workshop"}, SpecialUse::None));
}

TEST(FolderFilter, LetsExcludeWin) {
    const FolderFilter filter({"INBOX"}, {"INBOX/*"});
    EXPECT_TRUE(filter.takes({"INBOX"}, SpecialUse::Inbox));
    EXPECT_FALSE(filter.takes({"INBOX", "Work"}, SpecialUse::None));
    EXPECT_FALSE(filter.takes({"INBOX", "Work", "2020"}, SpecialUse::None));
}

TEST(FolderFilter, KnowsSpecialUses) {
    const FolderFilter filter({}, {"\\junk", "\\Trash"});
    EXPECT_FALSE(filter.takes({"Spam"}, SpecialUse::Junk));
    EXPECT_FALSE(filter.takes({"Bin"}, SpecialUse::Trash));
    EXPECT_TRUE(filter.takes({"Junk"}, SpecialUse::None));
}

TEST(FolderFilter, TakesInboxInAnyCase) {
    EXPECT_TRUE(FolderFilter({"inbox"}, {}).takes({"INBOX", "a"}, SpecialUse::None));
    EXPECT_FALSE(FolderFilter({"inboxes"}, {}).takes({"INBOX"}, SpecialUse::Inbox));
}

TEST(FolderFilter, RefusesUnknownSpecialUseAndEmptyPattern) {
    EXPECT_THROW(FolderFilter({"\\Spam"}, {}), Error);
    EXPECT_THROW(FolderFilter({}, {""}), Error);
}

TEST(GlobMatches, KeepsAStarWithinOneName) {
    EXPECT_TRUE(glob_matches("a*c", "abbc"));
    EXPECT_FALSE(glob_matches("a*c", "ab/c"));
    EXPECT_TRUE(glob_matches("a**c", "ab/c"));
    EXPECT_TRUE(glob_matches("**/20??", "a/b/2020"));
    EXPECT_TRUE(glob_matches("**x*z", "a/xbx/xz"));
    EXPECT_FALSE(glob_matches("**x*z", "a/xb/z"));
    EXPECT_TRUE(glob_matches("*", "abc"));
    EXPECT_FALSE(glob_matches("*", "a/b"));
    EXPECT_FALSE(glob_matches("a", ""));
    EXPECT_TRUE(glob_matches("", ""));
}

TEST(GlobMatches, KnowsSets) {
    EXPECT_TRUE(glob_matches("20[01][0-9]", "2019"));
    EXPECT_FALSE(glob_matches("20[01][0-9]", "2029"));
    EXPECT_TRUE(glob_matches("[!a]b", "xb"));
    EXPECT_FALSE(glob_matches("[!a]b", "ab"));
    EXPECT_TRUE(glob_matches("[", "["));
    EXPECT_TRUE(glob_matches("[]a]", "]"));
}

TEST(GlobMatches, EndsOnStarsThatCouldTakeLong) {
    const std::string text(2000, 'a');
    EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*a*b", text));
    EXPECT_FALSE(glob_matches("**a*a**a*a**a*a**a*b", text));
}

TEST(FolderFilter, KnowsThePatternsThatCoverNoFolder) {
    const FolderFilter filter({"INBOX", "Wrok", "Lists/*"}, {"Old", "INBOX/Old", "\\Junk"});
    const FolderFilter copy = filter;
    for (const mail::FolderPath& path :
         {mail::FolderPath{"INBOX"}, mail::FolderPath{"INBOX", "Old"}, mail::FolderPath{"Work"}}) {
        copy.takes(path, mail::SpecialUse::None);
    }
    EXPECT_EQ(filter.idle_patterns(), (std::vector<std::string>{"Wrok", "Lists/*", "Old"}));
    EXPECT_TRUE(FolderFilter().idle_patterns().empty());
}

TEST(FolderFilter, RefusesToLeaveNoFolder) {
    const auto refusal = [](const FolderFilter& filter) -> std::string {
        filter.takes({"Work"}, mail::SpecialUse::None);
        try {
            filter.expect_some(0);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::NoInput);
            return error.text();
        }
        return "";
    };
    EXPECT_EQ(refusal(FolderFilter({"Wrok", "work"}, {})), "no folder matches 'Wrok' or 'work'");
    EXPECT_EQ(refusal(FolderFilter({}, {"Work"})), "--folder and --exclude leave no folder");
    EXPECT_EQ(refusal(FolderFilter()), "");
    FolderFilter({"Wrok"}, {}).expect_some(1);
}

}  // namespace
}  // namespace mbx::migration
