// How a mailbox is named on the command line: "maildir:/srv/mail/john",
// "imaps://john@mail.example".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mbx::store {

enum class StoreKind { Maildir, Mbox, Eml, Imap };

/// How lines "From " within messages are told from those between messages. Written is mboxrd.
enum class MboxQuoting {
    Detect,   ///< mboxrd, or Content-Length where it leads to the next message
    Mboxo,    ///< ">From " was "From "; ">>From " is itself
    Mboxrd,   ///< one ">" was put before every "From ", ">From ", ">>From " ...
    Mboxcl2,  ///< nothing is quoted; Content-Length tells where a message ends
};

/// maildir:PATH  mbox:PATH  eml:PATH  imap://[USER@]HOST[:PORT][/]  imaps://...
/// mboxo:PATH, mboxrd:PATH, mboxcl2:PATH: an mbox known to be quoted so. A path may also be written
/// as scheme:///PATH.
struct MailboxUrl {
    StoreKind kind = StoreKind::Maildir;
    std::string
        path;  ///< Maildir, Mbox, Eml: as given, %XX undone only when the URL says scheme://
    std::string host;  ///< Imap: name or address, without brackets
    std::optional<std::uint16_t> port;
    std::string user;             ///< Imap: percent-decoded; may be empty
    bool tls_from_start = false;  ///< imaps
    MboxQuoting mbox_quoting = MboxQuoting::Detect;

    /// Throws Error(Usage) for an unknown scheme, an empty path or host, a bad port, and for a
    /// password in the URL.
    static MailboxUrl parse(std::string_view text);
};

/// As it was given, fit for a log: never holds a secret.
std::string to_string(const MailboxUrl& url);

}  // namespace mbx::store
