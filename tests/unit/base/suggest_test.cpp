#include "base/suggest.hpp"

#include <gtest/gtest.h>

namespace mbx::base {
namespace {

const std::vector<std::string> kNames{"password-command", "password-file", "user", "url"};

TEST(Closest, FindsWhatDiffersByALetter) {
    EXPECT_EQ(closest("pasword-file", kNames), "password-file");
    EXPECT_EQ(closest("password_command", kNames), "password-command");
    EXPECT_EQ(closest("USER", kNames), "user");
}

TEST(Closest, CountsTwoSwappedLettersOnce) {
    EXPECT_EQ(closest("ulr", kNames), "url");
}

TEST(Closest, SuggestsNothingThatIsFarAway) {
    EXPECT_EQ(closest("proxy", kNames), std::nullopt);
    EXPECT_EQ(closest("", kNames), std::nullopt);
    EXPECT_EQ(closest(std::string(1000, 'u'), kNames), std::nullopt);
}

}  // namespace
}  // namespace mbx::base
