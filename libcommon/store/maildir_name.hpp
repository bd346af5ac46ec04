// The file names of messages in a Maildir: "1700000000.M1P2.host,S=1234,W=1260:2,FS"
// (Maildir as in qmail's maildir(5), sizes as in Maildir++).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "mail/message.hpp"

namespace mbx::store {

struct MaildirName {
    std::string_view unique;   ///< without the info part; stays when flags change
    std::string_view letters;  ///< behind ":2,"; empty when there is no such part
};

/// ":2," may also be ";2," or "!2,", as on file systems that allow no colon. Views into `name`.
MaildirName split_maildir_name(std::string_view name) noexcept;

/// The seconds since 1970 that a unique name starts with.
std::optional<base::UnixTime> time_of_maildir_name(std::string_view unique) noexcept;

/// D, F, R, S and T. P ("passed on") is the keyword $Forwarded, see is_forwarded().
mail::Flags flags_of_letters(std::string_view letters) noexcept;
bool is_forwarded(std::string_view letters) noexcept;

/// The letters in the order that Maildir wants, "DFPRST".
std::string letters_of_flags(const mail::Flags& flags, bool forwarded);

/// A name that no other delivery of this machine has: time, microseconds, process, host. Later
/// names order behind earlier ones.
std::string next_unique_name();

}  // namespace mbx::store
