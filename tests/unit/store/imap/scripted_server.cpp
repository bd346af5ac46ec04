#include "scripted_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "base/text.hpp"
#include "store/imap/message_data.hpp"

namespace mbx::test {
namespace {

struct ConnectionOver {};

std::string_view word_of(std::string_view text, std::size_t n) {
    const auto words = base::split(text, ' ');
    return n < words.size() ? words[n] : std::string_view();
}

/// A mailbox name as a client writes it.
std::string unquoted(std::string_view text) {
    if (!text.starts_with('"')) {
        return std::string(text.substr(0, text.find(' ')));
    }
    std::string name;
    for (std::size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
        i += text[i] == '\\' ? 1 : 0;
        name += text[i];
    }
    return name;
}

std::uint32_t number_of(std::string_view text) {
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "1:3,7,9:*", also backwards.
bool contains(std::string_view set, std::uint32_t uid, std::uint32_t last) {
    for (const std::string_view part : base::split(set, ',')) {
        const std::size_t colon = part.find(':');
        const auto bound = [&](std::string_view text) {
            return text == "*" ? last : number_of(text);
        };
        const std::uint32_t a = bound(part.substr(0, colon));
        const std::uint32_t b = colon == std::string_view::npos ? a : bound(part.substr(colon + 1));
        if (uid >= std::min(a, b) && uid <= std::max(a, b)) {
            return true;
        }
    }
    return false;
}

std::uint32_t last_uid(const ServerMailbox& box) {
    return box.messages.empty() ? 0 : box.messages.back().uid;
}

}  // namespace

ServerMessage& ServerMailbox::add(std::string bytes, std::string flags) {
    messages.push_back({uid_next++, std::move(bytes), std::move(flags)});
    return messages.back();
}

void Turn::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) {
            throw ConnectionOver{};
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

void Turn::answer(std::string_view status, std::string_view text) {
    send(fmt::format("{} {} {}\r\n", tag_, status, text));
}

void Turn::hang_up() {
    throw ConnectionOver{};
}

void Turn::hang() {
    char byte = 0;
    while (::recv(socket_, &byte, 1, 0) > 0) {
    }
    throw ConnectionOver{};
}

ScriptedServer::ScriptedServer() {
    mailboxes_["INBOX"];
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "no loopback port");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_clients(); });
}

ScriptedServer::~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (Client& client : clients_) {
        ::shutdown(client.socket, SHUT_RDWR);
    }
    for (Client& client : clients_) {
        client.thread.join();
        ::close(client.socket);
    }
}

void ScriptedServer::on_nth(std::string start, int n, Rule rule) {
    on(std::move(start),
       [n, rule = std::move(rule)](Turn& turn) mutable { return --n == 0 && rule(turn); });
}

std::vector<std::string> ScriptedServer::commands() {
    const std::lock_guard lock(mutex_);
    return commands_;
}

int ScriptedServer::count(std::string_view start) {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(
        std::count_if(commands_.begin(), commands_.end(),
                      [&](const std::string& command) { return command.starts_with(start); }));
}

void ScriptedServer::accept_clients() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0 || stopping_) {
            if (socket >= 0) {
                ::close(socket);
            }
            return;
        }
        const int at_once = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        ++connections_;
        clients_.push_back({socket, {}});
        clients_.back().thread = std::thread([this, socket] { serve(socket); });
    }
}

void ScriptedServer::serve(int socket) {
    try {
        Turn(socket, "").send(greeting + "\r\n");
        std::string buffer;
        std::string selected;
        for (;;) {
            Turn turn(socket, "");
            if (!read_command(socket, buffer, turn)) {
                break;
            }
            answer(turn, selected);
        }
    } catch (const ConnectionOver&) {
        // As the rule wanted, or the client has gone.
    }
    ::shutdown(socket, SHUT_RDWR);
}

