#include "pst/conversation.hpp"

#include <gtest/gtest.h>

#include "base/md5.hpp"
#include "base/sha256.hpp"
#include "base/utf.hpp"
#include "pst/utf16_text.hpp"

namespace mbx::pst {
namespace {

TEST(Conversation, MakesAnIndexOfTimeAndTopic) {
    const base::Bytes index = make_conversation_index(base::FileTime{0x01D8A1B2C3D4E5F6}, "Lunch");
    ASSERT_EQ(index.size(), 22U);
    EXPECT_EQ(base::to_hex(base::ByteView(index).first(6)), "0101d8a1b2c3");
    EXPECT_EQ(base::to_hex(base::ByteView(index).subspan(6)),
              base::to_hex(base::md5(base::utf16le_from_utf8("LUNCH"))));
}

TEST(Conversation, IsNamedByTheIndexThatTracksIt) {
    const base::Bytes index = make_conversation_index(base::FileTime{1}, "a");
    EXPECT_EQ(conversation_id(true, index, "b"), base::md5(base::utf16le_from_utf8("A")));
    EXPECT_EQ(conversation_id(false, index, "b"), base::md5(base::utf16le_from_utf8("B")));
    EXPECT_EQ(conversation_id(true, base::ByteView(index).first(21), "b"),
              base::md5(base::utf16le_from_utf8("B")));
}

TEST(Utf16Text, MakesUpperCase) {
    EXPECT_EQ(
        upper_case(
            u"az\u00e9\u00f7\u00ff\u0101\u0138\u017e\u03c3\u03c2\u0436\u0451\u0561\uff41\u4e2d"),
        u"AZ\u00c9\u00f7\u0178\u0100\u0138\u017d\u03a3\u03a3\u0416\u0401\u0531\uff21\u4e2d");
}

}  // namespace
}  // namespace mbx::pst
