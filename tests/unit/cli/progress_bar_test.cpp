#include "cli/progress_bar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory_stream.hpp"

namespace mbx::cli {
namespace {

using ::testing::EndsWith;
using namespace std::chrono_literals;

TEST(ProgressBar, ShowsShareSpeedAndTimeLeft) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {.terminal = true, .columns = 120});
    std::chrono::steady_clock::time_point now{};
    ProgressBar bar(console, [&] { return now; });
    bar.start("export INBOX", 4000);
    now += 10s;
    bar.advance(1000, 50'000'000);
    EXPECT_THAT(stream.text(),
                EndsWith("export INBOX [#####...............] 1,000/4,000 25% 5.0 MB/s ETA 0:30"));
    bar.finish();
    EXPECT_THAT(stream.text(), EndsWith("\r\x1b[K"));
}

TEST(ProgressBar, CountsWhenTheTotalIsNotKnown) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {.terminal = true, .columns = 120});
    std::chrono::steady_clock::time_point now{};
    ProgressBar bar(console, [&] { return now; });
    bar.start("scan", std::nullopt);
    now += 1s;
    bar.advance(12, 0);
    EXPECT_THAT(stream.text(), EndsWith("scan 12"));
}

TEST(ProgressBar, DrawsAtMostTenTimesASecond) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {.terminal = true});
    std::chrono::steady_clock::time_point now{};
    ProgressBar bar(console, [&] { return now; });
    bar.start("x", 100000);
    const std::size_t before = stream.text().size();
    for (int i = 0; i < 99; ++i) {
        now += 1ms;
        bar.advance(1, 1);
    }
    EXPECT_EQ(stream.text().size(), before);
}

TEST(ProgressBar, NeverFillsTheLine) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {.terminal = true, .columns = 40});
    ProgressBar bar(console);
    bar.start(std::string(100, 'x'), 10);
    EXPECT_LT(stream.text().size(), std::string("\r\x1b[K").size() + 40);
}

TEST(ProgressBar, IsSilentWithoutATerminal) {
    test::MemoryStream stream;
    Console console(stream.file(), "t", {});
    ProgressBar bar(console);
    bar.start("x", 10);
    bar.advance(10, 10);
    bar.finish();
    EXPECT_EQ(stream.text(), "");
}

TEST(WithThousands, GroupsByThree) {
    EXPECT_EQ(with_thousands(0), "0");
    EXPECT_EQ(with_thousands(999), "999");
    EXPECT_EQ(with_thousands(1000), "1,000");
    EXPECT_EQ(with_thousands(1234567), "1,234,567");
}

TEST(MinutesText, ShowsHoursOnlyWhenThereAreSome) {
    EXPECT_EQ(minutes_text(7s), "0:07");
    EXPECT_EQ(minutes_text(3599s), "59:59");
    EXPECT_EQ(minutes_text(3723s), "1:02:03");
}

}  // namespace
}  // namespace mbx::cli
