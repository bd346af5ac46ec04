#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/ids.hpp"
#include "base/little_endian.hpp"
#include "base/time.hpp"
#include "pst/file_probe.hpp"
#include "pst/reader.hpp"
#include "pst/writer.hpp"
#include "temporary_folder.hpp"

namespace mbx::pst {
namespace {

using ::testing::Test;

class OpenPst : public Test {
  protected:
    std::string file(const std::string& content) {
        const std::string path = folder_ / "file.pst";
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    /// The text of the Error that opening such a file ends in.
    std::string refusal(const std::string& content, ErrorCode code = ErrorCode::BadData) {
        const std::string path = file(content);
        try {
            open_pst(path, {}, diagnostics_);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code);
            EXPECT_EQ(error.place(), path);
            return error.text();
        }
        return "opened";
    }

    /// The first fields of a Unicode HEADER, as far as the first look reads them.
    static std::string header(std::uint16_t version, std::string_view client, std::uint64_t eof) {
        std::string result(564, '\0');
        result.replace(0, 4, "!BDN");
        result.replace(8, 2, client);
        const base::le16 v(version);
        result.replace(10, 2, base::as_text(base::record_bytes(v)));
        const base::le64 e(eof);
        result.replace(184, 8, base::as_text(base::record_bytes(e)));
        return result;
    }

    test::TemporaryFolder folder_;
    base::DiagnosticList diagnostics_;
};

TEST_F(OpenPst, SaysThatThereIsNoSuchFile) {
    try {
        open_pst(folder_ / "none.pst", {}, diagnostics_);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::NoInput);
    }
}

TEST_F(OpenPst, SaysWhatAFileIsThatIsNoPst) {
    EXPECT_EQ(refusal(""), "the file is empty");
    EXPECT_EQ(refusal(std::string(600, '\0')),
              "no PST: the first 564 bytes are NUL; its writer never finished it");
    EXPECT_EQ(refusal("From john@example.org Mon\n"), "no PST: it looks like an mbox mailbox");
    EXPECT_EQ(refusal("Hello"),
              "no PST: it is text and starts with \"Hell\" where \"!BDN\" is expected");
    EXPECT_EQ(refusal("\x01\x02!"),
              "no PST: it starts with \"\\x01\\x02!\" where \"!BDN\" is expected");
}

TEST_F(OpenPst, RefusesAFileThatIsCutShortAndGivesBothNumbers) {
    EXPECT_EQ(refusal("!BDN"), "cut short: the file ends in its header, after 4 bytes");
    EXPECT_EQ(refusal(header(23, "SM", 271'360)),
              "cut short: the file has 564 bytes, its header says 271360");
}

TEST_F(OpenPst, RefusesVersionsThatNobodyReads) {
    EXPECT_EQ(refusal(header(99, "SM", 564)), "wVer is 99, expected 14, 15, 21, 23 or 36");
    EXPECT_EQ(refusal(header(37, "SM", 564)),
              "wVer is 37: the file is encrypted by Windows Information Protection");
    EXPECT_EQ(refusal(header(23, "XX", 564)),
              "wMagicClient is \"XX\", expected \"SM\", \"SO\" or \"AB\"");
}

TEST_F(OpenPst, RefusesAHeaderWithNothingBehindIt) {
    EXPECT_NE(refusal(header(23, "SM", 564)), "opened");
}

TEST_F(OpenPst, TheFirstLookTellsFormatAndKind) {
    const ProbedFile ost = probe_file(file(header(36, "SO", 564)), diagnostics_);
    EXPECT_EQ(ost.format, FileFormat::Unicode4k);
    EXPECT_EQ(ost.kind, ContentKind::Ost);
    EXPECT_EQ(ost.size, 564U);
}

TEST_F(OpenPst, EveryTruncationOfAFileIsRefused) {
    const std::string sample = folder_ / "sample.pst";
    const base::FixedClock clock{base::FileTime{0x01DA00112233AABB}};
    base::SeededIds ids(1);
    PstWriter(sample, {}, clock, ids).close();
    const std::string whole = base::read_file(sample, 1 << 20);
    for (const std::size_t size :
         {std::size_t{563}, std::size_t{0x4400}, std::size_t{100'000}, whole.size() - 1}) {
        EXPECT_NE(refusal(whole.substr(0, size)).find("cut short"), std::string::npos) << size;
    }
}

}  // namespace
}  // namespace mbx::pst
