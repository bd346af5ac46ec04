#include "store/packed_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "gzip.hpp"

namespace mbx::store {
namespace {

using namespace std::string_literals;
using test::gzip;

std::string text_of(const std::string& file, std::uint64_t limit = kLargestUnpacked) {
    return base::read_all_text(*unpacked(base::memory_source(file), limit), 1 << 24);
}

std::string refusal_of(const std::string& file, std::uint64_t limit = kLargestUnpacked) {
    try {
        text_of(file, limit);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        EXPECT_THAT(error.hint(), testing::HasSubstr("imap://"));
        return error.text();
    }
    return "none";
}

std::string lines(int count) {
    std::string text = "Subject: long\n\n";
    for (int i = 0; i < count; ++i) {
        text += "line " + std::to_string(i) + " of the body\n";
    }
    return text;
}

TEST(PackedMessage, IsTheFileItselfUnlessItIsPacked) {
    const auto file = base::memory_source("Subject: hi\n\nbody\n"s);
    EXPECT_EQ(unpacked(file), file);
    for (const std::string& text : {""s, "\x1f"s, "\x1f\x8b plain"s, "BZh: a field\n\n"s}) {
        EXPECT_EQ(text_of(text), text);
    }
}

TEST(PackedMessage, ComesOutOfGzip) {
    for (const int count : {0, 100, 200'000}) {
        EXPECT_EQ(text_of(gzip(lines(count))), lines(count));
    }
    EXPECT_EQ(text_of(gzip("")), "");
    EXPECT_EQ(text_of(gzip("one") + gzip("two")), "onetwo");
}

TEST(PackedMessage, IsRefusedWhereItsGzipIsNotWholeAndSound) {
    const std::string whole = gzip(lines(100));
    for (std::size_t size = 3; size < whole.size(); ++size) {
        EXPECT_EQ(refusal_of(whole.substr(0, size)),
                  "the message is compressed with gzip, and cut short");
    }
    std::size_t harmless = 0;  // a bit that only fills the last byte of the stream up
    for (std::size_t at = 20; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        if (refusal_of(damaged) == "none") {
            EXPECT_EQ(text_of(damaged), lines(100));
            ++harmless;
        }
    }
    EXPECT_LE(harmless, 1U);
    EXPECT_EQ(refusal_of(whole + "more"), "the message is compressed with gzip, and damaged");
}

TEST(PackedMessage, IsRefusedWhereItGrowsBeyondAllMeasure) {
    const std::string bomb = gzip(std::string(8'000'000, '\0'));
    EXPECT_LT(bomb.size(), 20'000U);
    EXPECT_EQ(refusal_of(bomb, 7'999'999),
              "the message is compressed with gzip, and has more than 7999999 bytes");
    EXPECT_EQ(text_of(bomb, 8'000'000).size(), 8'000'000U);
}

TEST(PackedMessage, IsNamedByWhatHasPackedIt) {
    EXPECT_EQ(refusal_of("BZh91AY&SY and so on"), "the message is compressed with bzip2");
    EXPECT_EQ(refusal_of("BZh11AY&SY and so on"), "the message is compressed with bzip2");
    EXPECT_EQ(refusal_of("\xfd\x37zXZ\0 and so on"s), "the message is compressed with xz");
    EXPECT_EQ(refusal_of("\x28\xb5\x2f\xfd and so on"), "the message is compressed with zstd");
    EXPECT_EQ(refusal_of("\x04\x22\x4d\x18 and so on"), "the message is compressed with lz4");
    EXPECT_EQ(refusal_of("Dovecot-LZ4\r*\x9b\xc5\0\1"s), "the message is compressed with lz4");
    EXPECT_EQ(refusal_of("CRYPTED\3\7\2\1"), "the message is encrypted by Dovecot's mail_crypt");
}

}  // namespace
}  // namespace mbx::store
