#include "migration/secrets.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "base/command.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "migration/mailbox.hpp"

namespace mbx::migration {
namespace {

constexpr std::uint64_t kLargestSecretFile = std::uint64_t{64} << 10;
constexpr std::string_view kBlanks = " \t\r\n";

/// Everything in a file that nobody but its owner may touch.
std::string read_private_file(const std::string& path) {
    const base::File file = base::File::open_read(path);
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0) {
        throw system_error(errno, "cannot read its status").with_place(path);
    }
    if (S_ISREG(status.st_mode) && (status.st_mode & 077) != 0) {
        throw Error(ErrorCode::BadConfig,
                    fmt::format("holds a secret, but its mode is {:04o}", status.st_mode & 07777),
                    fmt::format("chmod 600 {}", base::escape(path)))
            .with_place(path);
    }
    if (file.size() > kLargestSecretFile) {
        throw Error(ErrorCode::BadConfig, "is too large for a file that holds a secret")
            .with_place(path);
    }
    std::string text(file.size(), '\0');
    text.resize(file.read_at(0, std::as_writable_bytes(std::span(text))));
    return text;
}

/// The words of a netrc. A word in double quotes may hold blanks; \" and \\ stand for themselves.
class NetrcWords {
  public:
    explicit NetrcWords(std::string_view text) : rest_(text) {}

    std::optional<std::string> next() {
        skip_blanks_and_comments();
        if (rest_.empty()) {
            return std::nullopt;
        }
        if (rest_.front() == '"') {
            return quoted();
        }
        const std::string_view word = rest_.substr(0, rest_.find_first_of(kBlanks));
        rest_.remove_prefix(word.size());
        return std::string(word);
    }

    /// A macro ends at an empty line.
    void skip_macro() {
        const std::size_t end = rest_.find("\n\n");
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    }

  private:
    void skip_blanks_and_comments() {
        for (;;) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
            if (rest_.empty() || rest_.front() != '#') {
                return;
            }
            rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        }
    }

    std::string quoted() {
        std::string word;
        rest_.remove_prefix(1);
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\' && rest_.size() > 1) {
                rest_.remove_prefix(1);
            }
            word += rest_.front();
            rest_.remove_prefix(1);
        }
        rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));
        return word;
    }

    std::string_view rest_;
};

const char* environment(const std::string& name) {
    return std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before threads are started
}

std::string secret_from_environment(const std::string& name) {
    const char* const value = environment(name);
    if (value == nullptr || *value == '\0') {
        throw Error(ErrorCode::BadConfig, "is not set in the environment").with_place(name);
    }
    return value;
}

bool needs_no_secret(const Mailbox& mailbox) {
    if (mailbox.url.kind != store::StoreKind::Imap || !mailbox.connect.token_command.empty()) {
        return true;
    }
    for (const char* mechanism : {"EXTERNAL", "GSSAPI", "ANONYMOUS"}) {
        if (base::equals_ignore_case(mailbox.connect.sasl_mechanism, mechanism)) {
            return true;
        }
    }
    return false;
}

/// What comes behind a byte of zero would be lost on the way to the server.
void refuse_nul(std::string_view secret, std::string_view place) {
    if (secret.find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::BadConfig, "holds a byte of zero, which no password can")
            .with_place(place);
    }
}

Error with_code(const Error& error, ErrorCode code) {
    return Error(code, error.text(), error.hint()).with_place(error.place());
}

/// nullopt: there is no such file.
std::optional<std::string> read_netrc(const std::string& path) {
    try {
        return read_private_file(path);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NoInput) {
            throw with_code(error, ErrorCode::BadConfig);
        }
        return std::nullopt;
    }
}

void fetch_from_netrc(Mailbox& mailbox) {
    const std::string& user =
        mailbox.connect.user.empty() ? mailbox.url.user : mailbox.connect.user;
    const std::optional<std::string> netrc = read_netrc(mailbox.secrets.netrc_file);
    const auto login = netrc ? find_in_netrc(*netrc, mailbox.url.host, user) : std::nullopt;
    if (!login) {
        throw Error(
            netrc ? ErrorCode::NotAllowed : ErrorCode::BadConfig,
            fmt::format("no password for {} at {}", user.empty() ? "a user" : base::escape(user),
                        base::escape(mailbox.url.host)),
            "give a password command, a password file (mode 0600), a netrc entry or an "
            "environment variable");
    }
    refuse_nul(login->password, mailbox.secrets.netrc_file);
    mailbox.connect.password = login->password;
    if (user.empty()) {
        mailbox.connect.user = login->user;
    }
}

}  // namespace

std::string secret_from_file(const std::string& path) {
    const std::string text = read_private_file(path);
    std::string line = text.substr(0, text.find('\n'));
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    if (line.empty()) {
        throw Error(ErrorCode::BadConfig, "its first line is empty").with_place(path);
    }
    refuse_nul(line, path);
    return line;
}

std::optional<NetrcLogin> find_in_netrc(std::string_view text, std::string_view host,
                                        std::string_view user) {
    NetrcWords words(text);
    NetrcLogin login;
    bool matches = false;
    const auto found = [&] {
        return matches && !login.password.empty() && (user.empty() || login.user == user);
    };
    while (const auto word = words.next()) {
        if (*word == "machine" || *word == "default") {
            if (found()) {
                return login;
            }
            login = {};
            matches =
                *word == "default" || base::equals_ignore_case(words.next().value_or(""), host);
        } else if (*word == "login") {
            login.user = words.next().value_or("");
        } else if (*word == "password") {
            login.password = words.next().value_or("");
        } else if (*word == "account") {
            words.next();
        } else if (*word == "macdef") {
            words.skip_macro();
        }
    }
    return found() ? std::optional(login) : std::nullopt;
}

void fetch_secrets(Mailbox& mailbox) {
    if (needs_no_secret(mailbox)) {
        return;
    }
    const SecretSources& secrets = mailbox.secrets;
    if (!secrets.password_command.empty()) {
        try {
            mailbox.connect.password = base::first_line_of_command(secrets.password_command);
            refuse_nul(mailbox.connect.password, "its output");
        } catch (Error& error) {
            error.with_place("password command");
            throw;
        }
    } else if (!secrets.password_file.empty()) {
        try {
            mailbox.connect.password = secret_from_file(secrets.password_file);
        } catch (const Error& error) {
            throw with_code(error,
                            secrets.one_users_file ? ErrorCode::NotAllowed : ErrorCode::BadConfig);
        }
    } else if (!secrets.token_environment.empty()) {
        mailbox.connect.oauth_token = secret_from_environment(secrets.token_environment);
    } else if (!secrets.password_environment.empty()) {
        mailbox.connect.password = secret_from_environment(secrets.password_environment);
    } else {
        fetch_from_netrc(mailbox);
    }
}

}  // namespace mbx::migration
