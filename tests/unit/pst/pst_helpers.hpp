// What the tests of reading and writing PSTs share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace mbx::test {

/// Bytes that look like random ones and are the same on every machine.
inline base::Bytes filler(std::size_t size, unsigned seed = 1) {
    base::Bytes bytes(size);
    for (std::byte& byte : bytes) {
        seed = seed * 1103515245U + 12345U;
        byte = static_cast<std::byte>(seed >> 16);
    }
    return bytes;
}

/// The text of the BadData error that `action` throws.
template <typename Action>
std::string damage(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        return error.what();
    }
    return "no error";
}

}  // namespace mbx::test
