#include "store/mbox_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mbx::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MboxStatus, ReadsTheFlagsOfMailPrograms) {
    const MboxStatus status = status_of_head(
        "Subject: x\nStatus: RO\nX-Status: AFTD\r\nx-keywords: Work  $Forwarded \nFrom: a\n");
    EXPECT_EQ(status.flags, (mail::Flags{true, true, true, true, true}));
    EXPECT_THAT(status.keywords, ElementsAre("Work", "$Forwarded"));
    EXPECT_EQ(status_of_head("Status: O\n").flags, mail::Flags{});
    EXPECT_EQ(status_of_head("Subject: Status: R\n X-Status: A\nno colon\n:\n").flags,
              mail::Flags{});
}

TEST(MboxStatus, ReadsThunderbirdsBits) {
    const MboxStatus status = status_of_head(
        "X-Mozilla-Status: 1007\nX-Mozilla-Status2: 00000000\n"
        "X-Mozilla-Keys: $label1 work            \n");
    EXPECT_EQ(status.flags, (mail::Flags{true, true, true, false, false}));
    EXPECT_THAT(status.keywords, ElementsAre("$Forwarded", "$label1", "work"));
    EXPECT_FALSE(status.expunged);
    EXPECT_TRUE(status_of_head("X-Mozilla-Status: 0009\n").expunged);
    EXPECT_FALSE(status_of_head("X-Mozilla-Status: zzzz\n").expunged);
}

TEST(MboxStatus, KnowsTheMessageThatIsNone) {
    EXPECT_TRUE(status_of_head("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
                               "X-IMAP: 0123456789 0000000042\n")
                    .internal_data);
    EXPECT_FALSE(status_of_head("Subject: FOLDER INTERNAL DATA\n").internal_data);
    EXPECT_FALSE(status_of_head("X-IMAPbase: 1 2\nSubject: hi\n").internal_data);
}

TEST(MboxAddition, IsEmptyWhenTheMessageSaysItAll) {
    EXPECT_EQ(make_addition("Subject: x\n", {}, {}, false), "");
    mail::Flags seen;
    seen.seen = true;
    EXPECT_EQ(make_addition("Status: R\nX-Keywords: b a\n", seen, {"a", "b"}, false), "");
}

TEST(MboxAddition, ComesBackAsItWent) {
    for (const unsigned bits : {0U, 1U, 5U, 31U}) {
        for (const std::vector<std::string>& keywords :
             {std::vector<std::string>{}, {"$Forwarded", "Work"}}) {
            for (const bool newline : {false, true}) {
                const mail::Flags flags{(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0,
                                        (bits & 8U) != 0, (bits & 16U) != 0};
                // What the message itself says must not count.
                const std::string head = "Status: R\nX-Status: A\nX-Mozilla-Status: 0008\n";
                const std::string lines = make_addition(head, flags, keywords, newline);
                const auto addition = parse_addition(lines + head);
                ASSERT_TRUE(addition) << lines;
                EXPECT_EQ(addition->size, lines.size());
                EXPECT_EQ(addition->status.flags, flags);
                EXPECT_EQ(addition->status.keywords, keywords);
                EXPECT_EQ(addition->newline_at_end, newline);
                EXPECT_FALSE(addition->status.expunged);
            }
        }
    }
}

TEST(MboxAddition, ProtectsAMessageThatBeginsLikeOne) {
    const std::string head = make_addition("", {true}, {}, true);
    const std::string lines = make_addition(head, {}, {}, false);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(parse_addition(lines + head)->size, lines.size());
}

TEST(MboxAddition, IsNoHeaderThatOnlyStandsWhereItWas) {
    // another program has taken Status and X-Status to the end of the header
    const auto addition =
        parse_addition("X-Mbx-Added: 3\nFrom: a@b\nTo: b@c\nStatus: RO\nX-Status: A\n");
    ASSERT_TRUE(addition);
    EXPECT_EQ(addition->size, std::string_view("X-Mbx-Added: 3\n").size());
    EXPECT_TRUE(addition->status.flags.seen);
    EXPECT_TRUE(addition->status.flags.answered);
    EXPECT_EQ(parse_addition("X-Mbx-Added: 3\nX-Status: A\nFrom: a@b\n")->size,
              std::string_view("X-Mbx-Added: 3\nX-Status: A\n").size());
}

TEST(MboxAddition, RefusesWhatWeNeverWrite) {
    for (const char* head :
         {"", "Subject: x\n", "X-Mbx-Added: 0\n", "X-Mbx-Added: 5\na\nb\nc\nd\n", "X-Mbx-Added: \n",
          "X-Mbx-Added: 2\n", "X-Mbx-Added: 1, what\n", "X-Mbx-Added: -1\n", "X-Mbx-Added: 1"}) {
        EXPECT_FALSE(parse_addition(head)) << head;
    }
}

}  // namespace
}  // namespace mbx::store
