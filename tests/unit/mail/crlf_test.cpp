#include "mail/crlf.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mbx::mail {
namespace {

std::string converted(const std::vector<std::string>& pieces) {
    CrlfConverter converter;
    base::Bytes out;
    for (const std::string& piece : pieces) {
        converter.convert(base::as_bytes(piece), out);
    }
    return std::string(base::as_text(out));
}

TEST(Crlf, ChangesBareLineFeedsOnly) {
    EXPECT_EQ(converted({"a\nb\r\nc\rd\n"}), "a\r\nb\r\nc\rd\r\n");
    EXPECT_EQ(converted({"a\r", "\nb"}), "a\r\nb");
    EXPECT_EQ(converted({"\n\n"}), "\r\n\r\n");
    EXPECT_EQ(converted({"\r", "", "\n"}), "\r\n");
}

TEST(Crlf, MeasuresWhatItWouldWrite) {
    for (const std::string text : {"a\nb\r\nc\rd\n", "\n", "", "\r\n\r\n\n"}) {
        EXPECT_EQ(crlf_size(*base::memory_source(text)).bytes, converted({text}).size());
    }
}

TEST(Crlf, FindsNulBytes) {
    EXPECT_TRUE(crlf_size(*base::memory_source(std::string("a\0b\n", 4))).has_nul);
    EXPECT_FALSE(crlf_size(*base::memory_source("a\nb\n")).has_nul);
}

}  // namespace
}  // namespace mbx::mail
