#include "base/time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace mbx::base {
namespace {

constexpr std::int64_t kEpochDifferenceSeconds = 11'644'473'600;  // 1601-01-01 to 1970-01-01
constexpr std::int64_t kTicksPerSecond = 10'000'000;
constexpr std::uint64_t kLargestTicks = 0x7FFF'FFFF'FFFF'FFFF;  // in the year 30828
constexpr std::uint64_t kYear4501 = 0x0CB3'4557'A3DD'4000;

}  // namespace

std::optional<FileTime> to_file_time(UnixTime time) noexcept {
    constexpr auto kLargestSeconds = static_cast<std::int64_t>(kLargestTicks) / kTicksPerSecond;
    if (time.seconds <= -kEpochDifferenceSeconds ||
        time.seconds >= kLargestSeconds - kEpochDifferenceSeconds) {
        return std::nullopt;
    }
    return FileTime{
        static_cast<std::uint64_t>((time.seconds + kEpochDifferenceSeconds) * kTicksPerSecond)};
}

std::optional<UnixTime> to_unix_time(FileTime time) noexcept {
    if (time.ticks == 0 || time.ticks == kYear4501 || time.ticks > kLargestTicks) {
        return std::nullopt;
    }
    return UnixTime{static_cast<std::int64_t>(time.ticks) / kTicksPerSecond -
                    kEpochDifferenceSeconds};
}

std::string iso8601(UnixTime time) {
    namespace ch = std::chrono;
    const ch::sys_seconds point{ch::seconds{time.seconds}};
    const auto day = ch::floor<ch::days>(point);
    const ch::year_month_day date{day};
    const ch::hh_mm_ss clock{point - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

FileTime SystemClock::now() const {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
    return FileTime{
        static_cast<std::uint64_t>(ns / 100 + kEpochDifferenceSeconds * kTicksPerSecond)};
}

}  // namespace mbx::base
