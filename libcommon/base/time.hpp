// Points in time, and clocks that are passed in so that output can be repeated.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace mbx::base {

/// Seconds since 1970-01-01T00:00:00Z; what mail has.
struct UnixTime {
    std::int64_t seconds = 0;
    auto operator<=>(const UnixTime&) const = default;
};

/// Ticks of 100 ns since 1601-01-01T00:00:00Z; what MAPI has ([MS-DTYP] 2.3.3).
struct FileTime {
    std::uint64_t ticks = 0;
    auto operator<=>(const FileTime&) const = default;
};

/// nullopt when the time does not fit (before 1601 or after 30827).
std::optional<FileTime> to_file_time(UnixTime time) noexcept;
/// Rounds down to the full second. nullopt for the values that mean "none": 0, the year 4501 mark
/// 0x0CB34557A3DD4000, and what is beyond 30827.
std::optional<UnixTime> to_unix_time(FileTime time) noexcept;

/// "2026-11-23T05:48:08Z".
std::string iso8601(UnixTime time);

class Clock {
  public:
    virtual ~Clock() = default;
    virtual FileTime now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
  public:
    FileTime now() const override;
};

class FixedClock final : public Clock {
  public:
    explicit FixedClock(FileTime time) : time_(time) {}
    FileTime now() const override { return time_; }

  private:
    FileTime time_;
};

}  // namespace mbx::base
