#include "convert/header_values.hpp"

#include <gtest/gtest.h>

namespace mbx::convert {
namespace {

TEST(HeaderValues, ImportanceHasThreeWaysToSayIt) {
    EXPECT_EQ(parse_importance(" High "), 2);
    EXPECT_EQ(parse_importance("urgent"), std::nullopt);
    EXPECT_EQ(parse_priority("non-Urgent"), 0);
    EXPECT_EQ(parse_x_priority("2 (High)"), 2);
    EXPECT_EQ(parse_x_priority("3"), 1);
    EXPECT_EQ(parse_x_priority("5 (Lowest)"), 0);
    EXPECT_EQ(parse_x_priority("Normal"), std::nullopt);
    EXPECT_EQ(parse_x_priority("9"), std::nullopt);
    EXPECT_EQ(importance_word(2), "high");
    EXPECT_EQ(importance_word(0), "low");
    EXPECT_EQ(importance_word(1), "");
    EXPECT_EQ(importance_word(7), "");
}

TEST(HeaderValues, SensitivityComesBack) {
    for (std::int32_t value = 0; value < 4; ++value) {
        EXPECT_EQ(parse_sensitivity(sensitivity_word(value)), value);
    }
    EXPECT_EQ(parse_sensitivity("company-confidential"), 3);
    EXPECT_EQ(parse_sensitivity("secret"), 0);
}

TEST(HeaderValues, SuppressedResponsesAreASetOfBits) {
    EXPECT_EQ(parse_auto_response_suppress("DR, OOF, AutoReply"), 0x31);
    EXPECT_EQ(parse_auto_response_suppress("dr,all"), -1);
    EXPECT_EQ(parse_auto_response_suppress("None"), std::nullopt);
    EXPECT_EQ(auto_response_suppress_words(0x31), "DR, OOF, AutoReply");
    EXPECT_EQ(auto_response_suppress_words(-1), "All");
    EXPECT_EQ(auto_response_suppress_words(0), "");
}

TEST(HeaderValues, LanguagesAreLocales) {
    EXPECT_EQ(locale_of_language("de-de"), 0x407);
    EXPECT_EQ(locale_of_language("en"), 9);
    EXPECT_EQ(locale_of_language("tlh"), std::nullopt);
    EXPECT_EQ(language_of_locale(0x409), "en-US");
    EXPECT_EQ(language_of_locale(8192), std::nullopt);
}

}  // namespace
}  // namespace mbx::convert