bool ScriptedServer::read_command(int socket, std::string& buffer, Turn& turn) {
    const auto fill = [&] {
        std::string piece(64 * 1024, '\0');
        const ssize_t n = ::recv(socket, piece.data(), piece.size(), 0);
        buffer.append(piece, 0, n > 0 ? static_cast<std::size_t>(n) : 0);
        return n > 0;
    };
    for (bool first = true;; first = false) {
        std::size_t end = 0;
        while ((end = buffer.find("\r\n")) == std::string::npos) {
            if (!fill()) {
                return false;
            }
        }
        std::string line = buffer.substr(0, end);
        buffer.erase(0, end + 2);
        if (first) {
            turn.tag_ = line.substr(0, line.find(' '));
            line.erase(0, std::min(line.size(), turn.tag_.size() + 1));
        }
        const std::size_t brace = line.rfind('{');
        if (!line.ends_with('}') || brace == std::string::npos) {
            turn.command_ += line;
            return true;
        }
        const std::uint32_t size = number_of(std::string_view(line).substr(brace + 1));
        turn.command_ += line.substr(0, brace) + "{}";
        const bool is_announced = !line.ends_with("+}");
        const auto& refuse = is_announced ? refuse_literal : refuse_unread;
        const std::string refusal = refuse ? refuse(size) : std::string();
        if (!refusal.empty()) {
            turn.send(turn.tag_ + " " + refusal + "\r\n");
            // The next line begins a new command.
            Turn next(socket, "");
            const bool more = read_command(socket, buffer, next);
            turn = std::move(next);
            return more;
        }
        if (is_announced) {
            turn.send("+ ok\r\n");
        }
        while (buffer.size() < size) {
            if (!fill()) {
                return false;
            }
        }
        turn.literals_.push_back(buffer.substr(0, size));
        buffer.erase(0, size);
    }
}

void ScriptedServer::answer(Turn& turn, std::string& selected) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(turn.command());
    for (const auto& [start, rule] : rules_) {
        if (base::starts_with_ignore_case(turn.command(), start) && rule(turn)) {
            return;
        }
    }
    const std::string_view command = turn.command();
    const std::string_view verb = word_of(command, 0);
    if (verb == "SELECT" || verb == "EXAMINE") {
        select(turn, selected, command.substr(verb.size() + 1));
    } else {
        plainly(turn, selected);
    }
}

