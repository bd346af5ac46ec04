#include "store/mailbox_url.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {
namespace {

constexpr const char* kForms =
    "a mailbox is maildir:PATH, mbox:PATH, eml:PATH, imap://[USER@]HOST[:PORT] or imaps://...";

struct Scheme {
    std::string_view name;
    StoreKind kind;
    MboxQuoting quoting = MboxQuoting::Detect;
    bool tls_from_start = false;
};

constexpr std::array kSchemes{
    Scheme{"maildir", StoreKind::Maildir},
    Scheme{"mbox", StoreKind::Mbox},
    Scheme{"mboxo", StoreKind::Mbox, MboxQuoting::Mboxo},
    Scheme{"mboxrd", StoreKind::Mbox, MboxQuoting::Mboxrd},
    Scheme{"mboxcl2", StoreKind::Mbox, MboxQuoting::Mboxcl2},
    Scheme{"eml", StoreKind::Eml},
    Scheme{"imap", StoreKind::Imap},
    Scheme{"imaps", StoreKind::Imap, MboxQuoting::Detect, true},
};

[[noreturn]] void refuse(std::string_view why, std::string hint = kForms) {
    throw Error(ErrorCode::Usage, std::string(why), std::move(hint));
}

std::string percent_decode(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = text.substr(i + 1, 2);
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || failure != std::errc() || end != digits.data() + 2) {
            refuse("'%' in the mailbox URL is not followed by two hexadecimal digits",
                   "write a percent sign as %25");
        }
        result += static_cast<char>(value);
        i += 2;
    }
    if (result.find('\0') != std::string::npos) {
        refuse("the mailbox URL holds a NUL");
    }
    return result;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kPlain = "-._~!$'()*+,;=";
    std::string result;
    for (const char c : text) {
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size() || port == 0) {
        refuse("the port in the mailbox URL is not a number from 1 to 65535");
    }
    return port;
}

/// HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT.
void parse_host(std::string_view text, MailboxUrl& url) {
    std::string_view rest;
    if (!text.empty() && text.front() == '[') {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) {
            refuse("the address in the mailbox URL lacks its closing ']'");
        }
        url.host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else {
        const std::size_t colon = std::min(text.find(':'), text.size());
        url.host = percent_decode(text.substr(0, colon));
        rest = text.substr(colon);
    }
    if (url.host.empty()) {
        refuse("the mailbox URL names no host");
    }
    for (const char c : url.host) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '/' || c == '@') {
            refuse("the host in the mailbox URL holds a character that no host has");
        }
    }
    if (!rest.empty()) {
        if (rest.front() != ':') {
            refuse("the mailbox URL goes on behind the address");
        }
        url.port = parse_port(rest.substr(1));
    }
}

void parse_server(std::string_view rest, MailboxUrl& url) {
    if (rest.substr(0, 2) != "//") {
        refuse("an IMAP mailbox URL has '//' behind the scheme");
    }
    rest.remove_prefix(2);
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) {
        if (rest.size() != slash + 1) {
            refuse("the mailbox URL goes on behind the host; a whole mailbox is meant",
                   "name folders by options, a user as USER@HOST (an @ within it as %40)");
        }
        rest.remove_suffix(1);
    }
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        if (rest.substr(0, at).find(':') != std::string_view::npos) {
            refuse("the mailbox URL holds a password",
                   "everyone on this machine could read it; use --password-file, "
                   "--password-command or servers.conf (a colon within the user is %3A)");
        }
        url.user = percent_decode(rest.substr(0, at));
        rest.remove_prefix(at + 1);
    }
    parse_host(rest, url);
}

void parse_path(std::string_view rest, MailboxUrl& url) {
    if (rest.substr(0, 2) == "//" && rest.substr(0, 3) == "///") {
        url.path = percent_decode(rest.substr(2));
    } else if (rest.substr(0, 2) == "//") {
        refuse("a mailbox on disk is on this machine: no host behind '//'",
               "write maildir:/PATH, or maildir:///PATH");
    } else {
        url.path = rest;
    }
    if (url.path.empty()) {
        refuse("the mailbox URL names no path");
    }
    if (url.path.find('\0') != std::string::npos) {
        refuse("the mailbox URL holds a NUL");
    }
}

std::string_view scheme_of(const MailboxUrl& url) {
    for (const Scheme& scheme : kSchemes) {
        if (scheme.kind == url.kind && scheme.quoting == url.mbox_quoting &&
            scheme.tls_from_start == url.tls_from_start) {
            return scheme.name;
        }
    }
    return "mbox";
}

}  // namespace

MailboxUrl MailboxUrl::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        refuse("the mailbox is not a URL: its kind is missing");
    }
    for (const Scheme& scheme : kSchemes) {
        if (base::equals_ignore_case(scheme.name, text.substr(0, colon))) {
            MailboxUrl url;
            url.kind = scheme.kind;
            url.mbox_quoting = scheme.quoting;
            url.tls_from_start = scheme.tls_from_start;
            const std::string_view rest = text.substr(colon + 1);
            scheme.kind == StoreKind::Imap ? parse_server(rest, url) : parse_path(rest, url);
            return url;
        }
    }
    refuse(fmt::format("unknown kind of mailbox '{}'", base::escape(text.substr(0, colon), 40)));
}

std::string to_string(const MailboxUrl& url) {
    if (url.kind != StoreKind::Imap) {
        return fmt::format("{}:{}", scheme_of(url), url.path);
    }
    const bool is_address = url.host.find(':') != std::string::npos;
    std::string text = fmt::format("{}://", scheme_of(url));
    if (!url.user.empty()) {
        text += percent_encode(url.user) + '@';
    }
    text += is_address ? fmt::format("[{}]", url.host) : url.host;
    return url.port ? fmt::format("{}:{}", text, *url.port) : text;
}

}  // namespace mbx::store
