// A mailbox on a server or on disk, as a source and as a destination; opened by URL.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "mail/folder_name.hpp"
#include "mail/message.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::store {

struct StoreFolder {
    mail::FolderPath path;
    mail::SpecialUse special_use =
        mail::SpecialUse::None;  ///< what the store says; never guessed from the name
    bool selectable = true;      ///< false: holds folders only
    bool subscribed = true;
    std::optional<std::uint64_t> message_count;  ///< when it costs little to know
};

/// No more of one folder can be read, whatever is left of it; other folders can.
class FolderError : public Error {
  public:
    explicit FolderError(Error error) : Error(std::move(error)) {}
};

/// What could be had of a message that cannot be read.
struct Salvaged {
    std::string id;            ///< as mail::Message::id; of text that is no message: its offset
    base::SharedSource bytes;  ///< null when there are none
};

/// The messages of one folder, pulled one at a time in the store's order (UID, file position, file
/// name).
class MessageStream {
  public:
    virtual ~MessageStream() = default;
    /// nullopt at the end. Throws Error(BadData or Io), with the message as place, when one message
    /// cannot be read; the next call goes on behind it. Throws FolderError, with the folder as
    /// place, when the store does not give the folder; the next call gives nullopt. Throws
    /// Error(Unavailable) when the store itself is gone. A message and its source stay valid after
    /// the next call.
    virtual std::optional<mail::Message> next() = 0;
    /// How many calls of next() are to come, when that is known without reading.
    virtual std::optional<std::uint64_t> remaining() const { return std::nullopt; }
    /// Of the message for which next() has just thrown.
    virtual Salvaged salvaged() { return {}; }
};

/// Where an appended message has landed, or why it has not.
struct AppendResult {
    std::uint64_t ticket = 0;  ///< as given to append()
    std::string id;            ///< in the folder: UID, file name, "#17"; empty when not known
    std::optional<std::uint32_t> uid_validity;
    std::optional<Error> failure;  ///< set: it is not there; the folder can take more
};

/// Puts messages into one folder. Several may be on their way at once; results come in the order of
/// append().
class FolderWriter {
  public:
    virtual ~FolderWriter() = default;
    /// Hands one message over. May return before it has landed; message.source must stay readable
    /// until then (it is kept alive). Throws Error(Unavailable, Io) when the store is gone: what
    /// has no result by then is of unknown fate.
    virtual void append(const mail::Message& message, std::uint64_t ticket) = 0;
    /// Sends what has been gathered on, without waiting for the answers.
    virtual void push() {}
    /// Results known by now, each once. Does not wait.
    virtual std::vector<AppendResult> take_results() = 0;
    /// Waits until every message has a result and is on stable storage as far as the store can
    /// promise.
    virtual void flush() = 0;
    /// True when a result without failure already means stable storage, as far as the store can
    /// promise; then flush() is needed only at the end.
    virtual bool results_are_final() const { return false; }
};

/// What a destination can hold; unset: no limit known.
struct StoreLimits {
    std::optional<std::uint64_t> largest_message;  ///< bytes (APPENDLIMIT)
};

struct FolderToMake {
    mail::FolderPath path;
    mail::SpecialUse use = mail::SpecialUse::None;
};

class MailStore {
  public:
    virtual ~MailStore() = default;

    /// Every folder, parents before children, INBOX first when there is one. Includes folders that
    /// exist only as parents (selectable = false).
    virtual std::vector<StoreFolder> folders() = 0;

    /// Opens for reading only: no flag, no \Recent, no file is changed.
    virtual std::unique_ptr<MessageStream> messages(const mail::FolderPath& folder) = 0;

    /// Number of messages; nullopt when the folder does not exist.
    virtual std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) = 0;

    /// Makes a folder and the parents it needs, subscribed; does nothing when it is there. `use` is
    /// told to the store where it can keep it. Throws Error(CannotCreate) when the store refuses
    /// the name.
    virtual void create_folder(const mail::FolderPath& folder, mail::SpecialUse use) = 0;

    /// Says which folders create_folder() and message_count() are going to be called for: a store
    /// behind a long line makes and counts them all in one go. What fails shows in these calls. One
    /// on disk makes nothing; throws Error(CannotCreate) for a folder that it can never hold.
    virtual void prepare(const std::vector<FolderToMake>& folders) { (void)folders; }
    /// The same for message_count() alone.
    virtual void prepare_counts(const std::vector<mail::FolderPath>& folders) { (void)folders; }

    /// How many folders may be read or written at the same time, at most `wanted`: a server is
    /// asked for so many connections now, and may allow fewer. nullopt: no connections are needed.
    virtual std::optional<unsigned> connections(unsigned wanted) {
        (void)wanted;
        return std::nullopt;
    }

    /// Throws Error(CannotCreate) when it is known without writing that a mailbox on disk takes no
    /// message into the folder: for want of permission, or on a read-only file system.
    virtual void expect_writable(const mail::FolderPath& folder) { (void)folder; }

    /// Pre: the folder exists.
    virtual std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) = 0;

    /// The path under which this store can hold `folder` and shows it again: itself, but where two
    /// places are one there (any spelling of INBOX at the top, a namespace below INBOX). What a
    /// store cannot hold in a name (its separator, control characters, reserved names) it writes as
    /// %XX or =XX by itself, and reads back; see name_escape.hpp.
    virtual mail::FolderPath possible_name(const mail::FolderPath& folder) const = 0;

    virtual StoreLimits limits() const { return {}; }

    /// For a run that goes on where another was cut off: waits until what that one has sent has
    /// landed in these folders, as far as the store can know. Folders that are not there are passed
    /// over.
    virtual void settle(const std::vector<mail::FolderPath>& folders) { (void)folders; }
};

enum class OpenMode {
    Read,   ///< must exist
    Write,  ///< must exist for servers; made when missing for maildir:, mbox: and eml:
    Check,  ///< as Write, but for looking only; a missing one is Error(NoInput)
};

/// How to log in and connect; for kinds on disk nothing of it matters. See servers.conf(5).
struct ConnectOptions {
    std::string user;  ///< overrides the URL's
    std::string
        authorization_id;        ///< SASL authzid: the mailbox to act on, when it is not the user's
    std::string password;        ///< secrets never come from argv and never reach a log
    std::string oauth_token;     ///< for XOAUTH2 and OAUTHBEARER
    std::string token_command;   ///< run (sh -c) whenever a token is needed; first line of stdout
    std::string sasl_mechanism;  ///< empty: the best one offered
    enum class Tls { Required, Opportunistic, None } tls = Tls::Required;
    bool verify_certificate = true;
    std::string ca_file;
    std::string client_certificate;
    std::string client_key;
    std::string proxy;         ///< "socks5h://host:1080", "http://host:3128"
    unsigned timeout_s = 120;  ///< without a byte from the server
    bool compress = true;      ///< COMPRESS=DEFLATE when offered, and the line is slow
    unsigned pause_ms = 500;   ///< before another attempt, doubled each time; servers that are
                               ///< overloaded are given more
    std::string trace_file;    ///< protocol trace, secrets left out; empty: none
};

/// Throws Error: NoInput (no such mailbox), Unavailable (no connection), NotAllowed (login
/// refused), BadData (not a mailbox of that kind). `diagnostics` gets oddities that are survived;
/// it and `stop` outlive the store. `stop` makes long waits end early with Error(TryAgain).
std::unique_ptr<MailStore> open_store(const MailboxUrl& url, OpenMode mode,
                                      const ConnectOptions& connect, base::Diagnostics& diagnostics,
                                      const base::StopFlag& stop);

}  // namespace mbx::store
