#include "pst/ndb/crypt.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace mbx::pst::ndb {
namespace {

base::Bytes all_values() {
    base::Bytes bytes(256);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::byte>(i);
    }
    return bytes;
}

// Single values of the tables of [MS-PST] 5.1.
TEST(Permutation, IsTheOneOfTheSpecification) {
    base::Bytes encoded = all_values();
    encode(CryptMethod::Permute, {}, encoded);
    EXPECT_EQ(encoded[0x00], std::byte{0x41});
    EXPECT_EQ(encoded[0xEC], std::byte{0xFF});
    base::Bytes decoded = all_values();
    decode(CryptMethod::Permute, {}, decoded);
    EXPECT_EQ(decoded[0x00], std::byte{0x47});
}

TEST(Encodings, GiveBackWhatTheyHid) {
    for (const CryptMethod method :
         {CryptMethod::None, CryptMethod::Permute, CryptMethod::Cyclic}) {
        base::Bytes bytes;
        for (int i = 0; i < 40; ++i) {
            base::append(bytes, all_values());
        }
        const base::Bytes plain = bytes;
        const Bid bid{0x1234567890ABCDE4};
        encode(method, bid, bytes);
        EXPECT_EQ(bytes == plain, method == CryptMethod::None);
        decode(method, bid, bytes);
        EXPECT_EQ(bytes, plain);
    }
}

TEST(CyclicEncoding, DependsOnTheLowHalfOfTheBlockIdOnly) {
    base::Bytes a = all_values();
    base::Bytes b = all_values();
    base::Bytes c = all_values();
    encode(CryptMethod::Cyclic, Bid{0x0000'0001'0000'0A04}, a);
    encode(CryptMethod::Cyclic, Bid{0x0000'0002'0000'0A04}, b);
    encode(CryptMethod::Cyclic, Bid{0x0000'0001'0000'0A08}, c);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
}

}  // namespace
}  // namespace mbx::pst::ndb
