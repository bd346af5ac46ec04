// A message as a mail server holds it: the exact bytes, flags, keywords, and when it arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/time.hpp"

namespace mbx::mail {

/// System flags, RFC 9051 2.3.2. \Recent belongs to a session and is not kept.
struct Flags {
    bool seen = false;
    bool answered = false;
    bool flagged = false;
    bool draft = false;
    bool deleted = false;

    bool operator==(const Flags&) const = default;
};

struct Message {
    base::SharedSource source;  ///< RFC 5322 bytes as the store has them, LF or CRLF; never null
    Flags flags;
    std::vector<std::string> keywords;  ///< "$Forwarded", "Work"; UTF-8, no order, no duplicates
    std::optional<base::UnixTime> internal_date;  ///< RFC 9051 2.3.3
    std::string id;  ///< of the message in its store and folder: UID, file name, "#17"
};

/// The keyword for "forwarded" (registered with IANA); Maildir flag P.
inline constexpr const char* kForwarded = "$Forwarded";
inline constexpr const char* kMdnSent = "$MDNSent";
inline constexpr const char* kJunk = "$Junk";

}  // namespace mbx::mail
