#include "store/imap/mailbox_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/modified_utf7.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "store/name_escape.hpp"

namespace mbx::store::imap {
namespace {

bool is_refused(char c, const NameRules& rules) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view kRefusedByStrict = "!\"%/;<>\\^`{|}";  // Cyrus 3.6, tried one by one
    return byte < 0x20 || byte == 0x7F || (rules.separator != '\0' && c == rules.separator) ||
           (rules.strict_names && kRefusedByStrict.find(c) != std::string_view::npos);
}

bool starts_escape(std::string_view text) {
    return text.size() >= 3 && text[0] == '=' && base::hex_value(text[1]) >= 0 &&
           base::hex_value(text[2]) >= 0;
}

NameEscape escape_of(const NameRules& rules) {
    return {'=', [&rules](const std::string& name, OwnEscapes own) {
                std::string result;
                for (std::size_t i = 0; i < name.size(); ++i) {
                    const bool escaped = is_refused(name[i], rules) ||
                                         (own == OwnEscapes::Escape &&
                                          starts_escape(std::string_view(name).substr(i)));
                    result += escaped ? fmt::format("={:02X}", static_cast<unsigned char>(name[i]))
                                      : std::string(1, name[i]);
                }
                return result;
            }};
}

}  // namespace

std::optional<mail::FolderPath> path_of(std::string_view mailbox, const NameRules& rules) {
    if (base::equals_ignore_case(mailbox, "INBOX")) {
        return mail::kInboxPath;
    }
    if (!rules.prefix.empty() && base::starts_with_ignore_case(mailbox, rules.prefix)) {
        mailbox.remove_prefix(rules.prefix.size());
    }
    mail::FolderPath path;
    const std::vector<std::string_view> parts = rules.separator == '\0'
                                                    ? std::vector<std::string_view>{mailbox}
                                                    : base::split(mailbox, rules.separator);
    const NameEscape escape = escape_of(rules);
    for (const std::string_view part : parts) {
        if (!part.empty()) {
            const std::string text(part);
            path.push_back(
                escape.decode(rules.utf8 ? text : base::decode_modified_utf7(part).value_or(text)));
        }
    }
    if (path.empty()) {
        return std::nullopt;
    }
    if (path.size() > 1 && base::equals_ignore_case(path.front(), "INBOX")) {
        path.front() = "INBOX";
    }
    return path;
}

std::string shown_name(std::string_view mailbox) {
    return base::escape(base::decode_modified_utf7(mailbox).value_or(std::string(mailbox)));
}

std::string mailbox_of(const mail::FolderPath& path, const NameRules& rules) {
    if (path == mail::kInboxPath) {
        return "INBOX";
    }
    const NameEscape escape = escape_of(rules);
    std::string name = rules.prefix;
    for (const std::string& part : path) {
        if (name.size() > rules.prefix.size()) {
            name += rules.separator;
        }
        const std::string possible = escape.encode(part);
        name += rules.utf8 ? possible : base::encode_modified_utf7(possible);
    }
    return name;
}

mail::FolderPath possible_path(const mail::FolderPath& path, const NameRules& rules) {
    const bool below_inbox = base::equals_ignore_case(path.front(), "INBOX");
    mail::FolderPath result(path.begin() + (below_inbox ? 1 : 0), path.end());
    const bool one_place_for_both = base::starts_with_ignore_case(rules.prefix, "INBOX");
    if (below_inbox && (result.empty() || !one_place_for_both)) {
        result.insert(result.begin(), "INBOX");
    } else if (base::equals_ignore_case(result.front(), "INBOX")) {
        result.front() = "INBOX";
    }
    if (rules.separator == '\0' && result.size() > 1) {
        std::string flat = result.front();
        for (std::size_t i = 1; i < result.size(); ++i) {
            flat += "=2F" + result[i];
        }
        return {flat};
    }
    return result;
}

}  // namespace mbx::store::imap
