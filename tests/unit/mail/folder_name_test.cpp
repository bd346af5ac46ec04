#include "mail/folder_name.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::mail {
namespace {

TEST(FolderPath, IsWrittenReversibly) {
    const FolderPath path{"INBOX", "a/b", "100%"};
    EXPECT_EQ(to_string(path), "INBOX/a%2Fb/100%25");
    EXPECT_EQ(parse_folder_path(to_string(path)), path);
}

TEST(FolderPath, RefusesEmptyNamesAndBrokenEscapes) {
    EXPECT_THROW(parse_folder_path("a//b"), Error);
    EXPECT_THROW(parse_folder_path("a%2"), Error);
}

TEST(FolderPath, InboxHasOneSpelling) {
    EXPECT_EQ(parse_folder_path("inbox"), kInboxPath);
}

TEST(SpecialUse, IsKnownByAttributeAndByName) {
    EXPECT_EQ(special_use_from_attribute("\\sent"), SpecialUse::Sent);
    EXPECT_EQ(attribute_of(SpecialUse::Junk), "\\Junk");
    EXPECT_EQ(special_use_from_name("Gesendete Elemente"), SpecialUse::Sent);
    EXPECT_EQ(special_use_from_name("Entwürfe"), SpecialUse::Drafts);
    EXPECT_EQ(special_use_from_name("Project"), SpecialUse::None);
}

TEST(SpecialUseFromName, SeesThroughCapitalsOfEveryAlphabet) {
    EXPECT_EQ(special_use_from_name("Éléments envoyés"), SpecialUse::Sent);
    EXPECT_EQ(special_use_from_name("Отправленные"), SpecialUse::Sent);
    EXPECT_EQ(special_use_from_name("Πρόχειρα"), SpecialUse::Drafts);
    EXPECT_EQ(special_use_from_name("Çöp Kutusu"), SpecialUse::Trash);
}

}  // namespace
}  // namespace mbx::mail
