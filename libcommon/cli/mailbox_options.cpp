#include "cli/mailbox_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migration/server_profiles.hpp"

namespace mbx::cli {
namespace {

constexpr const char* kSystemServersFile = "/etc/mbx-tools/servers.conf";
constexpr const char* kPasswordVariable = "MBX_PASSWORD";
constexpr const char* kTokenVariable = "MBX_TOKEN";

std::string environment(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no threads yet
    return value == nullptr ? "" : value;
}

/// For the user's commands; there are no threads yet.
void set_environment(const char* name, const std::string& value) {
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
}

template <typename Value, typename Target>
void override_with(const std::optional<Value>& value, Target& target) {
    if (value) {
        target = *value;
    }
}

bool any(const migration::SecretSources& secrets) {
    return !secrets.password_command.empty() || !secrets.password_file.empty() ||
           !secrets.password_environment.empty() || !secrets.token_environment.empty();
}

/// What is left to the environment when neither options nor servers.conf name a source.
void use_environment(migration::SecretSources& secrets) {
    if (!any(secrets)) {
        if (!environment(kTokenVariable).empty()) {
            secrets.token_environment = kTokenVariable;
        } else if (!environment(kPasswordVariable).empty()) {
            secrets.password_environment = kPasswordVariable;
        }
    }
    if (secrets.netrc_file.empty()) {
        const std::string named = environment("NETRC");
        secrets.netrc_file = named.empty() ? environment("HOME") + "/.netrc" : named;
    }
}

/// So that a journal, and all that names the mailbox, tells whose it is.
void put_owner_into_url(migration::Mailbox& mailbox) {
    store::ConnectOptions& connect = mailbox.connect;
    if (connect.user.empty()) {
        connect.user = mailbox.url.user;
    }
    mailbox.url.user = connect.authorization_id.empty() ? connect.user : connect.authorization_id;
}

store::ConnectOptions::Tls tls_of(const std::string& word) {
    using Tls = store::ConnectOptions::Tls;
    if (word == "none") {
        return Tls::None;
    }
    return word == "opportunistic" ? Tls::Opportunistic : Tls::Required;
}

}  // namespace

std::string default_servers_file() {
    if (std::string named = environment("MBX_SERVERS"); !named.empty()) {
        return named;
    }
    const std::string xdg = environment("XDG_CONFIG_HOME");
    const std::string own =
        (xdg.empty() ? environment("HOME") + "/.config" : xdg) + "/mbx-tools/servers.conf";
    return ::access(own.c_str(), F_OK) == 0 ? own : kSystemServersFile;
}

void MailboxOptions::declare(OptionSet& options) {
    options.group("Mailbox options")
        .value("server", &server_, "NAME", "the server, a section of servers.conf")
        .value("alias", &alias_, "ALIAS", "the mailbox on that server")
        .value("servers-file", &servers_file_, "FILE",
               "server profiles (default: $MBX_SERVERS, ~/.config/mbx-tools/servers.conf, "
               "/etc/mbx-tools/servers.conf)")
        .value("user", &user_, "USER", "log in as USER")
        .value("authorization-id", &authorization_id_, "USER",
               "act on the mailbox of USER with the rights of the one who logs in")
        .value("mechanism", &mechanism_, "NAME", "SASL mechanism (default: the best one offered)")
        .value("password-command", &secrets_.password_command, "COMMAND",
               "take the password from the first line that COMMAND prints")
        .value("password-file", &secrets_.password_file, "FILE",
               "take the password from the first line of FILE, which only you may read")
        .value("token-command", &token_command_, "COMMAND",
               "take an OAuth 2 access token from COMMAND, whenever one is needed")
        .value("netrc-file", &secrets_.netrc_file, "FILE",
               "look for user and password in FILE (default: $NETRC, ~/.netrc)");
    options.group("Connection options")
        .choice("tls", &tls_, {"required", "opportunistic", "none"},
                "whether the connection must be encrypted (default: required)")
        .flag("no-verify", &no_verify_, "accept any certificate")
        .value("ca-file", &ca_file_, "FILE", "trust the certificates in FILE (PEM)")
        .value("client-certificate", &client_certificate_, "FILE", "show this certificate (PEM)")
        .value("client-key", &client_key_, "FILE", "the key of that certificate (PEM)")
        .value("proxy", &proxy_, "URL", "connect through socks5h://HOST:PORT or http://HOST:PORT")
        .number<unsigned>("timeout", &timeout_s_, "SECONDS",
                          "give up when the server is silent that long (default: 120)", 1, 86400)
        .flag("no-compress", &no_compress_, "do not compress the connection")
        .value("trace", &trace_file_, "FILE",
               "write what is said to and by the server to FILE, without secrets");
}

void MailboxOptions::take_operand(std::vector<std::string>& operands, std::size_t place,
                                  const std::string& name) {
    if (server_.has_value() != alias_.has_value()) {
        throw Error(ErrorCode::Usage,
                    server_ ? "--server needs --alias" : "--alias needs --server");
    }
    const int passwords = int{!secrets_.password_command.empty()} +
                          int{!secrets_.password_file.empty()} + int{!token_command_.empty()};
    if (passwords > 1) {
        throw Error(ErrorCode::Usage,
                    "--password-command, --password-file and --token-command exclude each other");
    }
    if (server_) {
        return;
    }
    if (operands.size() <= place) {
        throw Error(ErrorCode::Usage, fmt::format("{} is missing", name),
                    "name the mailbox by a URL, or by --server and --alias");
    }
    url_ = operands[place];
    operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(place));
    static_cast<void>(store::MailboxUrl::parse(url_));
}

