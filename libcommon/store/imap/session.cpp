#include "store/imap/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/imap/sasl.hpp"

namespace mbx::store::imap {
namespace {

struct Meaning {
    std::string_view word;  // of a response code, or within the text
    ErrorCode code;
};

// RFC 5530, RFC 7889, and what servers say without a code.
constexpr std::array kCodes{
    Meaning{"AUTHENTICATIONFAILED", ErrorCode::NotAllowed},
    Meaning{"AUTHORIZATIONFAILED", ErrorCode::NotAllowed},
    Meaning{"EXPIRED", ErrorCode::NotAllowed},
    Meaning{"PRIVACYREQUIRED", ErrorCode::NotAllowed},
    Meaning{"NOPERM", ErrorCode::NotAllowed},
    Meaning{"UNAVAILABLE", ErrorCode::TryAgain},
    Meaning{"INUSE", ErrorCode::TryAgain},
    Meaning{"THROTTLED", ErrorCode::TryAgain},
    Meaning{"OVERQUOTA", ErrorCode::CannotCreate},
    Meaning{"TOOBIG", ErrorCode::BadData},
    Meaning{"LIMIT", ErrorCode::BadData},
    Meaning{"NONEXISTENT", ErrorCode::NoInput},
    Meaning{"CANNOT", ErrorCode::CannotCreate},
    Meaning{"SERVERBUG", ErrorCode::Unavailable},
};
constexpr std::array kTexts{
    Meaning{"quota", ErrorCode::CannotCreate},
    Meaning{"throttled", ErrorCode::TryAgain},
    Meaning{"too many", ErrorCode::TryAgain},
    Meaning{"permission denied", ErrorCode::NotAllowed},
    Meaning{"too large", ErrorCode::BadData},
    Meaning{"maximum size", ErrorCode::BadData},
    Meaning{"i/o error", ErrorCode::Unavailable},       // Cyrus
    Meaning{"internal error", ErrorCode::Unavailable},  // Cyrus, Dovecot
    Meaning{"system error", ErrorCode::Unavailable},    // Gmail
    Meaning{"nonexistent", ErrorCode::NoInput},
    Meaning{"doesn't exist", ErrorCode::NoInput},
    Meaning{"does not exist", ErrorCode::NoInput},
};

/// How Exchange says that a mailbox is full.
constexpr std::array<std::string_view, 3> kOpaqueFull{
    "server unavailable. 15", "command argument error 11", "command argument error. 11"};

bool hides_full_mailbox(const Response& response) {
    const std::string text = base::ascii_lower(response.text);
    return std::any_of(kOpaqueFull.begin(), kOpaqueFull.end(), [&](std::string_view words) {
        return text.find(words) != std::string::npos;
    });
}

ErrorCode meaning_of(const Response& response) {
    for (const Meaning& meaning : kCodes) {
        if (response.code.name == meaning.word) {
            return meaning.code;
        }
    }
    if (hides_full_mailbox(response)) {
        return ErrorCode::CannotCreate;
    }
    const std::string text = base::ascii_lower(response.text);
    for (const Meaning& meaning : kTexts) {
        if (text.find(meaning.word) != std::string::npos) {
            return meaning.code;
        }
    }
    return ErrorCode::BadData;
}

std::string words_of(const Response& response) {
    const std::string code =
        response.code.name.empty() ? "" : "[" + base::escape(response.code.name) + "] ";
    return code + base::escape(response.text);
}

/// Of a list of names and values by turns, as ID gives it.
std::string value_of(std::string_view name, const std::vector<Element>& items) {
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (base::equals_ignore_case(items[i].text, name)) {
            return items[i + 1].text;
        }
    }
    return {};
}

bool lists(const std::vector<Element>& elements, std::string_view atom) {
    return std::any_of(elements.begin(), elements.end(),
                       [&](const Element& element) { return element.is_atom(atom); });
}

}  // namespace

