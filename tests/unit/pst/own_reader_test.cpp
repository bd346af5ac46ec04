#include "pst/own_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/shared_corpus.hpp"
#include "unit/pst/reader_comparison.hpp"
#include "unit/pst/writer_fixture.hpp"

namespace mbx::pst {
namespace {

using testing::Contains;
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

INSTANTIATE_TEST_SUITE_P(Corpus, SameAsLibpff,
                         testing::Values("outlook-pst-rs/Empty.pst", "pstsdk/sample1.pst",
                                         "pstsdk/sample2.pst", "pstsdk/submessage.pst",
                                         "pstsdk/test_ansi.pst", "pstsdk/test_unicode.pst"));

class ReaderComparisonTest : public WriterTest {
  protected:
    void write(const std::string& name, const std::string& subject) {
        const auto writer = WriterTest::open({}, name);
        writer->add(make_inbox(*writer), message(subject));
        writer->close();
    }
};

TEST_F(ReaderComparisonTest, SeesWhatDiffersInAMessage) {
    write("a.pst", "one");
    write("b.pst", "two");
    base::DiagnosticList notes;
    const auto a = pst::open(path("a.pst"), ReaderKind::Own, notes);
    EXPECT_THAT(test::differences(*a, *a), IsEmpty());
    EXPECT_THAT(test::differences(*a, *pst::open(path("b.pst"), ReaderKind::Own, notes)),
                Contains("message 0x00200024: 0037001f: \"one\" and \"two\""));
}

}  // namespace
}  // namespace mbx::pst
