#include "migration/server_profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <functional>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

namespace mbx::migration {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 20;
constexpr std::string_view kAlias = "{alias}";
constexpr unsigned kLongestTimeout = 86400;
constexpr std::size_t kLongestName = 200;

[[noreturn]] void refuse(std::string text, std::string hint = {}) {
    throw Error(ErrorCode::BadConfig, std::move(text), std::move(hint));
}

bool parse_bool(const std::string& value) {
    if (value == "yes" || value == "true") {
        return true;
    }
    if (value != "no" && value != "false") {
        refuse(fmt::format("found {}, expected yes or no", base::escape(value)));
    }
    return false;
}

store::ConnectOptions::Tls parse_tls(const std::string& value) {
    using Tls = store::ConnectOptions::Tls;
    if (value == "required") {
        return Tls::Required;
    }
    if (value == "opportunistic") {
        return Tls::Opportunistic;
    }
    if (value != "none") {
        refuse(
            fmt::format("found {}, expected required, opportunistic or none", base::escape(value)));
    }
    return Tls::None;
}

unsigned parse_timeout(const std::string& value) {
    unsigned seconds = 0;
    const char* const end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, seconds);
    if (error != std::errc() || stopped != end || seconds == 0 || seconds > kLongestTimeout) {
        refuse(fmt::format("found {}, expected seconds from 1 to {}", base::escape(value),
                           kLongestTimeout));
    }
    return seconds;
}

std::string parse_proxy(const std::string& value) {
    for (const std::string_view scheme : {"socks5h://", "http://"}) {
        if (base::starts_with_ignore_case(value, scheme) && value.size() > scheme.size()) {
            return value;
        }
    }
    refuse(fmt::format("found {}, expected socks5h://HOST:PORT or http://HOST:PORT",
                       base::escape(value)));
}

using Take = std::function<void(ServerProfile&, const std::string&)>;

Take folder(mail::SpecialUse use) {
    return [use](ServerProfile& profile, const std::string& value) {
        profile.folders[use] = mail::parse_folder_path(value);
    };
}

template <typename Member>
Take text(Member member) {
    return [member](ServerProfile& profile, const std::string& value) {
        std::invoke(member, profile) = value;
    };
}

Take connect_text(std::string store::ConnectOptions::*member) {
    return [member](ServerProfile& profile, const std::string& value) {
        profile.connect.*member = value;
    };
}

Take secret(std::string SecretSources::*member) {
    return [member](ServerProfile& profile, const std::string& value) {
        profile.secrets.*member = value;
    };
}

struct Key {
    std::string name;
    Take take;
};

/// Every key of a section.
const std::vector<Key>& keys() {
    using store::ConnectOptions;
    static const std::vector<Key> kKeys{
        {"url", text(&ServerProfile::url)},
        {"user", text(&ServerProfile::user)},
        {"authorization-id", text(&ServerProfile::authorization_id)},
        {"mechanism", connect_text(&ConnectOptions::sasl_mechanism)},
        {"password-command", secret(&SecretSources::password_command)},
        {"password-file", secret(&SecretSources::password_file)},
        {"password-environment", secret(&SecretSources::password_environment)},
        {"token-command", connect_text(&ConnectOptions::token_command)},
        {"token-environment", secret(&SecretSources::token_environment)},
        {"netrc-file", secret(&SecretSources::netrc_file)},
        {"tls", [](ServerProfile& profile,
                   const std::string& value) { profile.connect.tls = parse_tls(value); }},
        {"verify-certificate",
         [](ServerProfile& profile, const std::string& value) {
             profile.connect.verify_certificate = parse_bool(value);
         }},
        {"ca-file", connect_text(&ConnectOptions::ca_file)},
        {"client-certificate", connect_text(&ConnectOptions::client_certificate)},
        {"client-key", connect_text(&ConnectOptions::client_key)},
        {"proxy", [](ServerProfile& profile,
                     const std::string& value) { profile.connect.proxy = parse_proxy(value); }},
        {"timeout",
         [](ServerProfile& profile, const std::string& value) {
             profile.connect.timeout_s = parse_timeout(value);
         }},
        {"compress",
         [](ServerProfile& profile, const std::string& value) {
             profile.connect.compress = parse_bool(value);
         }},
        {"sent-folder", folder(mail::SpecialUse::Sent)},
        {"drafts-folder", folder(mail::SpecialUse::Drafts)},
        {"trash-folder", folder(mail::SpecialUse::Trash)},
        {"junk-folder", folder(mail::SpecialUse::Junk)},
        {"archive-folder", folder(mail::SpecialUse::Archive)},
    };
    return kKeys;
}

