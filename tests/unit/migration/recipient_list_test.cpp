#include "migration/recipient_list.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.hpp"

namespace mbx::migration {
namespace {

constexpr const char* kList =
    "John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n"
    "FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10\r\n";

RecipientList parse(std::string_view text) {
    return RecipientList::parse(text, "l.csv");
}

Error refused(std::string_view text) {
    try {
        parse(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        return error;
    }
    ADD_FAILURE() << "not refused: " << text;
    return Error(ErrorCode::Internal, "");
}

TEST(RecipientList, ReadsPendingRowsAndResults) {
    const RecipientList list = parse(kList);
    ASSERT_EQ(list.rows().size(), 2U);
    EXPECT_EQ(list.rows()[0].recipient.name, "John Doe");
    EXPECT_EQ(list.rows()[0].recipient.alias, "JohnD");
    EXPECT_EQ(list.rows()[0].recipient.source, "GW-PILOT1");
    EXPECT_EQ(list.rows()[0].recipient.destination, "GW-PROD1");
    EXPECT_EQ(list.rows()[0].result.outcome, Outcome::Pending);
    EXPECT_EQ(list.rows()[1].result.outcome, Outcome::Failure);
    EXPECT_EQ(list.rows()[1].result.text, "Error Copying Messages");
    EXPECT_EQ(list.rows()[1].result.time, "5/10/96 10:09:10");
    EXPECT_EQ(list.totals().pending, 1U);
    EXPECT_EQ(list.totals().failed, 1U);
    EXPECT_EQ(list.totals().succeeded, 0U);
}

TEST(RecipientList, WritesAResultInPlace) {
    RecipientList list = parse(kList);
    list.set_result("johnd", "gw-pilot1",
                    {Outcome::Success, "Migrated No Errors", "5/10/96 10:05:00"});
    EXPECT_EQ(list.text(),
              "SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00\r\n"
              "FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 "
              "10:09:10\r\n");
}

TEST(RecipientList, KeepsBlankLinesQuotesAndByteOrderMark) {
    RecipientList list = parse("\xef\xbb\xbf\"A\",\"a\",S,D\n\n  \n\"Doe, J\",b,S,D");
    list.set_result("b", "S", {Outcome::Failure, "No, \"sorry\"", "t"});
    EXPECT_EQ(list.text(),
              "\xef\xbb\xbf\"A\",\"a\",S,D\r\n\r\n  \r\n"
              "FAILURE,\"Doe, J\",b,S,D,\"No, \"\"sorry\"\"\",t\r\n");
    EXPECT_EQ(parse(list.text()).rows()[1].result.text, "No, \"sorry\"");
}

TEST(RecipientList, KeepsAResultInOneLine) {
    RecipientList list = parse("A,a,S,D\n");
    list.set_result("a", "S", {Outcome::Failure, "one\r\ntwo\n", "t"});
    EXPECT_EQ(list.text(), "FAILURE,A,a,S,D,one  two,t\r\n");
}

TEST(RecipientList, CanBeReadAgainWhateverAResultSays) {
    RecipientList list = parse("A,a,S,D\n");
    list.set_result("a", "S", {Outcome::Failure, "not \xff, \xc2\x85 or \xe2\x80\xa8 there", "t"});
    EXPECT_EQ(parse(list.text()).rows()[0].result.text, "not  ,   or   there");
}

TEST(RecipientList, TouchesNoFinishedRecipient) {
    RecipientList list = parse(kList);
    try {
        list.set_result("MarySm", "GW-PILOT1", {Outcome::Success, "x", "t"});
        FAIL() << "changed";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "l.csv:2:1: alias MarySm has its result already: FAILURE");
    }
    EXPECT_EQ(list.text(), kList);
}

TEST(RecipientList, KnowsOnlyItsRecipients) {
    RecipientList list = parse(kList);
    try {
        list.set_result("JohnD", "GW-PROD1", {Outcome::Success, "x", "t"});
        FAIL() << "changed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::NoInput);
    }
}

TEST(RecipientList, MayHoldAnAliasOnSeveralServers) {
    EXPECT_EQ(parse("A,x,S1,D1\nB,x,S2,D2\n").rows().size(), 2U);
}

TEST(RecipientList, NamesThePlaceOfWhatIsWrong) {
    const std::pair<std::string_view, const char*> kCases[] = {
        {"A,a,S\n", "l.csv:1:1: found 3 fields, expected 4 (pending) or 7 (with a result)"},
        {"A,a,S,D\n\njust text\n",
         "l.csv:3:1: found 1 field, expected 4 (pending) or 7 (with a result)"},
        {"A,a,S,D,\n", "l.csv:1:1: found 5 fields, expected 4 (pending) or 7 (with a result)"},
        {"Doe, John,a,S,D\n",
         "l.csv:1:1: found 5 fields, expected 4 (pending) or 7 (with a result)"},
        {"OK,A,a,S,D,m,t\n", "l.csv:1:1: found OK, expected SUCCESS or FAILURE"},
        {"success,A,a,S,D,m,t\n", "l.csv:1:1: found success, expected SUCCESS or FAILURE"},
        {"Ann,,S,D\n", "l.csv:1:5: the alias is empty"},
        {"Ann,\"  \",S,D\n", "l.csv:1:5: the alias is empty"},
        {"Ann,a,,D\n", "l.csv:1:7: the source server is empty"},
        {"Ann,a,S,\n", "l.csv:1:9: the destination server is empty"},
        {"Ann, a,S,D\n", "l.csv:1:5: the alias begins or ends with a blank"},
        {"Ann,a,S ,D\n", "l.csv:1:7: the source server begins or ends with a blank"},
        {"A,x,S,D1\nB,X,s,D2\n", "l.csv:2:3: alias X on source server s is in line 1 already"},
        {"A,x,S1,D\nB,x,S2,D\n", "l.csv:2:3: alias x on destination server D is in line 1 already"},
        {"SUCCESS,A,x,S,D,m,t\n\nA,x,S,D\n",
         "l.csv:3:3: alias x on source server S is in line 1 already"},
        {"A,a\x01,S,D\n", "l.csv:1:4: a control character (U+0001)"},
        {"\xff\xfe\x41\x00", "l.csv:1:1: the list is UTF-16, expected UTF-8"},
    };
    for (const auto& [text, what] : kCases) {
        EXPECT_STREQ(refused(text).what(), what);
    }
}

TEST(RecipientList, IsQuickWithManyRecipients) {
    std::string text;
    for (int i = 0; i < 50000; ++i) {
        text += "Name,alias" + std::to_string(i) + ",S,D\r\n";
    }
    EXPECT_EQ(parse(text).text(), text);
}

TEST(FormatTime, IsShortInLocalTimeOrIso) {
    ::setenv("TZ", "EST5EDT", 1);
    ::tzset();
    const base::UnixTime time{831737100};  // 1996-05-10 14:05:00 UTC
    EXPECT_EQ(format_time(time, TimeFormat::Short), "5/10/96 10:05:00");
    EXPECT_EQ(format_time(time, TimeFormat::Iso), "1996-05-10T14:05:00Z");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(format_time(base::UnixTime{1767229629}, TimeFormat::Short), "1/1/26 1:07:09");
}

}  // namespace
}  // namespace mbx::migration
