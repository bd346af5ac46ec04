#include "cli/output.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "memory_stream.hpp"

namespace mbx::cli {
namespace {

TEST(Output, WritesTheSameFactAsTextOrAsJson) {
    test::MemoryStream stream;
    Output output(stream.file());
    output.record({{"folder", "INBOX"}, {"messages", 2}}, "INBOX 2");
    output.set_format(Output::Format::JsonLines);
    output.record({{"folder", "INBOX"}, {"messages", 2}}, "INBOX 2");
    output.flush();
    EXPECT_EQ(stream.text(), "INBOX 2\n{\"folder\":\"INBOX\",\"messages\":2}\n");
}

TEST(Output, ReplacesInvalidUtf8InJson) {
    test::MemoryStream stream;
    Output output(stream.file(), Output::Format::JsonLines);
    output.record({{"name", "a\xff"}}, "");
    EXPECT_EQ(stream.text(), "{\"name\":\"a\xef\xbf\xbd\"}\n");
}

TEST(Output, ReportsAFullDisk) {
    std::FILE* const full = std::fopen("/dev/full", "w");
    ASSERT_NE(full, nullptr);
    Output output(full);
    output.line("lost");
    try {
        output.flush();
        FAIL() << "nothing thrown";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Io);
        EXPECT_STREQ(error.what(), "standard output: cannot write: No space left on device");
    }
    std::fclose(full);
}

}  // namespace
}  // namespace mbx::cli
