#include "pst/ltp/stored_value.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace mbx::pst::ltp {
namespace {

using mapi::PropertyType;

std::string hex(PropertyType type, const mapi::Value& value) {
    return base::to_hex(std::get<base::Bytes>(store_value(type, value)));
}

TEST(StoredValue, StoresNumbersLittleEndian) {
    EXPECT_EQ(hex(PropertyType::Integer16, std::int16_t{-2}), "feff");
    EXPECT_EQ(hex(PropertyType::Integer32, std::int32_t{0x01020304}), "04030201");
    EXPECT_EQ(hex(PropertyType::Integer64, std::int64_t{1}), "0100000000000000");
    EXPECT_EQ(hex(PropertyType::Floating64, 1.0), "000000000000f03f");
    EXPECT_EQ(hex(PropertyType::Floating32, 1.0F), "0000803f");
    EXPECT_EQ(hex(PropertyType::Boolean, true), "01");
    EXPECT_EQ(hex(PropertyType::Time, base::FileTime{0x0102}), "0201000000000000");
}

TEST(StoredValue, StoresTextAsUtf16WithoutATerminator) {
    EXPECT_EQ(hex(PropertyType::String, std::string("a\u00e9")), "6100e900");
    EXPECT_EQ(hex(PropertyType::String, std::string()), "");
}

TEST(StoredValue, PacksMultipleValues) {
    EXPECT_EQ(hex(PropertyType::MultipleInteger32, std::vector<std::int32_t>{1, 2}),
              "0100000002000000");
    EXPECT_EQ(hex(PropertyType::MultipleString, std::vector<std::string>{"a", "", "b"}),
              "03000000"
              "10000000"
              "12000000"
              "12000000"
              "6100"
              "6200");
    EXPECT_EQ(hex(PropertyType::MultipleBinary, std::vector<base::Bytes>{{std::byte{7}}}),
              "01000000"
              "08000000"
              "07");
}

TEST(StoredValue, ReadsSourcesThatFitIntoAHeap) {
    const auto source = base::memory_source(base::Bytes(3'580));
    EXPECT_TRUE(std::holds_alternative<base::Bytes>(store_value(PropertyType::Binary, source)));
    const auto large = base::memory_source(base::Bytes(3'581));
    EXPECT_TRUE(
        std::holds_alternative<base::SharedSource>(store_value(PropertyType::Binary, large)));
}

TEST(StoredValue, RefusesAValueOfAnotherType) {
    for (const auto& [type, value] : std::vector<std::pair<PropertyType, mapi::Value>>{
             {PropertyType::String8, std::string("x")},
             {PropertyType::Integer32, std::int16_t{1}},
             {PropertyType::MultipleString8, std::vector<std::string>{"x"}},
             {PropertyType::Integer32, std::vector<std::int32_t>{1}},
             {PropertyType::Object, base::Bytes(8)},
             {PropertyType::Binary, base::SharedSource()}}) {
        EXPECT_THROW(store_value(type, value), Error) << static_cast<int>(type);
    }
}

}  // namespace
}  // namespace mbx::pst::ltp
