#include "store/imap/message_data.hpp"

#include <gtest/gtest.h>

namespace mbx::store::imap {
namespace {

TEST(InternalDate, GoesBothWays) {
    const auto time = parse_internal_date("17-Jul-1996 02:44:25 -0700");
    ASSERT_TRUE(time);
    EXPECT_EQ(time->seconds, 837'596'665);
    EXPECT_EQ(internal_date(*time), "\"17-Jul-1996 09:44:25 +0000\"");
    EXPECT_TRUE(parse_internal_date(" 7-Jul-1996 02:44:25 +0000"));
}

TEST(InternalDate, RefusesWhatIsNone) {
    EXPECT_FALSE(parse_internal_date(""));
    EXPECT_FALSE(parse_internal_date("31-Feb-1996 02:44:25 +0000"));
    EXPECT_FALSE(parse_internal_date("17-Jul-1996 2:44 +0000"));
}

TEST(UidSet, GoesBothWays) {
    EXPECT_EQ(uid_set({1, 2, 3, 7, 9, 10}), "1:3,7,9:10");
    EXPECT_EQ(parse_uid_set("1:3,7,9:10", 100), (std::vector<std::uint32_t>{1, 2, 3, 7, 9, 10}));
    EXPECT_EQ(parse_uid_set("3:1", 100), (std::vector<std::uint32_t>{1, 2, 3}));
}

TEST(UidSet, RefusesMoreThanTheLimit) {
    EXPECT_FALSE(parse_uid_set("1:4294967295", 1000));
    EXPECT_FALSE(parse_uid_set("1:x", 1000));
    EXPECT_FALSE(parse_uid_set("", 1000));
}

TEST(FlagList, KeepsWhatTheServerAllows) {
    mail::Message message;
    message.flags.seen = true;
    message.flags.draft = true;
    message.keywords = {"$Forwarded", "two words", "Work"};
    std::vector<std::string> dropped;
    EXPECT_EQ(flag_list(message, {{"\\Seen", "$Forwarded"}, false}, dropped),
              "(\\Seen $Forwarded)");
    EXPECT_EQ(dropped, (std::vector<std::string>{"\\Draft", "two words", "Work"}));
    dropped.clear();
    EXPECT_EQ(flag_list(message, {{"\\Seen", "\\Draft"}, true}, dropped),
              "(\\Seen \\Draft $Forwarded Work)");
    EXPECT_EQ(dropped, (std::vector<std::string>{"two words"}));
}

TEST(UidRanges, TakeTheLowestFirst) {
    UidRanges uids = UidRanges::from_numbers("9 3 1 2 x 10");
    EXPECT_EQ(uids.count(), 5U);
    EXPECT_EQ(uids.take(4), (std::vector<std::uint32_t>{1, 2, 3, 9}));
    EXPECT_EQ(uids.take(4), (std::vector<std::uint32_t>{10}));
    EXPECT_TRUE(uids.empty());
}

TEST(UidRanges, HoldHugeSetsInLittleSpace) {
    auto uids = UidRanges::from_set("4000000000:4294967295,1:4000000000");
    ASSERT_TRUE(uids);
    EXPECT_EQ(uids->count(), 4'294'967'295U);
    EXPECT_EQ(uids->take(2), (std::vector<std::uint32_t>{1, 2}));
    EXPECT_FALSE(UidRanges::from_set("1:x"));
    EXPECT_FALSE(UidRanges::from_set(""));
}

TEST(UidRanges, CountEachUidOnce) {
    auto uids = UidRanges::from_set("5:1,3:7,7");
    ASSERT_TRUE(uids);
    EXPECT_EQ(uids->count(), 7U);
    UidRanges twice;
    twice.add(4);
    twice.add(4);
    EXPECT_EQ(twice.count(), 1U);
}

}  // namespace
}  // namespace mbx::store::imap