const Key& find_key(const std::string& name) {
    std::vector<std::string> names;
    for (const Key& key : keys()) {
        if (key.name == name) {
            return key;
        }
        names.push_back(key.name);
    }
    const auto meant = base::closest(name, names);
    refuse(fmt::format("unknown key {}", base::escape(name)),
           meant ? fmt::format("did you mean {}?", *meant)
                 : fmt::format("keys: {}", fmt::join(names, " ")));
}

/// Boost takes "#" for a comment wherever it stands, and would cut a command short without a word.
void refuse_hidden_comment(std::string_view line) {
    for (std::size_t at = line.find('#'); at != std::string_view::npos;
         at = line.find('#', at + 1)) {
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') {
            return;
        }
        refuse("a # within a value would begin a comment",
               "put a space before a comment; write # in a URL as %23, put a command that needs "
               "one into a script");
    }
}

/// "key = value" of one line; nullopt for blank lines and comments.
std::optional<std::pair<std::string, std::string>> parse_line(const std::string& line) {
    refuse_hidden_comment(line);
    std::istringstream one_line(line + "\n");
    try {
        const po::parsed_options parsed =
            po::parse_config_file(one_line, po::options_description(), true);
        if (parsed.options.empty()) {
            return std::nullopt;
        }
        const po::option& option = parsed.options.front();
        return std::pair(option.string_key, option.value.empty() ? "" : option.value.front());
    } catch (const po::error&) {
        refuse("is neither [server], key = value nor # comment");
    }
}

/// The name in "[name]", possibly with a comment behind it; nullopt for other lines.
std::optional<std::string> section_name(std::string_view line) {
    const std::string_view bare = base::trim(line.substr(0, line.find(" #")));
    if (bare.size() < 2 || bare.front() != '[' || bare.back() != ']') {
        return std::nullopt;
    }
    return std::string(base::trim(bare.substr(1, bare.size() - 2)));
}

std::string with_alias(std::string text, std::string_view alias) {
    for (std::size_t at = text.find(kAlias); at != std::string::npos;
         at = text.find(kAlias, at + alias.size())) {
        text.replace(at, kAlias.size(), alias);
    }
    return text;
}

/// In a command the alias is a variable, so that no alias can become a part of the command.
std::string in_command(std::string command) {
    return with_alias(std::move(command), "${MBX_ALIAS}");
}

std::string percent_encoded(std::string_view alias) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    std::string encoded;
    for (const char c : alias) {
        if (kPlain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

/// Paths as in "maildir:/srv/{alias}" are taken as they are; "scheme://" is percent-decoded.
bool is_decoded(std::string_view url) {
    const std::size_t colon = url.find(':');
    return colon != std::string_view::npos && url.substr(colon + 1).starts_with("//");
}

/// Reads a file line by line and knows in which section and line it is.
class Parser {
  public:
    explicit Parser(std::string path) : path_(std::move(path)) {}

    std::vector<ServerProfile> parse(std::string_view text) {
        for (const std::string_view line : base::split(text, '\n')) {
            ++line_;
            at_line(line_, [&] { take_line(std::string(base::trim(line))); });
        }
        finish_section();
        return std::move(profiles_);
    }

  private:
    template <typename Work>
    void at_line(std::size_t line, Work work) {
        try {
            work();
        } catch (const Error& error) {
            Error here(ErrorCode::BadConfig, error.text(), error.hint());
            here.with_place(error.place().empty() ? fmt::format("{}:{}", path_, line)
                                                  : error.place());
            throw Error(here);
        }
    }

    void take_line(const std::string& line) {
        if (const auto name = section_name(line)) {
            finish_section();
            begin_section(*name);
            return;
        }
        const auto item = parse_line(line);
        if (!item) {
            return;
        }
        if (profiles_.empty()) {
            refuse("a key before the first [server]");
        }
        const auto& [name, value] = *item;
        const Key& key = find_key(name);
        if (value.empty()) {
            refuse(fmt::format("{}: the value is missing", name));
        }
        if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) {
            refuse(fmt::format("{} is given twice in [{}]", name,
                               base::escape(profiles_.back().name)));
        }
        seen_.push_back(name);
        url_line_ = name == "url" ? line_ : url_line_;
        try {
            key.take(profiles_.back(), value);
        } catch (const Error& error) {
            throw Error(ErrorCode::BadConfig, fmt::format("{}: {}", name, error.text()),
                        error.hint());
        }
    }

    void begin_section(const std::string& name) {
        if (name.empty()) {
            refuse("a section without a name");
        }
        for (const ServerProfile& profile : profiles_) {
            if (base::equals_ignore_case(profile.name, name)) {
                refuse(fmt::format("[{}] is there twice", base::escape(name)));
            }
        }
        profiles_.emplace_back().name = name;
        section_line_ = line_;
        seen_.clear();
    }

    void finish_section() {
        if (profiles_.empty()) {
            return;
        }
        const ServerProfile& profile = profiles_.back();
        if (profile.url.empty()) {
            at_line(section_line_,
                    [&] { refuse(fmt::format("[{}] has no url", base::escape(profile.name))); });
        }
        at_line(url_line_, [&] { refuse_shared_mailbox(profile); });
    }

    /// Everybody in a list would get the mail of all.
    static void refuse_shared_mailbox(const ServerProfile& profile) {
        const Mailbox one = mailbox_of(profile, "one");
        const Mailbox other = mailbox_of(profile, "other");
        const bool has_users = one.url.kind == store::StoreKind::Imap;
        if (to_string(one.url) == to_string(other.url) &&
            !(has_users && (one.connect.user != other.connect.user ||
                            one.connect.authorization_id != other.connect.authorization_id))) {
            refuse(fmt::format("[{}] names the same mailbox for every alias",
                               base::escape(profile.name)),
                   "write {alias} where the alias belongs");
        }
    }

    std::string path_;
    std::vector<ServerProfile> profiles_;
    std::vector<std::string> seen_;
    std::size_t line_ = 0;
    std::size_t section_line_ = 0;
    std::size_t url_line_ = 0;
};

}  // namespace

