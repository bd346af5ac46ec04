#include "migration/list_split.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

class ListSplit : public ::testing::Test {
  protected:
    std::string file(const std::string& name) const { return folder_ / name; }
    void write(const std::string& name, std::string_view text) const {
        std::ofstream(file(name)) << text;
    }
    std::string text(const std::string& name) const { return base::read_file(file(name), 1000); }

    test::TemporaryFolder folder_;
};

TEST_F(ListSplit, KeepsTheOrderAndLengthsThatDifferByOneAtMost) {
    write("staff.csv", "A,a,S,D\nSUCCESS,B,b,S,D,Done,t\nC,c,S,D\nD,d,S,D\nE,e,S,D\nF,f,S,D\n");
    const auto parts = split_list(file("staff.csv"), 3);
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[1].path, file("staff-2.csv"));
    EXPECT_EQ(parts[1].recipients, 2U);
    EXPECT_EQ(text("staff-1.csv"), "A,a,S,D\r\n");
    EXPECT_EQ(text("staff-2.csv"), "C,c,S,D\r\nD,d,S,D\r\n");
    EXPECT_EQ(text("staff-3.csv"), "E,e,S,D\r\nF,f,S,D\r\n");
}

TEST_F(ListSplit, MayLeavePartsEmpty) {
    write("l", "A,a,S,D\n");
    split_list(file("l"), 2);
    EXPECT_EQ(text("l-1") + text("l-2"), "A,a,S,D\r\n");
}

TEST_F(ListSplit, WritesNothingWhenAnyPartExists) {
    write("l.csv", "A,a,S,D\nB,b,S,D\n");
    write("l-2.csv", "results\n");
    try {
        split_list(file("l.csv"), 2);
        ADD_FAILURE() << "not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
        EXPECT_EQ(error.place(), file("l-2.csv"));
    }
    EXPECT_FALSE(std::filesystem::exists(file("l-1.csv")));
    EXPECT_EQ(text("l-2.csv"), "results\n");
}

}  // namespace
}  // namespace mbx::migration
