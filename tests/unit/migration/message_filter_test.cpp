#include "migration/message_filter.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "fake_store.hpp"
#include "migration/message_header.hpp"

namespace mbx::migration {
namespace {

TEST(ParseDate, ReadsDaysAndMoments) {
    EXPECT_EQ(base::iso8601(parse_date("2020-02-29")), "2020-02-29T00:00:00Z");
    EXPECT_EQ(base::iso8601(parse_date("2020-01-31T12:30:00Z")), "2020-01-31T12:30:00Z");
    for (const char* const text :
         {"", "2021-02-29", "20200101", "2020-01-31T", "2020-01-31 12:00"}) {
        EXPECT_THROW(parse_date(text), Error) << text;
    }
}

TEST(MessageFilter, PrefersTheInternalDate) {
    MessageFilter filter;
    filter.since = parse_date("2020-01-01");
    mail::Message message = test::make_mail("Date: 1 Jan 2000 00:00:00 +0000\n\n");
    EXPECT_FALSE(filter.takes(message));
    message.internal_date = parse_date("2020-01-01");
    EXPECT_TRUE(filter.takes(message));
    filter.before = parse_date("2020-01-01");
    EXPECT_FALSE(filter.takes(message));
}

TEST(MessageFilter, TakesAMessageWithoutAnyDate) {
    MessageFilter filter;
    filter.before = parse_date("2020-01-01");
    EXPECT_TRUE(filter.takes(test::make_mail("Subject: x\n\nDate: 1 Jan 2030 00:00:00 +0000\n")));
}

TEST(MessageFilter, LeavesOutLargeMessages) {
    MessageFilter filter;
    filter.largest_size = 10;
    EXPECT_TRUE(filter.takes(test::make_mail("0123456789")));
    EXPECT_FALSE(filter.takes(test::make_mail("0123456789a")));
}

TEST(MessageHeader, UnfoldsTheFirstFieldOfAName) {
    const std::string header = "From x\r\nsubject:  one\r\n\t two  three\r\nSubject: other\r\n";
    EXPECT_EQ(header_field(header, "Subject"), "one two three");
    EXPECT_EQ(header_field(header, "To"), std::nullopt);
    EXPECT_EQ(header_field("A:", "A"), "");
}

TEST(MessageHeader, EndsAtTheEmptyLine) {
    EXPECT_EQ(read_header(*base::memory_source(std::string("A: 1\r\n\r\nB: 2\r\n"))), "A: 1\r\n");
    EXPECT_EQ(read_header(*base::memory_source(std::string("From a@b\nA: 1\n\n"))), "A: 1\n");
    EXPECT_EQ(read_header(*base::memory_source(std::string("From a@b"))), "");
    EXPECT_EQ(read_header(*base::memory_source(std::string("\n"))), "");
    const std::string endless(2 * kLongestHeader, 'x');
    EXPECT_EQ(read_header(*base::memory_source(endless)).size(), kLongestHeader);
}

}  // namespace
}  // namespace mbx::migration
