// A logged-in IMAP session: capabilities, login, tagged commands. RFC 9051, RFC 3501.
#pragma once

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

    /// The next response. What concerns the session itself (CAPABILITY, ALERT) is taken care of as
    /// well. Throws Error(Unavailable) on BYE, with the server's words.
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

    /// LOGOUT, politely and without waiting long; never throws.
    void close() noexcept;

  private:
    void read_capabilities();
    void take_capabilities(const std::vector<Element>& elements);
    void login(const MailboxUrl& url, const ConnectOptions& options);
    void after_login(const ConnectOptions& options);

    base::Diagnostics& diagnostics_;
    std::unique_ptr<Connection> connection_;
    std::string place_;
    std::set<std::string, std::less<>> capabilities_;
    std::string server_name_;
    bool utf8_enabled_ = false;
    std::uint32_t next_tag_ = 1;
};

/// How long the server asks us to wait, milliseconds; 0 when it does not. Understands "Request is
/// throttled. Suggested Backoff Time: 12345 milliseconds" (Exchange), [THROTTLED] (Yahoo), "Too
/// many requests".
unsigned suggested_backoff_ms(const Response& response);

/// A string as a quoted string, or with LITERAL+ when it has line ends; for mailbox names and
/// passwords. Bytes beyond ASCII stay as they are: RFC 9051 and RFC 6855 allow them if they are
/// UTF-8, and servers that listed such a name understand it. Pre: no NUL.
std::string quoted(std::string_view text);

}  // namespace mbx::store::imap
