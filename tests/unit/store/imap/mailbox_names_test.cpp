#include "store/imap/mailbox_names.hpp"

#include <gtest/gtest.h>

namespace mbx::store::imap {
namespace {

const NameRules kSlash{"", '/', false, false};
const NameRules kDot{"INBOX.", '.', false, false};

TEST(MailboxNames, StripThePrefix) {
    EXPECT_EQ(path_of("INBOX.Sent", kDot), (mail::FolderPath{"Sent"}));
    EXPECT_EQ(path_of("inbox", kDot), mail::kInboxPath);
    EXPECT_EQ(mailbox_of({"Sent", "2019"}, kDot), "INBOX.Sent.2019");
}

TEST(MailboxNames, UseModifiedUtf7UnlessUtf8IsOn) {
    EXPECT_EQ(path_of("Entw&APw-rfe", kSlash), (mail::FolderPath{"Entwürfe"}));
    EXPECT_EQ(mailbox_of({"Entwürfe"}, kSlash), "Entw&APw-rfe");
    EXPECT_EQ(mailbox_of({"Entwürfe"}, NameRules{"", '/', true, false}), "Entwürfe");
}

TEST(MailboxNames, EmptyPartsAreLeftOut) {
    EXPECT_EQ(path_of("a//b/", kSlash), (mail::FolderPath{"a", "b"}));
    EXPECT_FALSE(path_of("/", kSlash));
    EXPECT_FALSE(path_of("INBOX.", kDot));
}

TEST(PossiblePath, WritesWhatTheServerRefusesInHexadecimal) {
    EXPECT_EQ(possible_path({"dog.food.me@x"}, kDot), (mail::FolderPath{"dog=2Efood=2Eme@x"}));
    EXPECT_EQ(possible_path({"dog.food.me@x"}, kSlash), (mail::FolderPath{"dog.food.me@x"}));
    EXPECT_EQ(possible_path({"100%", "a*"}, kSlash), (mail::FolderPath{"100%", "a*"}));
    EXPECT_EQ(possible_path({"100%", "a;b"}, NameRules{"", '/', false, true}),
              (mail::FolderPath{"100=25", "a=3Bb"}));
}

TEST(PossiblePath, LeavesWhatIsPossibleAsItIs) {
    const mail::FolderPath once = possible_path({"dog.food", "a.b"}, kDot);
    EXPECT_EQ(possible_path(once, kDot), once);
}

TEST(PossiblePath, BelowAnInboxPrefixThereIsOnePlace) {
    EXPECT_EQ(possible_path({"INBOX", "Work"}, kDot), (mail::FolderPath{"Work"}));
    EXPECT_EQ(possible_path({"INBOX", "Work"}, kSlash), (mail::FolderPath{"INBOX", "Work"}));
    EXPECT_EQ(possible_path(mail::kInboxPath, kDot), mail::kInboxPath);
}

TEST(PossiblePath, ThereIsOneInboxInWhateverCase) {
    EXPECT_EQ(possible_path({"inbox"}, kSlash), mail::kInboxPath);
    EXPECT_EQ(possible_path({"Inbox", "Work"}, kSlash), (mail::FolderPath{"INBOX", "Work"}));
    EXPECT_EQ(possible_path({"INBOX", "inbox"}, kDot), mail::kInboxPath);
}

}  // namespace
}  // namespace mbx::store::imap
