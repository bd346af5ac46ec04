#include "store/imap/deflate_stream.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"

namespace mbx::store::imap {
namespace {

base::Bytes compressed(const std::string& text) {
    Deflater deflater;
    base::Bytes wire;
    deflater.compress(base::as_bytes(text), true, wire);
    return wire;
}

TEST(DeflateStream, GivesBackWhatWasFlushed) {
    Deflater deflater;
    Inflater inflater;
    base::Bytes plain;
    for (const std::string text : {"a", "", "m1 OK done\r\n"}) {
        base::Bytes wire;
        deflater.compress(base::as_bytes(text), true, wire);
        inflater.decompress(wire, 1000, plain);
        EXPECT_FALSE(inflater.has_more());
    }
    EXPECT_EQ(base::as_text(plain), "am1 OK done\r\n");
}

TEST(DeflateStream, InflatesNoMoreThanAskedAtOnce) {
    const std::string text(50'000'000, 'x');
    const base::Bytes wire = compressed(text);
    Inflater inflater;
    std::size_t total = 0;
    base::Bytes plain;
    inflater.decompress(wire, 100'000, plain);
    while (inflater.has_more()) {
        ASSERT_EQ(plain.size(), 100'000U);
        total += plain.size();
        plain.clear();
        inflater.decompress({}, 100'000, plain);
    }
    EXPECT_EQ(total + plain.size(), text.size());
}

TEST(DeflateStream, KeepsCompressedBytesThatAreNotNeededYet) {
    const std::string text = std::string(300'000, 'x') + "end";
    const base::Bytes wire = compressed(text);
    Inflater inflater;
    base::Bytes plain;
    for (const std::byte one : wire) {
        inflater.decompress(base::ByteView(&one, 1), 1000, plain);
    }
    do {
        inflater.decompress({}, 1000, plain);
    } while (inflater.has_more());
    EXPECT_EQ(base::as_text(plain), text);
}

TEST(DeflateStream, RefusesGarbage) {
    Inflater inflater;
    base::Bytes plain;
    EXPECT_THROW(inflater.decompress(base::as_bytes("\xFF\xFF\xFF\xFF"), 1000, plain), Error);
}

}  // namespace
}  // namespace mbx::store::imap
