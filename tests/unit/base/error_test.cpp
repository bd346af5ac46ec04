#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace mbx {
namespace {

TEST(Error, NamesPlacesFromTheOutsideIn) {
    Error error(ErrorCode::BadData, "dwCRC is 0x00000000, expected 0x5d1e7a02");
    error.with_place("AMap at 0x42400").with_place("john.pst");
    EXPECT_STREQ(error.what(),
                 "john.pst: AMap at 0x42400: dwCRC is 0x00000000, expected 0x5d1e7a02");
}

TEST(Error, HasTheExitCodesOfSysexits) {
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::Usage)), 64);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::BadData)), 65);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::NoInput)), 66);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::Unavailable)), 69);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::Internal)), 70);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::CannotCreate)), 73);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::Io)), 74);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::TryAgain)), 75);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::NotAllowed)), 77);
    EXPECT_EQ(static_cast<int>(exit_code(ErrorCode::BadConfig)), 78);
}

TEST(SystemError, TellsAFullDiskFromAMissingFile) {
    EXPECT_EQ(system_error(ENOSPC, "cannot write").code(), ErrorCode::Io);
    EXPECT_EQ(system_error(ENOENT, "cannot open").code(), ErrorCode::NoInput);
    EXPECT_EQ(system_error(EACCES, "cannot open").code(), ErrorCode::NotAllowed);
    EXPECT_EQ(system_error(ENOSPC, "cannot write").text(), "cannot write: No space left on device");
}

}  // namespace
}  // namespace mbx