void ScriptedServer::plainly(Turn& turn, const std::string& selected) {
    const std::string_view command = turn.command();
    const std::string_view verb = word_of(command, 0);
    if (verb == "CAPABILITY") {
        turn.send("* CAPABILITY " + capabilities + "\r\n");
        turn.ok();
    } else if (verb == "LOGOUT") {
        turn.send("* BYE until next time\r\n");
        turn.ok();
        turn.hang_up();
    } else if (verb == "NAMESPACE") {
        turn.send("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
        turn.ok();
    } else if (command.starts_with("UID SEARCH")) {
        search(turn, mailboxes_[selected]);
    } else if (command.starts_with("UID FETCH")) {
        fetch(turn, mailboxes_[selected]);
    } else if (verb == "APPEND") {
        append(turn);
    } else if (verb == "LIST") {
        list(turn);
    } else if (verb == "STATUS") {
        status(turn);
    } else if (verb == "CREATE") {
        mailboxes_[unquoted(command.substr(verb.size() + 1))];
        turn.ok();
    } else if (verb == "ENABLE") {
        turn.send("* ENABLED UTF8=ACCEPT\r\n");
        turn.ok();
    } else {
        turn.ok();  // LOGIN, NOOP, SUBSCRIBE, ID, ...
    }
}

void ScriptedServer::select(Turn& turn, std::string& selected, std::string_view name) {
    selected = unquoted(name);
    const auto it = mailboxes_.find(selected);
    if (it == mailboxes_.end()) {
        selected.clear();
        turn.no("[NONEXISTENT] no such mailbox");
        return;
    }
    const ServerMailbox& box = it->second;
    turn.send(
        fmt::format("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
                    "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] "
                    "ok\r\n* {} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {}] ok\r\n"
                    "* OK [UIDNEXT {}] ok\r\n",
                    box.messages.size(), box.uid_validity, box.uid_next));
    turn.ok("[READ-WRITE] selected");
}

void ScriptedServer::search(Turn& turn, const ServerMailbox& box) {
    std::string uids;
    for (const ServerMessage& message : box.messages) {
        uids += fmt::format("{}{}", uids.empty() ? "" : " ", message.uid);
    }
    if (turn.command().find("RETURN") == std::string::npos) {
        turn.send("* SEARCH" + (uids.empty() ? "" : " " + uids) + "\r\n");
    } else {
        std::replace(uids.begin(), uids.end(), ' ', ',');
        turn.send(fmt::format("* ESEARCH (TAG \"{}\") UID{}{}\r\n", turn.tag(),
                              uids.empty() ? "" : " ALL ", uids));
    }
    turn.ok();
}

std::string ScriptedServer::fetch_line(std::size_t number, const ServerMessage& message) {
    return fmt::format(
        "* {} FETCH (UID {} FLAGS ({}) INTERNALDATE \"{}\" RFC822.SIZE {} BODY[] {{{}}}\r\n{})\r\n",
        number, message.uid, message.flags, message.date, message.bytes.size(),
        message.bytes.size(), message.bytes);
}

void ScriptedServer::fetch(Turn& turn, const ServerMailbox& box) {
    const std::string_view set = word_of(turn.command(), 2);
    const std::size_t partial = turn.command().find("BODY.PEEK[]<");
    for (std::size_t i = 0; i < box.messages.size(); ++i) {
        const ServerMessage& message = box.messages[i];
        if (!contains(set, message.uid, last_uid(box))) {
            continue;
        }
        if (turn.command().find("BODY") == std::string::npos) {
            turn.send(fmt::format("* {} FETCH (UID {} RFC822.SIZE {})\r\n", i + 1, message.uid,
                                  message.bytes.size()));
        } else if (partial == std::string::npos) {
            turn.send(fetch_line(i + 1, message));
        } else {
            const auto range =
                base::split(std::string_view(turn.command()).substr(partial + 12), '.');
            const std::uint32_t start = number_of(range.front());
            const std::string piece = start < message.bytes.size()
                                          ? message.bytes.substr(start, number_of(range.back()))
                                          : std::string();
            turn.send(fmt::format("* {} FETCH (UID {} BODY[]<{}> {{{}}}\r\n{})\r\n", i + 1,
                                  message.uid, start, piece.size(), piece));
        }
    }
    turn.ok();
}

void ScriptedServer::append(Turn& turn) {
    const std::string_view command = turn.command();
    const auto it = mailboxes_.find(unquoted(command.substr(7)));
    if (it == mailboxes_.end()) {
        turn.no("[TRYCREATE] no such mailbox");
        return;
    }
    ServerMailbox& box = it->second;
    std::vector<std::uint32_t> uids;
    std::size_t at = command.find('(');
    for (const std::string& literal : turn.literals()) {
        const std::size_t end = command.find(')', at);
        uids.push_back(box.uid_next);
        box.add(literal, std::string(command.substr(at + 1, end - at - 1)));
        at = command.find('(', end);
    }
    turn.send(fmt::format("* {} EXISTS\r\n", box.messages.size()));
    if (capabilities.find("UIDPLUS") == std::string::npos) {
        turn.ok();
    } else {
        turn.ok(
            fmt::format("[APPENDUID {} {}] stored", box.uid_validity, store::imap::uid_set(uids)));
    }
}

void ScriptedServer::list(Turn& turn) {
    for (const auto& [name, box] : mailboxes_) {
        turn.send(fmt::format("* LIST () \"/\" \"{}\"\r\n", name));
    }
    turn.ok();
}

void ScriptedServer::status(Turn& turn) {
    const std::string name = unquoted(std::string_view(turn.command()).substr(7));
    const auto it = mailboxes_.find(name);
    if (it == mailboxes_.end()) {
        turn.no("[NONEXISTENT] no such mailbox");
        return;
    }
    turn.send(fmt::format("* STATUS \"{}\" (MESSAGES {} UIDNEXT {})\r\n", name,
                          it->second.messages.size(), it->second.uid_next));
    turn.ok();
}

}  // namespace mbx::test
