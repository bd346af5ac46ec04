// Dates in mail, as they really are written.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace mbx::convert {

/// RFC 5322 3.3 and 4.3, asctime(3) and ISO 8601; weekdays are not looked at, comments are skipped,
/// seconds and zone may be absent (then UTC), a leap second is the next second. Day and month in
/// figures are understood in the order year-month-day only. nullopt when there is no date that
/// exists: nothing is guessed.
std::optional<base::UnixTime> parse_mail_date(std::string_view unfolded);

/// What stands behind the last ";" of a Received field.
std::optional<base::UnixTime> parse_received_date(std::string_view unfolded);

/// The date of an mbox "From " line.
std::optional<base::UnixTime> parse_envelope_date(std::string_view from_line);

}  // namespace mbx::convert