ServerProfiles ServerProfiles::read(const std::string& path) {
    return parse(base::read_file(path, kLargestFile), path);
}

ServerProfiles ServerProfiles::parse(std::string_view text, const std::string& path) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) {
        text.remove_prefix(kByteOrderMark.size());
    }
    ServerProfiles result;
    result.path_ = path;
    result.profiles_ = Parser(path).parse(text);
    return result;
}

const ServerProfile& ServerProfiles::find(std::string_view name) const {
    std::vector<std::string> names;
    for (const ServerProfile& profile : profiles_) {
        if (base::equals_ignore_case(profile.name, name)) {
            return profile;
        }
        names.push_back(profile.name);
    }
    const auto meant = base::closest(name, names);
    throw Error(ErrorCode::NoInput, fmt::format("has no section [{}]", base::escape(name)),
                meant ? fmt::format("did you mean [{}]?", base::escape(*meant)) : "")
        .with_place(path_);
}

bool is_plain_name(std::string_view alias) noexcept {
    return !alias.empty() && alias.size() <= kLongestName && alias.front() != '.' &&
           std::none_of(alias.begin(), alias.end(), [](char c) {
               return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
           });
}

Mailbox mailbox_of(const ServerProfile& profile, std::string_view alias) {
    const bool imap = base::starts_with_ignore_case(profile.url, "imap");
    const bool in_path = !imap && profile.url.find(kAlias) != std::string::npos;
    const bool in_file = profile.secrets.password_file.find(kAlias) != std::string::npos;
    const bool plain = is_plain_name(alias);
    if ((!plain && (in_path || in_file)) || alias.empty() ||
        std::any_of(alias.begin(), alias.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; })) {
        throw Error(ErrorCode::BadData,
                    fmt::format("alias {} cannot be the name of a mailbox", base::escape(alias)),
                    "an alias in a path must not hold a slash, begin with a dot or be longer than "
                    "200 bytes");
    }
    Mailbox mailbox;
    const std::string in_url =
        imap || is_decoded(profile.url) ? percent_encoded(alias) : std::string(alias);
    mailbox.url = store::MailboxUrl::parse(with_alias(profile.url, in_url));
    mailbox.connect = profile.connect;
    mailbox.connect.user = with_alias(profile.user, alias);
    if (mailbox.connect.user.empty() && mailbox.url.user.empty()) {
        mailbox.connect.user = alias;
    }
    mailbox.connect.authorization_id = with_alias(profile.authorization_id, alias);
    mailbox.secrets = profile.secrets;
    mailbox.secrets.password_file = with_alias(profile.secrets.password_file, alias);
    mailbox.secrets.one_users_file = in_file;
    mailbox.secrets.password_command = in_command(profile.secrets.password_command);
    mailbox.connect.token_command = in_command(profile.connect.token_command);
    mailbox.folders = profile.folders;
    return mailbox;
}

}  // namespace mbx::migration
