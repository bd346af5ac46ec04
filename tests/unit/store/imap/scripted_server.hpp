// An IMAP server in memory, on a loopback port, that can be told to misbehave.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mbx::test {

/// What lies in a mailbox of the server.
struct ServerMessage {
    std::uint32_t uid = 0;
    std::string bytes;
    std::string flags;  // as between the parentheses
    std::string date = "01-Feb-2003 04:05:06 +0000";
};

struct ServerMailbox {
    std::uint32_t uid_validity = 77;
    std::uint32_t uid_next = 1;
    std::vector<ServerMessage> messages;

    ServerMessage& add(std::string bytes, std::string flags = {});
};

/// One command of a client, and the ways to answer it.
class Turn {
  public:
    /// "UID FETCH 1:3 (UID ...)": without tag; each literal is "{}" here, and its bytes below.
    const std::string& command() const { return command_; }
    const std::vector<std::string>& literals() const { return literals_; }
    const std::string& tag() const { return tag_; }

    void send(std::string_view bytes);
    void ok(std::string_view text = "done") { answer("OK", text); }
    void no(std::string_view text) { answer("NO", text); }
    void bad(std::string_view text) { answer("BAD", text); }
    /// Ends the connection after all that was sent.
    [[noreturn]] void hang_up();
    /// Says nothing more until the client is gone.
    [[noreturn]] void hang();

  private:
    friend class ScriptedServer;
    Turn(int socket, std::string tag) : socket_(socket), tag_(std::move(tag)) {}
    void answer(std::string_view status, std::string_view text);

    int socket_;
    std::string tag_;
    std::string command_;
    std::vector<std::string> literals_;
};

/// Answers as a plain server would, but where a rule says otherwise. Any user may log in. Each
/// connection has a thread of its own; a rule runs under the server's lock.
class ScriptedServer {
  public:
    /// True: the rule has answered (or does not want an answer).
    using Rule = std::function<bool(Turn&)>;

    ScriptedServer();
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }

    std::string greeting = "* OK ready";
    std::string capabilities = "IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS ESEARCH NAMESPACE";
    /// Answers an announced literal instead of "+ ok"; empty: takes it.
    std::function<std::string(std::uint64_t size)> refuse_literal;
    /// The same for one that is not announced; the lines of it are the next commands then.
    std::function<std::string(std::uint64_t size)> refuse_unread;

    /// Commands that begin like this go to the rule first; the latest rule has the first say.
    void on(std::string start, Rule rule) {
        rules_.push_front({std::move(start), std::move(rule)});
    }
    /// The same, for the n-th such command only (from 1).
    void on_nth(std::string start, int n, Rule rule);

    ServerMailbox& mailbox(const std::string& name) { return mailboxes_[name]; }
    bool has_mailbox(const std::string& name) const { return mailboxes_.contains(name); }

    /// What clients have said so far, without tags.
    std::vector<std::string> commands();
    int connections() const noexcept { return connections_; }
    /// Commands whose answer had not been sent when the latest arrived: what a pipeline has in
    /// flight cannot be seen here, so tests look at `commands` instead.
    int count(std::string_view start);

    /// As the plain server would answer this turn.
    void plainly(Turn& turn, const std::string& selected);
    /// The response line "* n FETCH (...)" of one message.
    static std::string fetch_line(std::size_t number, const ServerMessage& message);

  private:
    struct Client {
        int socket = -1;
        std::thread thread;
    };

    void accept_clients();
    void serve(int socket);
    bool read_command(int socket, std::string& buffer, Turn& turn);
    void answer(Turn& turn, std::string& selected);
    void select(Turn& turn, std::string& selected, std::string_view name);
    void search(Turn& turn, const ServerMailbox& box);
    void fetch(Turn& turn, const ServerMailbox& box);
    void append(Turn& turn);
    void list(Turn& turn);
    void status(Turn& turn);

    std::map<std::string, ServerMailbox> mailboxes_;
    std::list<std::pair<std::string, Rule>> rules_;
    std::vector<std::string> commands_;
    std::mutex mutex_;
    std::atomic<int> connections_{0};
    std::atomic<bool> stopping_{false};
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::list<Client> clients_;
    std::thread acceptor_;
};

}  // namespace mbx::test
