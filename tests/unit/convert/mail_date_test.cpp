#include "convert/mail_date.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mbx::convert {
namespace {

std::string when(std::string_view date) {
    const auto time = parse_mail_date(date);
    return time ? base::iso8601(*time) : "none";
}

TEST(ParseMailDate, ReadsTheUsualForms) {
    EXPECT_EQ(when("Fri, 21 Nov 1997 09:55:06 -0600"), "1997-11-21T15:55:06Z");
    EXPECT_EQ(when("21 Nov 97 09:55 GMT"), "1997-11-21T09:55:00Z");
    EXPECT_EQ(when("Tue,  1 Jul 2003 10:52:37 +0200 (CEST)"), "2003-07-01T08:52:37Z");
    EXPECT_EQ(when("Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)"), "1969-02-14T03:02:00Z");
    EXPECT_EQ(when("Mon, 1 Jan 101 00:00:00 EST"), "2001-01-01T05:00:00Z");
    EXPECT_EQ(when("2020-01-31"), "2020-01-31T00:00:00Z");
    EXPECT_EQ(when("2020-01-31T12:30:00Z"), "2020-01-31T12:30:00Z");
    EXPECT_EQ(when("1999/01/31"), "1999-01-31T00:00:00Z");
    EXPECT_EQ(when("1999/1/31 23:59:58 -0100"), "1999-02-01T00:59:58Z");
}

TEST(ParseMailDate, SaysNoToWhatIsNoDate) {
    for (const char* const text : {"", "(Invalid)", "31 Feb 2000 00:00:00 +0000", "yesterday",
                                   "Fri, 21", "99999999999 Jan 2000"}) {
        EXPECT_EQ(when(text), "none") << text;
    }
}

}  // namespace
}  // namespace mbx::convert
