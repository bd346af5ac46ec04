#include "convert/transport_headers.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/encoded_word.hpp"
#include "convert/header_block.hpp"
#include "convert/header_line.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kLongestLine = 998;

constexpr auto kAddressFields = std::to_array<std::string_view>(
    {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to",
     "resent-cc", "disposition-notification-to", "return-receipt-to", "errors-to"});

bool is_field_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](char c) { return c > 0x20 && c < 0x7F && c != ':'; });
}

bool fits_as_it_is(const TransportField& field) {
    for (std::string_view rest = field.lines; !rest.empty();) {
        const std::size_t end = std::min(rest.find("\r\n"), rest.size());
        if (end > kLongestLine || base::trim(rest.substr(0, end)).empty()) {
            return false;
        }
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return std::all_of(field.lines.begin(), field.lines.end(), [](char c) {
        return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n';
    });
}

}  // namespace

bool TransportField::is(std::string_view other) const {
    return base::equals_ignore_case(name, other);
}

TransportHeaders::TransportHeaders(std::string_view text) {
    bool started = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (line.ends_with('\r') || line.ends_with('\0')) {
            line.remove_suffix(1);
        }
        if (line.empty()) {
            if (started) {
                return;
            }
            continue;
        }
        if (line.front() == ' ' || line.front() == '\t') {
            if (!fields_.empty() && !base::trim(line).empty()) {
                fields_.back().lines += std::string(line) + "\r\n";
                fields_.back().value += line;
            }
            continue;
        }
        started = true;
        const std::size_t colon = line.find(':');
        const std::string_view name =
            base::trim(line.substr(0, colon == std::string_view::npos ? 0 : colon));
        if (!is_field_name(name) || line.starts_with("From ")) {
            // "Microsoft Mail Internet Headers Version 2.0", an mbox line, damage
            ++dropped_lines_;
            continue;
        }
        const std::string value(line.substr(colon + 1));
        fields_.push_back({std::string(name), std::string(name) + ":" + value + "\r\n", value});
    }
}

const TransportField* TransportHeaders::find(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [&](const TransportField& field) { return field.is(name); });
    return found != fields_.end() ? &*found : nullptr;
}

std::vector<Mailbox> TransportHeaders::mailboxes(std::string_view name) const {
    std::vector<Mailbox> result;
    for (const TransportField& field : fields_) {
        if (field.is(name)) {
            const std::vector<Mailbox> more = parse_address_list(unfold(field.value), "utf-8");
            result.insert(result.end(), more.begin(), more.end());
        }
    }
    return result;
}

std::string transport_field_lines(const TransportField& field) {
    if (base::trim(field.value).empty()) {
        return {};
    }
    if (fits_as_it_is(field)) {
        return field.lines;
    }
    const std::string value = unfold(field.value);
    if (std::find(kAddressFields.begin(), kAddressFields.end(), base::ascii_lower(field.name)) !=
        kAddressFields.end()) {
        std::vector<Mailbox> mailboxes = parse_address_list(value, "utf-8");
        std::erase_if(mailboxes, [](const Mailbox& m) { return !is_mail_address(m.address); });
        return mailboxes.empty() ? std::string() : address_header(field.name, mailboxes);
    }
    if (base::is_ascii(value) && value.find("=?") == std::string::npos) {
        return token_header(field.name, value);
    }
    return text_header(field.name, decode_header_text(value, "utf-8"));
}

}  // namespace mbx::convert
