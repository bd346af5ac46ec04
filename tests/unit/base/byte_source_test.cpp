#include "base/byte_source.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "temporary_folder.hpp"

namespace mbx::base {
namespace {

TEST(ByteSource, CanBeReadTwice) {
    const SharedSource source = memory_source(std::string("abc"));
    EXPECT_EQ(read_all_text(*source, 3), "abc");
    EXPECT_EQ(read_all_text(*source, 3), "abc");
}

TEST(ByteSource, ReadAllRefusesMoreThanTheLimit) {
    EXPECT_THROW(read_all(*memory_source(std::string("abc")), 2), Error);
}

TEST(SliceSource, TakesAPartOfMemoryAndOfStreams) {
    const SharedSource memory = memory_source(std::string("0123456789"));
    EXPECT_EQ(read_all_text(*slice_source(memory, 3, 4), 10), "3456");
    const SharedSource stream = concat_source({memory, memory});
    EXPECT_EQ(read_all_text(*slice_source(stream, 8, 4), 10), "8901");
    EXPECT_THROW(slice_source(stream, 18, 3), Error);
}

TEST(ConcatSource, SkipsEmptyParts) {
    const SharedSource empty = memory_source(std::string());
    const SharedSource source = concat_source(
        {empty, memory_source(std::string("a")), empty, memory_source(std::string("b"))});
    EXPECT_EQ(source->size(), 2U);
    EXPECT_EQ(read_all_text(*source, 10), "ab");
}

TEST(ByteSource, OpensAnywhere) {
    const test::TemporaryFolder folder;
    replace_file(folder / "f", as_bytes("0123456789"));
    const SharedSource memory = memory_source(std::string("0123456789"));
    const SharedSource file = file_source(folder / "f");
    const SharedSource concat =
        concat_source({slice_source(memory, 0, 4), slice_source(file, 4, 6)});
    const auto text_from = [](const SharedSource& source, std::uint64_t offset) {
        Bytes buffer(20);
        const std::size_t n = source->open_at(offset)->read(buffer);
        return std::string(as_text(ByteView(buffer).first(n)));
    };
    for (const SharedSource& source : {memory, file, concat, slice_source(concat, 0, 10)}) {
        EXPECT_EQ(text_from(source, 0), "0123456789");
        EXPECT_EQ(text_from(source, 3), "3456789");
        EXPECT_EQ(text_from(source, 6), "6789");
        EXPECT_EQ(text_from(source, 10), "");
        EXPECT_EQ(text_from(source, 99), "");
        EXPECT_EQ(text_from(slice_source(source, 2, 5), 3), "56");
    }
}

TEST(FileSource, ReadsARangeAndRefusesOneBeyondTheEnd) {
    const test::TemporaryFolder folder;
    replace_file(folder / "f", as_bytes("0123456789"));
    EXPECT_EQ(read_all_text(*file_source(folder / "f", 2, 3), 10), "234");
    EXPECT_EQ(read_all_text(*file_source(folder / "f", 8), 10), "89");
    EXPECT_THROW(file_source(folder / "f", 8, 3), Error);
}

}  // namespace
}  // namespace mbx::base
