// Recurrence patterns of appointments and tasks ([MS-OXOCAL] 2.2.1.44), and RRULE (RFC
// 5545 3.3.10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace mbx::convert {

/// Local minutes since 1601-01-01T00:00 in the zone of the appointment.
using LocalMinutes = std::uint32_t;
/// As seconds since 1970 on the clock of the place.
base::UnixTime since_1601(LocalMinutes minutes);

/// What one occurrence has of its own.
struct RecurrenceException {
    LocalMinutes start = 0;
    LocalMinutes end = 0;
    LocalMinutes original_start = 0;
    std::optional<std::string> subject;  ///< UTF-8 where the pattern holds it so, else of 1252
    std::optional<std::string> location;
};

struct Recurrence {
    enum class Frequency { Daily, Weekly, Monthly, Yearly };
    enum class End { Never, ByDate, ByCount };

    Frequency frequency = Frequency::Daily;
    std::uint32_t interval = 1;       ///< days, weeks, months (of Monthly), years (of Yearly)
    std::uint32_t weekdays = 0;       ///< bit 0 Sunday ... bit 6 Saturday; 0 none
    std::uint32_t day_of_month = 0;   ///< 1..31; 31 also means the last; 0 none
    std::uint32_t week_of_month = 0;  ///< 1..4, 5 the last; 0 none
    std::uint32_t first_weekday = 0;
    End end = End::Never;
    std::uint32_t count = 0;
    LocalMinutes start_date = 0;     ///< midnight of the first day
    LocalMinutes end_date = 0;       ///< midnight of the last day
    std::uint32_t start_offset = 0;  ///< minutes after midnight; of appointments
    std::uint32_t end_offset = 0;
    std::vector<LocalMinutes>
        deleted;  ///< midnights of days that have no occurrence, or a changed one
    std::vector<LocalMinutes> modified;  ///< midnights of days that have a changed one
    std::vector<RecurrenceException> exceptions;
};

/// nullopt when the bytes are no pattern, or one of a calendar that RRULE does not know. What is
/// cut short behind the pattern proper is left out.
std::optional<Recurrence> decode_recurrence(base::ByteView bytes);

/// PidLidAppointmentRecur of a series without exceptions; decode_recurrence() gives it back.
base::Bytes encode_recurrence(const Recurrence& recurrence);

/// The end date of a series that never ends: 31 December 4500, 23:59.
inline constexpr LocalMinutes kNoEndDate = 0x5AE980DF;

/// "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO". until: the value of UNTIL where the end is a date.
std::string rrule(const Recurrence& recurrence, const std::string& until);

}  // namespace mbx::convert
