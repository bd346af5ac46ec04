#include "store/disk_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/percent.hpp"

namespace mbx::store {
namespace {

TEST(EscapeName, WritesWhatAFileNameCannotHold) {
    EXPECT_EQ(escape_name("a/b", ""), "a%2Fb");
    EXPECT_EQ(escape_name("dog.food.me@x", "."), "dog%2Efood%2Eme@x");
    EXPECT_EQ(escape_name("tab\there\x7f", ""), "tab%09here%7F");
    EXPECT_EQ(escape_name("bad\xffutf", ""), "bad%FFutf");
    EXPECT_EQ(escape_name("Grüße ^\"\\*% ", ""), "Grüße ^\"\\*% ");
}

TEST(EscapeName, CanBeUndone) {
    for (const char* name : {"a/b", "100%", "100%25", "%2F", "%%2f", "a\xff\n", "x%zz"}) {
        EXPECT_EQ(base::percent_decoded(escape_name(name, "")), name);
    }
}

TEST(ShortenName, CutsAtACharacterAndKeepsNamesApart) {
    std::string a;
    for (int i = 0; i < 200; ++i) {
        a += "ü";
    }
    const std::string b = a + "x";
    const std::string short_a = shorten_name(a, 100, a);
    EXPECT_LE(short_a.size(), 100U);
    EXPECT_NE(short_a, shorten_name(b, 100, b));
    EXPECT_EQ(short_a.find('~') % 2, 0U);
    EXPECT_EQ(shorten_name("short", 100, "short"), "short");
}

TEST(NameFromDisk, TellsModifiedUtf7FromUtf8) {
    EXPECT_EQ(name_from_disk("Entw&APw-rfe", false), "Entwürfe");
    EXPECT_EQ(name_from_disk("Entwürfe", false), "Entwürfe");
    EXPECT_EQ(name_from_disk("R&-D", false), "R&D");
    EXPECT_EQ(name_from_disk("R&D", false), "R&D");
    EXPECT_EQ(name_from_disk("R&-D", true), "R&-D");
    EXPECT_EQ(name_from_disk("Entw&APw-rfe", true), "Entwürfe");
    EXPECT_EQ(name_from_disk("Entw\xfcrfe", false), "Entwürfe");
}

TEST(KeywordAtom, IsWhatImapCanHold) {
    EXPECT_EQ(keyword_atom("$Forwarded"), "$Forwarded");
    EXPECT_EQ(keyword_atom("R&D"), "R&D");
    EXPECT_EQ(keyword_atom("Red Category"), "Red_Category");
    EXPECT_EQ(keyword_atom("a(b){c%d*e\"f\\g]h"), "a_b__c_d_e_f_g_h");
    EXPECT_EQ(keyword_atom("Größe"), "Gr&APYA3w-e");
    EXPECT_EQ(keyword_atom("line\nbreak"), "line_break");
}

}  // namespace
}  // namespace mbx::store