Backoff backoff_of(const Response& response) {
    const std::string text = base::ascii_lower(response.text);
    constexpr std::string_view kExchange = "backoff time:";
    constexpr unsigned kLongest_ms = 600'000;
    if (const std::size_t at = text.find(kExchange); at != std::string::npos) {
        const std::string_view digits =
            base::trim(std::string_view(text).substr(at + kExchange.size()));
        unsigned value = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return {true, parsed.ec == std::errc() ? std::min(value, kLongest_ms) : 0};
    }
    constexpr std::array<std::string_view, 3> kNames{"THROTTLED", "UNAVAILABLE", "INUSE"};
    constexpr std::array<std::string_view, 2> kWords{"throttled", "too many requests"};
    return {std::any_of(kNames.begin(), kNames.end(),
                        [&](std::string_view name) { return response.code.name == name; }) ||
                std::any_of(
                    kWords.begin(), kWords.end(),
                    [&](std::string_view word) { return text.find(word) != std::string::npos; }),
            0};
}

Session::Session(const MailboxUrl& url, const ConnectOptions& options,
                 base::Diagnostics& diagnostics, const base::StopFlag& stop)
    : diagnostics_(diagnostics),
      connection_(std::make_unique<Connection>(url, options, stop)),
      place_(to_string(url)) {
    const bool logged_in = take_handshake();
    if (capabilities_.empty()) {
        read_capabilities();
    }
    try {
        if (!logged_in) {
            login(url, options);
        }
        after_login(options);
        is_logged_in_ = true;
    } catch (Error& error) {
        throw error.place().empty() ? Error(error).with_place(place_) : error;
    }
}

Session::~Session() {
    close();
}

bool Session::has(std::string_view capability) const {
    return capabilities_.contains(capability);
}

std::string Session::capability_value(std::string_view name) const {
    const std::string start = std::string(name) + "=";
    const auto it = capabilities_.lower_bound(start);
    return it != capabilities_.end() && it->starts_with(start) ? it->substr(start.size())
                                                               : std::string();
}

