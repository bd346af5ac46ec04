#include "mapi/value_text.hpp"

#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "mapi/property_name.hpp"

namespace mbx::mapi {
namespace {

TEST(ValueText, ShowsNumbersTimesAndGuids) {
    EXPECT_EQ(to_text(PropertyType::Integer32, std::int32_t{-1}), "-1");
    EXPECT_EQ(to_text(PropertyType::Boolean, true), "true");
    EXPECT_EQ(to_text(PropertyType::Floating64, 0.5), "0.5");
    EXPECT_EQ(to_text(PropertyType::Time, base::FileTime{116'444'736'000'000'001}),
              "1970-01-01T00:00:00.0000001Z");
    EXPECT_EQ(to_text(PropertyType::Time, base::FileTime{0x0CB34557A3DD4000}),
              "0x0cb34557a3dd4000");
    EXPECT_EQ(to_text(PropertyType::Guid, PS_MAPI), "{00020328-0000-0000-c000-000000000046}");
}

TEST(ValueText, EscapesAndCutsText) {
    EXPECT_EQ(to_text(PropertyType::String, std::string("a\x1b[0m")), R"("a\x1b[0m")");
    EXPECT_EQ(to_text(PropertyType::String, std::string("abcdef"), 3), R"("abc…" (6 bytes))");
}

TEST(ValueText, ShowsBytesInHex) {
    EXPECT_EQ(to_text(PropertyType::Binary, base::Bytes{std::byte{0}, std::byte{0xAB}}), "00ab");
    EXPECT_EQ(to_text(PropertyType::Binary, base::Bytes(5, std::byte{1}), 2), "0101… (5 bytes)");
}

TEST(ValueText, ShowsSeveralValuesInBrackets) {
    EXPECT_EQ(to_text(PropertyType::MultipleString, std::vector<std::string>{"a", "b"}),
              R"(["a", "b"])");
    EXPECT_EQ(to_text(PropertyType::MultipleInteger32, std::vector<std::int32_t>{}), "[]");
}

TEST(ValueText, ReadsALargeValueNoFurtherThanItShowsIt) {
    EXPECT_EQ(
        to_text(PropertyType::Binary, base::memory_source(base::Bytes(1000, std::byte{7})), 2),
        "0707… (1000 bytes)");
    EXPECT_EQ(to_text(PropertyType::String,
                      base::memory_source(base::utf16le_from_utf8(std::string(600, 'x'))), 4),
              R"("xx…" (1200 bytes))");
}

}  // namespace
}  // namespace mbx::mapi
