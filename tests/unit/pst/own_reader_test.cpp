#include "pst/own_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/shared_corpus.hpp"
#include "unit/pst/reader_comparison.hpp"

namespace mbx::pst {
namespace {

using testing::IsEmpty;

std::unique_ptr<PstReader> open(const std::string& path, ReaderKind kind,
                                base::Diagnostics& diagnostics) {
    PstReaderOptions options;
    options.kind = kind;
    return open_pst(path, options, diagnostics);
}

class SameAsLibpff : public testing::TestWithParam<const char*> {};

TEST_P(SameAsLibpff, InEveryFolderMessageAndProperty) {
    const std::string path = test::shared_file(std::string("corpus/") + GetParam());
    MBX_NEEDS_SHARED(path);
    base::DiagnosticList own_notes;
    base::DiagnosticList libpff_notes;
    const auto own = open(path, ReaderKind::Own, own_notes);
    const auto libpff = open(path, ReaderKind::Libpff, libpff_notes);
    EXPECT_EQ(own->info().reader, "own");
    EXPECT_THAT(test::differences(*own, *libpff), IsEmpty());
    for (const base::Diagnostic& note : own_notes.items) {
        ADD_FAILURE() << note.id << " " << note.place << ": " << note.text;
    }
}

INSTANTIATE_TEST_SUITE_P(Files, SameAsLibpff,
                         testing::Values("outlook-pst-rs/Empty.pst", "pstsdk/sample1.pst",
                                         "pstsdk/sample2.pst", "pstsdk/submessage.pst",
                                         "pstsdk/test_ansi.pst", "pstsdk/test_unicode.pst"));

TEST(ReaderComparison, SeesThatTwoStoresDiffer) {
    const std::string a = test::shared_file("corpus/pstsdk/sample1.pst");
    const std::string b = test::shared_file("corpus/pstsdk/submessage.pst");
    MBX_NEEDS_SHARED(a);
    base::DiagnosticList notes;
    EXPECT_GT(test::differences(*open(a, ReaderKind::Own, notes), *open(b, ReaderKind::Own, notes))
                  .size(),
              20U);
}

}  // namespace
}  // namespace mbx::pst
