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

TEST(MailboxNames, WhatTheServerRefusesIsWrittenInHexadecimalAndReadBack) {
    const NameRules strict{"", '/', false, true};
    const struct {
        const NameRules& rules;
        mail::FolderPath path;
        const char* mailbox;
    } cases[] = {
        {kDot, {"dog.food.me@x"}, "INBOX.dog=2Efood=2Eme@x"},
        {kSlash, {"dog.food.me@x"}, "dog.food.me@x"},
        {kSlash, {"100%", "a*"}, "100%/a*"},
        {strict, {"100%", "a;b"}, "100=25/a=3Bb"},
        {kDot, {"a=2Eb"}, "INBOX.a=3D2Eb"},
        {kDot, {"a=2Eb.c"}, "INBOX.a=3D2Eb=2Ec"},
        {kSlash, {"a=2Eb", "price=20"}, "a=2Eb/price=20"},
        {kSlash, {"a/b=FF"}, "a=2Fb=3DFF"},
        {kSlash, {"a=FF"}, "a=FF"},
    };
    for (const auto& [rules, path, mailbox] : cases) {
        EXPECT_EQ(mailbox_of(path, rules), mailbox);
        EXPECT_EQ(path_of(mailbox, rules), path);
        EXPECT_EQ(possible_path(path, rules), path);
    }
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
