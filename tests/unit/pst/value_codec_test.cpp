#include "pst/value_codec.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace mbx::pst {
namespace {

using mapi::PropertyType;

base::Bytes bytes(std::initializer_list<int> values) {
    base::Bytes result;
    for (const int value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

template <typename T>
T decoded(PropertyType type, const base::Bytes& raw, std::uint32_t code_page = 1252) {
    const auto value = decode_value(type, raw, code_page);
    EXPECT_TRUE(value.has_value());
    return value ? std::get<T>(value->value) : T{};
}

TEST(ValueCodec, ReadsFixedSizesLittleEndian) {
    EXPECT_EQ(decoded<std::int16_t>(PropertyType::Integer16, bytes({0xFE, 0xFF})), -2);
    EXPECT_EQ(decoded<std::int32_t>(PropertyType::Integer32, bytes({1, 0, 0, 0x80})), -0x7FFFFFFF);
    EXPECT_EQ(decoded<std::int64_t>(PropertyType::Integer64, bytes({0, 0, 0, 0, 1, 0, 0, 0})),
              std::int64_t{1} << 32);
    EXPECT_EQ(decoded<double>(PropertyType::Floating64, bytes({0, 0, 0, 0, 0, 0, 0xF8, 0x3F})),
              1.5);
    EXPECT_EQ(decoded<base::FileTime>(PropertyType::Time, bytes({2, 1, 0, 0, 0, 0, 0, 0})).ticks,
              0x102U);
}

TEST(ValueCodec, TakesBooleansOfOneAndOfFourBytes) {
    EXPECT_TRUE(decoded<bool>(PropertyType::Boolean, bytes({1})));
    EXPECT_FALSE(decoded<bool>(PropertyType::Boolean, bytes({0, 0, 0, 0})));
}

TEST(ValueCodec, RefusesAFixedSizeThatIsMissed) {
    for (const auto type :
         {PropertyType::Integer16, PropertyType::Integer32, PropertyType::Integer64,
          PropertyType::Time, PropertyType::Guid, PropertyType::Floating64}) {
        EXPECT_FALSE(decode_value(type, bytes({1, 2, 3}), 1252)) << static_cast<int>(type);
    }
    EXPECT_FALSE(decode_value(PropertyType::Boolean, {}, 1252));
    EXPECT_FALSE(decode_value(PropertyType::MultipleInteger32, bytes({1, 2, 3}), 1252));
}

TEST(ValueCodec, DecodesEightBitTextByItsCodePage) {
    const auto value = decode_value(PropertyType::String8, bytes({0xCF, 0xF0, 0xE8, 0}), 1251);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->type, PropertyType::String);
    EXPECT_EQ(std::get<std::string>(value->value), "При");
}

TEST(ValueCodec, ReplacesHalvesOfSurrogatesAndGoesOn) {
    EXPECT_EQ(decoded<std::string>(PropertyType::String,
                                   bytes({'a', 0, 0x00, 0xD8, 'b', 0, 0x3D, 0xDC, 'c', 0})),
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD"
              "c");
    EXPECT_EQ(decoded<std::string>(PropertyType::String, bytes({'a', 0, 0x3D, 0xD8})),
              "a\xEF\xBF\xBD");
    EXPECT_EQ(decoded<std::string>(PropertyType::String, bytes({'a', 0, 'b'})), "a");
}

TEST(ValueCodec, DropsTheTerminatorThatSomeWritersStore) {
    EXPECT_EQ(decoded<std::string>(PropertyType::String, bytes({'a', 0, 0, 0})), "a");
}

TEST(ValueCodec, ReadsStringsBehindTheirOffsets) {
    const auto raw = bytes({2, 0, 0, 0, 12, 0, 0, 0, 14, 0, 0, 0, 'x', 0, 'y', 0, 'z', 0});
    EXPECT_EQ(decoded<std::vector<std::string>>(PropertyType::MultipleString, raw),
              (std::vector<std::string>{"x", "yz"}));
}

TEST(ValueCodec, AnEmptyMultiValueHasNoItems) {
    EXPECT_TRUE(decoded<std::vector<base::Bytes>>(PropertyType::MultipleBinary, {}).empty());
}

TEST(ValueCodec, RefusesOffsetsThatLeaveTheValue) {
    EXPECT_FALSE(
        decode_value(PropertyType::MultipleBinary, bytes({1, 0, 0, 0, 99, 0, 0, 0}), 1252));
    EXPECT_FALSE(decode_value(PropertyType::MultipleBinary, bytes({0xFF, 0xFF, 0xFF, 0xFF}), 1252));
    EXPECT_FALSE(decode_value(PropertyType::MultipleBinary,
                              bytes({2, 0, 0, 0, 13, 0, 0, 0, 12, 0, 0, 0, 1, 2}), 1252));
    EXPECT_FALSE(decode_value(PropertyType::MultipleBinary, bytes({1, 0, 0, 0, 0, 0, 0, 0}), 1252))
        << "an item inside the table of offsets";
}

TEST(ValueCodec, LeavesOutWhatTheModelDoesNotHave) {
    EXPECT_FALSE(decode_value(PropertyType::Object, bytes({1, 0, 0, 0, 2, 0, 0, 0}), 1252));
    EXPECT_FALSE(decode_value(static_cast<PropertyType>(0x00FD), bytes({1}), 1252));
}

}  // namespace
}  // namespace mbx::pst
