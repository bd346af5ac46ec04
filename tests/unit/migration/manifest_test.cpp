#include "migration/manifest.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

const std::string kDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Error refused(std::string_view text) {
    try {
        parse_manifest(text, "SUMS");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        return error;
    }
    ADD_FAILURE() << "not refused: " << text;
    return Error(ErrorCode::Internal, "");
}

TEST(Manifest, IsWrittenAsSha256sumDoes) {
    ManifestEntry entry = parse_manifest(kDigest + "  a b\n", "SUMS").at(0);
    EXPECT_EQ(format_manifest_line(entry), kDigest + "  a b\n");
    entry.name = "a\\b\nc\rd";
    EXPECT_EQ(format_manifest_line(entry), "\\" + kDigest + "  a\\\\b\\nc\\rd\n");
    EXPECT_EQ(parse_manifest(format_manifest_line(entry), "SUMS").at(0).name, entry.name);
}

TEST(Manifest, IsReadInEveryFormOfSha256sum) {
    const auto entries =
        parse_manifest(kDigest + " *bin\r\n\n" + kDigest + "  ./GW/JohnD.pst\n", "SUMS");
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].name, "bin");
    EXPECT_EQ(entries[1].name, "GW/JohnD.pst");
}

TEST(Manifest, NamesTheLineOfWhatIsWrong) {
    EXPECT_STREQ(refused("\nabc  x\n").what(), "SUMS:2: is not a line of a SHA-256 manifest");
    EXPECT_STREQ(refused(std::string(64, 'g') + "  x\n").what(),
                 "SUMS:1: the digest is not 64 hexadecimal digits");
    EXPECT_STREQ(refused("\\" + kDigest + "  a\\x\n").what(),
                 "SUMS:1: a backslash in the name stands before nothing known");
    EXPECT_STREQ(refused(kDigest + "  a\n" + std::string(64, '0') + "  ./a\n").what(),
                 "SUMS:2: a is there twice, with different digests");
    for (const char* name : {"/etc/passwd", "../x", "a/../../x"}) {
        EXPECT_EQ(refused(kDigest + "  " + name + "\n").place(), "SUMS:1") << name;
    }
}

class Medium : public ::testing::Test {
  protected:
    Medium() : manifest_(folder_ / "SHA256SUMS"), file_(folder_ / "GW/JohnD.pst") {
        std::filesystem::create_directory(folder_ / "GW");
        write("abc");
    }
    void write(const std::string& content) const { std::ofstream(file_) << content; }
    ErrorCode verify_fails() const {
        try {
            verify_by_manifest(manifest_, file_, stop_);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }

    test::TemporaryFolder folder_;
    std::string manifest_;
    std::string file_;
    base::StopFlag stop_;
};

TEST_F(Medium, FilesAreAddedAndVerified) {
    add_to_manifest(manifest_, file_, stop_);
    EXPECT_EQ(base::read_file(manifest_, 1000), kDigest + "  GW/JohnD.pst\n");
    EXPECT_NO_THROW(verify_by_manifest(manifest_, file_, stop_));
}

TEST_F(Medium, AFileThatIsWrittenAgainKeepsItsOneLine) {
    write("old");
    add_to_manifest(manifest_, file_, stop_);
    std::ofstream(folder_ / "other") << "x";
    add_to_manifest(manifest_, folder_ / "other", stop_);
    write("abc");
    add_to_manifest(manifest_, file_, stop_);
    const auto entries = parse_manifest(base::read_file(manifest_, 1000), "SUMS");
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(base::to_hex(entries[0].digest), kDigest);
}

TEST_F(Medium, AFileThatHasChangedIsRefused) {
    add_to_manifest(manifest_, file_, stop_);
    write("abd");
    EXPECT_EQ(verify_fails(), ErrorCode::BadData);
    write("abcd");
    EXPECT_EQ(verify_fails(), ErrorCode::BadData);
    std::filesystem::remove(file_);
    EXPECT_EQ(verify_fails(), ErrorCode::NoInput);
}

TEST_F(Medium, AFileWithoutALineIsRefused) {
    std::ofstream(folder_ / "other") << "x";
    add_to_manifest(manifest_, folder_ / "other", stop_);
    EXPECT_EQ(verify_fails(), ErrorCode::BadData);
}

TEST_F(Medium, WithoutManifestNothingIsVerified) {
    EXPECT_EQ(verify_fails(), ErrorCode::NoInput);
}

TEST_F(Medium, AFileElsewhereHasNoLine) {
    const test::TemporaryFolder elsewhere;
    std::ofstream(elsewhere / "x") << "x";
    EXPECT_THROW(add_to_manifest(manifest_, elsewhere / "x", stop_), Error);
}

TEST_F(Medium, WhatCannotTakeALineIsKnownBefore) {
    EXPECT_NO_THROW(check_manifest(manifest_, file_));
    EXPECT_THROW(check_manifest(folder_ / "elsewhere/SHA256SUMS", file_), Error);
    std::ofstream(manifest_) << "no manifest";
    EXPECT_THROW(check_manifest(manifest_, file_), Error);
}

TEST_F(Medium, AStopEndsTheReading) {
    stop_.request();
    EXPECT_THROW(add_to_manifest(manifest_, file_, stop_), Error);
}

}  // namespace
}  // namespace mbx::migration
