// The line between the messages of an mbox: "From john@example.org Sat Jan  3 01:05:34 1996".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mbx::store {

struct Postmark {
    enum class Shape {
        Dated,    ///< a date as asctime(3) or a mail header writes it
        Undated,  ///< "From - " (Thunderbird), "From john@example.org", nothing else
        Patch,    ///< git's constant date: more often the start of a patch within a mail
    };
    Shape shape = Shape::Dated;
    std::optional<base::UnixTime> date;  ///< local time without a zone is taken as UTC
};

/// nullopt when the line (without its line end) cannot be a postmark by its shape.
std::optional<Postmark> parse_postmark(std::string_view line);

/// Is there a carriage return within the line (without its line end)? Lines of an mbox never hold
/// one, but a file with the line ends of the old Macintosh is one such line.
bool has_bare_cr(std::string_view line) noexcept;

/// Does the line begin a header field, as the line behind a postmark should?
bool is_header_line(std::string_view line) noexcept;

/// The sender that marks an mbox as mboxrd (the convention of public-inbox).
inline constexpr std::string_view kMboxrdSender = "mboxrd@z";

/// "From mboxrd@z Sat Jan  3 01:05:34 1996\n" in UTC. Without a date, or one outside the years 1970
/// to 9999, it is the first second of 1970, which is read as "no date".
std::string make_postmark(std::optional<base::UnixTime> date);

}  // namespace mbx::store
