// A logged-in IMAP session: capabilities, login, tagged commands. RFC 9051, RFC 3501.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/stop.hpp"
#include "store/imap/connection.hpp"
#include "store/imap/response.hpp"
#include "store/mail_store.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::store::imap {

/// Commands may be sent ahead of the answers to earlier ones; answers are matched by tag.
class Session {
  public:
    /// Connects and logs in. Throws Error(Unavailable, NotAllowed, TryAgain) as Connection and
    /// login() do.
    Session(const MailboxUrl& url, const ConnectOptions& options, base::Diagnostics& diagnostics,
            const base::StopFlag& stop);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Upper case: "LITERAL+", "COMPRESS=DEFLATE", "AUTH=PLAIN".
    bool has(std::string_view capability) const;
    /// The value of a "NAME=value" capability: "APPENDLIMIT=50000" → "50000"; empty when there is
    /// none.
    std::string capability_value(std::string_view name) const;

    /// What the server calls itself (RFC 2971): "Cyrus IMAPD"; empty when it does not say.
    const std::string& server_name() const noexcept { return server_name_; }
    /// UTF8=ACCEPT is on (RFC 6855): mailbox names are UTF-8.
    bool utf8_enabled() const noexcept { return utf8_enabled_; }

    /// Sends "<tag> <command>CRLF" without waiting; returns the tag.
    std::string send(std::string_view command);
    /// For commands that go out in pieces, with literals between: "<tag> <start>", no CRLF.
    std::string begin(std::string_view start);
    Connection& connection() noexcept { return *connection_; }

    /// A mailbox name or another string as an argument: quoted, or as a literal where it must be
    /// one and the server takes it unasked. Pre: no NUL.
    std::string quoted(std::string_view text) const;

    /// The next response. What concerns the session itself (CAPABILITY, ALERT) is taken care of as
    /// well. Throws Error(Unavailable) on BYE, with the server's words, and Error(NotAllowed) when
    /// the server has taken the login but then says that it has no mailbox for it.
    Response read();

    /// Sends, and reads up to the tagged answer; every untagged response goes to `untagged`.
    /// Answers of other tags must not be on their way. NO and BAD are returned, not thrown.
    Response run(std::string_view command,
                 const std::function<void(const Response&)>& untagged = {});
    /// The same, and throws failure() for NO and BAD.
    Response require(std::string_view command,
                     const std::function<void(const Response&)>& untagged = {});

    /// A NO or BAD as an Error: the code says what it means (RFC 5530: OVERQUOTA, NOPERM, INUSE,
    /// ...), else the text of servers that are known to hide it there.
    static Error failure(const Response& response, std::string_view what);

    /// The server compresses, and the line has turned out to be so slow that this is worth the work
    /// of both processors.
    bool wants_compression() const;
    /// COMPRESS DEFLATE. Pre: wants_compression(), and no command is without its answer.
    void compress();

    /// LOGOUT, politely and without waiting long; never throws. The destructor does the same.
    void close() noexcept;
    /// The server has ended the session (BYE).
    bool said_goodbye() const noexcept { return said_goodbye_; }
    /// Ends the connection without a word: commands that the server has not received in full are
    /// never carried out.
    void abandon() noexcept { connection_.reset(); }

  private:
    void read_capabilities();
    void take_capabilities(const std::vector<Element>& elements);
    /// True when the server's greeting has logged us in.
    bool take_handshake();
    void login(const MailboxUrl& url, const ConnectOptions& options);
    void after_login(const ConnectOptions& options);
    /// Sends all, then reads all answers.
    void run_all(const std::vector<std::string>& commands);
    void take_introduction(const Response& response);
    void show_alert(std::string_view text);
    void note_service(const Response& response);

    base::Diagnostics& diagnostics_;
    std::unique_ptr<Connection> connection_;
    std::string place_;
    std::set<std::string, std::less<>> capabilities_;
    std::string server_name_;
    std::string last_alert_;
    bool utf8_enabled_ = false;
    bool said_goodbye_ = false;
    bool may_compress_ = false;
    bool has_new_capabilities_ = false;  // since the login began
    bool is_logged_in_ = false;          // and introduced
    bool has_served_ = false;            // has carried out a command since
    std::uint32_t next_tag_ = 1;
};

/// What a NO or a BYE says about another attempt.
struct Backoff {
    bool wanted = false;   ///< the server has no time now
    unsigned wait_ms = 0;  ///< as long as it asks for; 0: it does not say
};

/// Understands "Request is throttled. Suggested Backoff Time: 12345 milliseconds" (Exchange),
/// [THROTTLED] (Yahoo), [UNAVAILABLE] and [INUSE] (RFC 5530), "Too many requests".
Backoff backoff_of(const Response& response);

}  // namespace mbx::store::imap
