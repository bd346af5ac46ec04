#include "migration/read_ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

namespace mbx::migration {
namespace {

using namespace std::chrono_literals;

/// Gives 1 to `last`, and counts.
std::function<std::optional<int>()> up_to(int last, std::atomic<int>& made) {
    return [last, &made]() -> std::optional<int> {
        return made < last ? std::optional(++made) : std::nullopt;
    };
}

/// Gives the maker time to make too much.
void wait_until_made(const std::atomic<int>& made, int count) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (made < count && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(1ms);
    }
    std::this_thread::sleep_for(50ms);
}

TEST(ReadAhead, GivesAllInOrderAndThenAnEndThatStays) {
    std::atomic<int> made{0};
    ReadAhead<int> ahead(up_to(10'000, made), 3);
    for (int n = 1; n <= 10'000; ++n) {
        ASSERT_EQ(ahead.next(), n);
    }
    EXPECT_EQ(ahead.next(), std::nullopt);
    EXPECT_EQ(ahead.next(), std::nullopt);
}

TEST(ReadAhead, MakesThingsBeforeTheyAreAskedForButNoMoreThanMayWait) {
    std::atomic<int> made{0};
    ReadAhead<int> ahead(up_to(1000, made), 5);
    wait_until_made(made, 6);
    EXPECT_EQ(made, 6) << "five wait, and one is in the maker's hand";
    ahead.next();
    wait_until_made(made, 7);
    EXPECT_EQ(made, 7);
}

TEST(ReadAhead, GivesAFailureBehindWhatWasMadeBefore) {
    std::atomic<int> made{0};
    ReadAhead<int> ahead(
        [&]() -> std::optional<int> {
            if (made == 3) {
                throw std::runtime_error("broken");
            }
            return ++made;
        },
        10);
    wait_until_made(made, 3);
    for (int n = 1; n <= 3; ++n) {
        EXPECT_EQ(ahead.next(), n);
    }
    EXPECT_THROW(ahead.next(), std::runtime_error);
    EXPECT_THROW(ahead.next(), std::runtime_error);
}

TEST(ReadAhead, EndsWhileItsMakerWaitsForRoom) {
    std::atomic<int> made{0};
    {
        const ReadAhead<int> ahead(up_to(1000, made), 2);
        wait_until_made(made, 3);
    }
    EXPECT_EQ(made, 3);
}

TEST(ReadAhead, EndsWhileItsMakerWorks) {
    std::atomic<bool> begun{false};
    std::atomic<bool> done{false};
    {
        const ReadAhead<int> ahead(
            [&]() -> std::optional<int> {
                begun = true;
                std::this_thread::sleep_for(20ms);
                done = true;
                return 1;
            },
            2);
        while (!begun) {
            std::this_thread::yield();
        }
    }
    EXPECT_TRUE(done) << "what it uses is there until it has come back";
}

TEST(ReadAhead, CarriesThingsThatCannotBeCopied) {
    int n = 0;
    ReadAhead<std::unique_ptr<int>> ahead(
        [&]() -> std::optional<std::unique_ptr<int>> {
            return n < 2 ? std::optional(std::make_unique<int>(++n)) : std::nullopt;
        },
        1);
    EXPECT_EQ(*ahead.next().value(), 1);
    EXPECT_EQ(*ahead.next().value(), 2);
    EXPECT_FALSE(ahead.next());
}

}  // namespace
}  // namespace mbx::migration
