// Which messages of a folder take part in a move.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "mail/message.hpp"

namespace mbx::migration {

struct MessageFilter {
    std::optional<base::UnixTime> since;        ///< this moment and later
    std::optional<base::UnixTime> before;       ///< earlier than this moment
    std::optional<std::uint64_t> largest_size;  ///< bytes as the store has them

    bool takes_all() const noexcept { return !since && !before && !largest_size; }

    /// The date is the internal date, else that of the Date header; a message without either is
    /// taken. Reads the header only when it needs it. Throws what reading throws.
    bool takes(const mail::Message& message) const;
};

/// "2020-01-31" (midnight UTC), "2020-01-31T12:00:00Z". Throws Error(Usage).
base::UnixTime parse_date(std::string_view text);

/// When the message arrived: the internal date, else the Date header's. Reads at most the header.
std::optional<base::UnixTime> date_of(const mail::Message& message);

}  // namespace mbx::migration
