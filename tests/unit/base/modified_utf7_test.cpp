#include "base/modified_utf7.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mbx::base {
namespace {

struct Pair {
    const char* utf8;
    const char* encoded;
};

class ModifiedUtf7Pair : public testing::TestWithParam<Pair> {};

TEST_P(ModifiedUtf7Pair, GoesBothWays) {
    EXPECT_EQ(encode_modified_utf7(GetParam().utf8), GetParam().encoded);
    EXPECT_EQ(decode_modified_utf7(GetParam().encoded), GetParam().utf8);
}

INSTANTIATE_TEST_SUITE_P(
    Names, ModifiedUtf7Pair,
    testing::Values(Pair{"", ""}, Pair{"INBOX", "INBOX"}, Pair{"Entwürfe", "Entw&APw-rfe"},
                    Pair{"R&D", "R&-D"}, Pair{"&&", "&-&-"},
                    // RFC 3501 5.1.3
                    Pair{"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
                    Pair{"abc®D", "abc&AK4-D"}, Pair{"😀", "&2D3eAA-"},
                    Pair{"tab\there", "tab&AAk-here"}, Pair{"ü&ü", "&APw-&-&APw-"}));

TEST(ModifiedUtf7, RefusesWhatNoEncoderWrites) {
    for (const char* text : {"R&D", "a&", "&AGE-", "&APw", "&APw-&APw-", "&A-", "&APx-", "&*-",
                             "Entw\xfcrfe", "Entw\xc3\xbcrfe", "&2D0-", "&3gA-"}) {
        EXPECT_EQ(decode_modified_utf7(text), std::nullopt) << text;
    }
}

TEST(ModifiedUtf7, EncodesInvalidUtf8AsReplacementCharacters) {
    EXPECT_EQ(decode_modified_utf7(encode_modified_utf7("a\xff")), "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace mbx::base
