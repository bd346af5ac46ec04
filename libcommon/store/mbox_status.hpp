// Flags and keywords in the header of an mbox's messages.
//
// Reading takes Status and X-Status (R, A, F, D, T), X-Keywords, and Thunderbird's X-Mozilla-Status
// and X-Mozilla-Keys. These lines belong to the message; its bytes keep them.
//
// Writing must change no byte and yet keep flags where other programs find them. So a message whose
// own header does not say what it should gets lines in front of it, the first of which tells how
// many:
//     X-Mbx-Added: 4, no-final-newline
//     Status: RO
//     X-Status: AF
//     X-Keywords: $Forwarded
// Reading such a message takes those lines off again, and the newline that was added at its end, so
// the bytes that went in come out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.hpp"

namespace mbx::store {

/// How much of a message is looked at, bytes.
inline constexpr std::size_t kLargestHead = 256 * 1024;

struct MboxStatus {
    mail::Flags flags;
    std::vector<std::string> keywords;
    /// Thunderbird has deleted it and not yet compacted the file.
    bool expunged = false;
    /// "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA": an IMAP server's own notes.
    bool internal_data = false;
};

/// The message's first lines up to the empty one, LF or CRLF; at most kLargestHead bytes.
std::string_view head_of(std::string_view message) noexcept;

/// `head`: as head_of() gives it.
MboxStatus status_of_head(std::string_view head);

/// The lines that we have put in front of a message.
struct MboxAddition {
    std::size_t size = 0;  ///< bytes
    MboxStatus status;
    bool newline_at_end = false;  ///< one more is behind the message
};

std::optional<MboxAddition> parse_addition(std::string_view head);

/// What must be put in front; empty when the message says it all itself.
std::string make_addition(std::string_view head, const mail::Flags& flags,
                          const std::vector<std::string>& keywords, bool newline_at_end);

}  // namespace mbx::store
