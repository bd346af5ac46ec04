// The byte stream to an IMAP server: opened by libcurl (TCP, proxy, TLS, STARTTLS), then ours,
// optionally compressed (RFC 4978).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/stop.hpp"
#include "store/imap/response.hpp"
#include "store/mail_store.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::store::imap {

/// Not thread-safe. All calls throw Error(Unavailable) when the connection is lost, and
/// Error(TryAgain) when the server is silent for ConnectOptions::timeout_s, or `stop` is requested
/// while they wait.
class Connection final : public LineSource {
  public:
    /// Connects, and is past the greeting, and past STARTTLS where that is wanted; nobody is logged
    /// in yet. Throws Error(Unavailable) when there is no way to the server, Error(NotAllowed) when
    /// its certificate or its lack of TLS is refused, Error(TryAgain) when it greets with BYE; the
    /// hint says what to do.
    Connection(const MailboxUrl& url, const ConnectOptions& options, const base::StopFlag& stop);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Queues bytes for sending; they leave with flush(), with the next read, or when much has
    /// gathered. While it waits for the server to take them, what the server sends is read into
    /// memory, so that two sides that both want to send do not wait for each other.
    void write(base::ByteView bytes);
    void write(std::string_view text) { write(base::as_bytes(text)); }
    void flush();

    std::string read_line(std::size_t limit) override;
    void read_bytes(std::uint64_t size, const std::function<void(base::ByteView)>& piece) override;

    /// True when read_line() would find at least one byte without waiting.
    bool has_input();

    /// What has been sent may arrive after this object is gone. Else its end is abrupt: what the
    /// server's side has not received yet never arrives, also when the process is killed.
    void part_gently();

    /// From here on both directions are raw deflate streams.
    void start_compression();

    /// True when the connection is encrypted.
    bool is_encrypted() const noexcept;

    /// Until the returned object is gone, what is written is shown as "***" in the trace.
    class Secret {
      public:
        explicit Secret(Connection& connection);
        ~Secret();
        Secret(const Secret&) = delete;
        Secret& operator=(const Secret&) = delete;

      private:
        Connection& connection_;
    };

    /// The server's lines so far, greeting first: what was said before this object took over.
    const std::string& handshake() const noexcept;

    /// The most bytes that were ever read from the server and not taken by the caller yet.
    std::size_t largest_input() const noexcept;

    /// The fastest that bytes have come through, both ways together, over any quarter of a second;
    /// nullopt until enough of them have for that to mean something.
    std::optional<double> bytes_per_second() const;

    std::uint64_t bytes_in() const noexcept;  ///< as on the wire
    std::uint64_t bytes_out() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mbx::store::imap