void MailboxOptions::override_profile(migration::Mailbox& mailbox) const {
    store::ConnectOptions& connect = mailbox.connect;
    override_with(user_, connect.user);
    override_with(authorization_id_, connect.authorization_id);
    override_with(mechanism_, connect.sasl_mechanism);
    override_with(ca_file_, connect.ca_file);
    override_with(client_certificate_, connect.client_certificate);
    override_with(client_key_, connect.client_key);
    override_with(proxy_, connect.proxy);
    override_with(timeout_s_, connect.timeout_s);
    override_with(trace_file_, connect.trace_file);
    if (!tls_.empty()) {
        connect.tls = tls_of(tls_);
    }
    connect.verify_certificate = connect.verify_certificate && !no_verify_;
    connect.compress = connect.compress && !no_compress_;
    if (any(secrets_) || !token_command_.empty()) {
        mailbox.secrets = secrets_;
        connect.token_command = token_command_;
    } else if (!secrets_.netrc_file.empty()) {
        mailbox.secrets.netrc_file = secrets_.netrc_file;
    }
}

migration::Mailbox MailboxOptions::resolve_without_secret() const {
    migration::Mailbox mailbox;
    if (server_) {
        const auto profiles = migration::ServerProfiles::read(
            servers_file_ ? *servers_file_ : default_servers_file());
        mailbox = migration::mailbox_of(profiles.find(*server_), *alias_);
    } else {
        mailbox.url = store::MailboxUrl::parse(url_);
    }
    override_profile(mailbox);
    return mailbox;
}

migration::Mailbox MailboxOptions::resolve() const {
    migration::Mailbox mailbox = resolve_without_secret();
    set_environment("MBX_SERVER", server_.value_or(""));
    set_environment("MBX_ALIAS", alias_.value_or(""));
    set_environment("MBX_USER",
                    mailbox.connect.user.empty() ? mailbox.url.user : mailbox.connect.user);
    set_environment("MBX_HOST", mailbox.url.host);
    use_environment(mailbox.secrets);
    migration::fetch_secrets(mailbox);
    put_owner_into_url(mailbox);
    return mailbox;
}

}  // namespace mbx::cli
