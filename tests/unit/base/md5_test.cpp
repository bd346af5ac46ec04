#include "base/md5.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"

namespace mbx::base {
namespace {

// RFC 1321, A.5.
TEST(Md5, GivesTheDigestsOfTheRfc) {
    EXPECT_EQ(to_hex(md5(as_bytes(""))), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(to_hex(md5(as_bytes("message digest"))), "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
}  // namespace mbx::base
