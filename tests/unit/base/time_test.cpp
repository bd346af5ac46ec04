#include "base/time.hpp"

#include <gtest/gtest.h>

namespace mbx::base {
namespace {

TEST(FileTime, OfTheUnixEpochIsTheKnownNumber) {
    EXPECT_EQ(to_file_time(UnixTime{0}), FileTime{0x019D'B1DE'D53E'8000});
    EXPECT_EQ(to_unix_time(FileTime{0x019D'B1DE'D53E'8000}), UnixTime{0});
}

TEST(FileTime, MarksForNoneAreNoTime) {
    EXPECT_EQ(to_unix_time(FileTime{0}), std::nullopt);
    EXPECT_EQ(to_unix_time(FileTime{0x0CB3'4557'A3DD'4000}), std::nullopt);
    EXPECT_EQ(to_unix_time(FileTime{~std::uint64_t{0}}), std::nullopt);
}

TEST(FileTime, CannotHoldYearsBefore1601) {
    EXPECT_EQ(to_file_time(UnixTime{-20'000'000'000}), std::nullopt);
    EXPECT_EQ(to_file_time(UnixTime{INT64_MAX}), std::nullopt);
}

TEST(Iso8601, WritesUtc) {
    EXPECT_EQ(iso8601(UnixTime{0}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(iso8601(UnixTime{831'722'700}), "1996-05-10T10:05:00Z");
}

}  // namespace
}  // namespace mbx::base