std::string Session::quoted(std::string_view text) const {
    const bool has_8bit = std::any_of(text.begin(), text.end(),
                                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const bool has_line_end = text.find_first_of("\r\n") != std::string_view::npos;
    // Without LITERAL+ a literal would need a round trip; servers take 8-bit in quotes.
    if (has_line_end || (has_8bit && !utf8_enabled_ && has("LITERAL+"))) {
        return fmt::format("{{{}+}}\r\n{}", text.size(), text);
    }
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + '"';
}

std::string Session::begin(std::string_view start) {
    // libcurl has used tags of its own ("A001") on the same connection.
    std::string tag = fmt::format("m{}", next_tag_++);
    connection_->write(fmt::format("{} {}", tag, start));
    return tag;
}

std::string Session::send(std::string_view command) {
    return begin(fmt::format("{}\r\n", command));
}

Response Session::read() {
    Response response = read_response(*connection_);
    if (response.code.name == "CAPABILITY") {
        take_capabilities(response.code.arguments);
    } else if (response.is_untagged() && response.name == "CAPABILITY") {
        take_capabilities(response.data);
    } else if (response.code.name == "ALERT") {
        show_alert(response.text);
    }
    if (response.is_untagged() && response.status == Status::Bye) {
        said_goodbye_ = true;
        throw Error(backoff_of(response).wanted ? ErrorCode::TryAgain : ErrorCode::Unavailable,
                    "the server ended the session: " + words_of(response))
            .with_place(place_);
    }
    note_service(response);
    return response;
}

/// Exchange takes logins for which it has no mailbox, wrong passwords among them, and says so in
/// answer to the next commands; it also says so of a mailbox that has gone from it meanwhile.
void Session::note_service(const Response& response) {
    if (response.is_untagged() || response.is_continuation()) {
        return;
    }
    if (response.status == Status::Ok) {
        has_served_ |= is_logged_in_;
        return;
    }
    if (base::ascii_lower(response.text).find("authenticated but not connected") ==
        std::string::npos) {
        return;
    }
    if (has_served_) {
        throw Error(ErrorCode::Unavailable,
                    "the server has lost the mailbox: " + words_of(response))
            .with_place(place_);
    }
    throw Error(ErrorCode::NotAllowed,
                "the server takes the login, but opens no mailbox for it: " + words_of(response),
                "check user and password, and whether IMAP is allowed for that mailbox")
        .with_place(place_);
}

Response Session::run(std::string_view command,
                      const std::function<void(const Response&)>& untagged) {
    const std::string tag = send(command);
    for (;;) {
        Response response = read();
        if (response.tag == tag) {
            return response;
        }
        if (response.is_untagged() && untagged) {
            untagged(response);
        }
    }
}

Response Session::require(std::string_view command,
                          const std::function<void(const Response&)>& untagged) {
    Response response = run(command, untagged);
    if (response.status != Status::Ok) {
        throw failure(response, base::split(command, ' ').front()).with_place(place_);
    }
    return response;
}

Error Session::failure(const Response& response, std::string_view what) {
    const ErrorCode code = meaning_of(response);
    const std::string_view explained =
        hides_full_mailbox(response) ? " (Exchange says so when the mailbox is full)" : "";
    std::string hint;
    if (code == ErrorCode::CannotCreate && response.code.name != "CANNOT") {
        hint = "make room in the mailbox or raise its quota, then run again";
    }
    return Error(code,
                 fmt::format("the server refuses {}: {}{}", what, words_of(response), explained),
                 std::move(hint));
}

/// Some servers say the same with every message.
void Session::show_alert(std::string_view text) {
    if (last_alert_ != text) {
        last_alert_ = text;
        diagnostics_.report({base::Severity::Warning, "server-alert", place_, base::escape(text)});
    }
}

void Session::read_capabilities() {
    capabilities_.clear();
    require("CAPABILITY");
}

void Session::take_capabilities(const std::vector<Element>& elements) {
    has_new_capabilities_ = true;
    capabilities_.clear();
    for (const Element& element : elements) {
        capabilities_.insert(base::ascii_upper(element.text));
    }
}

bool Session::take_handshake() {
    constexpr std::string_view kCapability = "* CAPABILITY ";
    bool logged_in = false;
    for (std::string_view line : base::split(connection_->handshake(), '\n')) {
        line = base::trim(line);
        if (base::starts_with_ignore_case(line, "* PREAUTH")) {
            logged_in = true;
        } else if (base::starts_with_ignore_case(line, kCapability)) {
            // The last one counts: those before STARTTLS may be forged.
            capabilities_.clear();
            for (const std::string_view word : base::split(line.substr(kCapability.size()), ' ')) {
                capabilities_.insert(base::ascii_upper(word));
            }
        }
        if (const std::size_t alert = line.find("[ALERT]"); alert != std::string_view::npos) {
            show_alert(base::trim(line.substr(alert + 7)));
        }
    }
    return logged_in;
}

void Session::login(const MailboxUrl& url, const ConnectOptions& options) {
    Credentials credentials;
    credentials.user = options.user.empty() ? url.user : options.user;
    credentials.authorization_id = options.authorization_id;
    credentials.password = options.password;
    credentials.oauth_token = options.oauth_token;
    credentials.host = url.host;
    credentials.port = url.port.value_or(url.tls_from_start ? 993 : 143);

    std::set<std::string, std::less<>> offered;
    for (const std::string& capability : capabilities_) {
        if (capability.starts_with("AUTH=")) {
            offered.insert(capability.substr(5));
        }
    }
    std::optional<std::string> mechanism =
        choose_mechanism(offered, credentials, connection_->is_encrypted());
    if (!options.sasl_mechanism.empty()) {
        mechanism = base::ascii_upper(options.sasl_mechanism);
    } else if (credentials.user.empty() && credentials.oauth_token.empty()) {
        throw Error(ErrorCode::Usage, "no user is given",
                    "name one in the URL, imaps://USER@HOST, or with --user");
    }
    const Connection::Secret secret(*connection_);
    has_new_capabilities_ = false;
    Response answer;
    if (mechanism) {
        const std::unique_ptr<SaslExchange> exchange = start_exchange(*mechanism, credentials);
        std::string command = "AUTHENTICATE " + *mechanism;
        if (exchange->client_first() && has("SASL-IR")) {
            const std::string initial = exchange->step({});
            command += " " + (initial.empty() ? "=" : base64_encode(initial));
        }
        const std::string tag = send(command);
        for (answer = read(); answer.tag != tag; answer = read()) {
            if (answer.is_continuation()) {
                const std::string challenge = base64_decode(base::trim(answer.text)).value_or("");
                connection_->write(base64_encode(exchange->step(challenge)) + "\r\n");
            }
        }
    } else if (!has("LOGINDISABLED") && credentials.oauth_token.empty() &&
               credentials.authorization_id.empty()) {
        answer =
            run(fmt::format("LOGIN {} {}", quoted(credentials.user), quoted(credentials.password)));
    } else {
        throw Error(ErrorCode::NotAllowed, "the server offers no way to log in with what is given",
                    "use TLS, or another kind of credentials");
    }
    if (answer.status != Status::Ok) {
        // [LIMIT]: too many connections at once (RFC 5530), not too large a message.
        const bool busy = meaning_of(answer) == ErrorCode::TryAgain || answer.code.name == "LIMIT";
        throw Error(busy ? ErrorCode::TryAgain : ErrorCode::NotAllowed,
                    fmt::format("login of '{}' refused: {}", base::escape(credentials.user),
                                words_of(answer)),
                    busy ? "close other connections of that user, or try later"
                         : "check user, password and the login method");
    }
    if (!has_new_capabilities_) {
        read_capabilities();
    }
}

void Session::after_login(const ConnectOptions& options) {
    std::vector<std::string> commands;
    if (has("ID")) {
        commands.emplace_back(R"(ID ("name" "mbx-tools"))");
    }
    if (has("ENABLE") && has("UTF8=ACCEPT")) {
        commands.emplace_back("ENABLE UTF8=ACCEPT");
    }
    run_all(commands);
    may_compress_ = options.compress && has("COMPRESS=DEFLATE");
}

bool Session::wants_compression() const {
    constexpr double kSlow = 2'500'000;  // bytes a second: 20 Mbit/s
    return may_compress_ && connection_->bytes_per_second().value_or(kSlow) < kSlow;
}

void Session::compress() {
    may_compress_ = false;
    if (run("COMPRESS DEFLATE").status == Status::Ok) {
        connection_->start_compression();
    }
}

void Session::run_all(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) {
        send(command);
    }
    for (std::size_t answered = 0; answered < commands.size();) {
        const Response response = read();
        take_introduction(response);
        answered += !response.is_untagged() && !response.is_continuation() ? 1 : 0;
    }
}

/// The answers to ID and ENABLE.
void Session::take_introduction(const Response& response) {
    if (response.name == "ID" && !response.data.empty()) {
        server_name_ = value_of("name", response.data.front().items);
    } else if (response.name == "ENABLED") {
        utf8_enabled_ |= lists(response.data, "UTF8=ACCEPT");
    }
}

void Session::close() noexcept {
    try {
        if (connection_) {
            connection_->part_gently();
            send("LOGOUT");
            connection_->flush();
        }
    } catch (const std::exception&) {
        // The connection is gone; there is nobody to say goodbye to.
    }
    connection_.reset();
}

}  // namespace mbx::store::imap
