#include "convert/address_resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/percent.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/entry_id.hpp"
#include "convert/header_line.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

/// The domain of what cannot be resolved; nothing can ever be delivered there.
constexpr std::string_view kNowhere = "unresolved.invalid";

constexpr std::array kBlocksThatTeach{kSentRepresenting,         kSender,        kReceivedBy,
                                      kReceivedRepresenting,     kReadReceipt,   kOriginalSender,
                                      kOriginalSentRepresenting, kOriginalAuthor};

std::string column(const mapi::PropertyBag& bag, mapi::PropertyTag tag) {
    return tag == kNoTag ? std::string() : bag.text(tag).value_or(std::string());
}

/// Quotes around all of it, and single ones: no domain ends in one, and at the front they belong to
/// a quoted user only ("a@b"@c).
std::string_view without_quotes(std::string_view address) {
    for (const char quote : {'"', '\''}) {
        const bool at_end = address.size() > 1 && address.back() == quote;
        if (at_end) {
            address.remove_suffix(1);
        }
        if (address.starts_with(quote) &&
            (at_end || address.find(quote, 1) == std::string_view::npos)) {
            address.remove_prefix(1);
        }
    }
    return address;
}

/// Without what stores leave around addresses: mailto:, brackets, quotes, blanks, ; and NUL.
std::string cleaned(std::string_view address) {
    constexpr std::string_view kAround{" \t\r\n<>;\0", 8};
    constexpr int kMostLayers = 4;
    for (int layer = 0; layer < kMostLayers; ++layer) {
        const std::size_t first = std::min(address.find_first_not_of(kAround), address.size());
        address.remove_prefix(first);
        address = address.substr(0, address.find_last_not_of(kAround) + 1);
        address = without_quotes(address);
        if (base::starts_with_ignore_case(address, "mailto:")) {
            address.remove_prefix(7);
        }
    }
    return std::string(address);
}

/// A clean SMTP address, or empty.
std::string as_smtp(std::string_view text) {
    std::string address = cleaned(text);
    if (is_x500(address) || !is_mail_address(address)) {
        return {};
    }
    if (auto inner = deencapsulate_smtp(address)) {
        return *std::move(inner);
    }
    return address;
}

/// Outlook writes 'a@b.c' where there is no name; a name that says no more than the address goes.
std::string useful_name(std::string_view name, std::string_view address) {
    const std::string_view bare = base::trim(name);
    const bool quoted = bare.size() >= 2 && bare.front() == '\'' && bare.back() == '\'';
    const std::string_view inner = quoted ? bare.substr(1, bare.size() - 2) : bare;
    if (base::equals_ignore_case(inner, address)) {
        return {};
    }
    return std::string(bare);
}

}  // namespace

bool is_x500(std::string_view address) {
    return base::starts_with_ignore_case(address, "/o=") ||
           base::starts_with_ignore_case(address, "/cn=");
}

std::vector<X500Name> x500_names(const mapi::Message& message) {
    const TransportHeaders transport(
        message.properties.text(mapi::PidTagTransportMessageHeaders).value_or(""));
    const AddressResolver resolver(message, transport);
    std::vector<X500Name> names;
    const auto take = [&](const mapi::PropertyBag& bag, const AddressBlock& block) {
        const std::string name = cleaned(column(bag, block.address));
        if (!is_x500(name)) {
            return;
        }
        const auto resolved = resolver.resolve(bag, block);
        if (resolved && is_known(resolved->origin)) {
            names.push_back({base::ascii_lower(name), resolved->mailbox.address,
                             resolved->origin == AddressOrigin::Stored});
        }
    };
    for (const AddressBlock& block : kBlocksThatTeach) {
        take(message.properties, block);
    }
    for (const mapi::PropertyBag& recipient : message.recipients) {
        take(recipient, kRecipient);
    }
    return names;
}

AddressResolver::AddressResolver(const mapi::Message& message, const TransportHeaders& transport,
                                 AddressDirectory* directory)
    : directory_(directory) {
    for (const AddressBlock& block : kBlocksThatTeach) {
        learn(message.properties, block);
    }
    for (const mapi::PropertyBag& recipient : message.recipients) {
        learn(recipient, kRecipient);
    }
    for (const std::string_view name : {"From", "Sender", "Reply-To", "To", "Cc", "Bcc"}) {
        const std::vector<Mailbox> more = transport.mailboxes(name);
        in_transport_.insert(in_transport_.end(), more.begin(), more.end());
    }
}

void AddressResolver::learn(const mapi::PropertyBag& bag, const AddressBlock& block) {
    const std::string address = cleaned(column(bag, block.address));
    const std::string smtp = as_smtp(column(bag, block.smtp));
    if (is_x500(address) && !smtp.empty()) {
        smtp_of_.try_emplace(base::ascii_lower(address), smtp);
    }
}

std::string AddressResolver::known_smtp(std::string_view distinguished_name) const {
    const auto found = smtp_of_.find(base::ascii_lower(distinguished_name));
    if (found != smtp_of_.end()) {
        return found->second;
    }
    return directory_ != nullptr && is_x500(distinguished_name)
               ? directory_->smtp_of(distinguished_name)
               : std::string();
}

std::string AddressResolver::address_of(const mapi::PropertyBag& bag,
                                        const AddressBlock& block) const {
    if (std::string smtp = as_smtp(column(bag, block.smtp)); !smtp.empty()) {
        return smtp;
    }
    const std::string type = column(bag, block.type);
    const std::string address = column(bag, block.address);
    if (base::equals_ignore_case(type, "SMTP")) {
        if (std::string smtp = as_smtp(address); !smtp.empty()) {
            return smtp;
        }
    }
    const auto from_entry_id = [&](mapi::PropertyTag tag) -> std::string {
        const auto bytes = tag == kNoTag ? std::nullopt : bag.binary(tag);
        const auto one_off = bytes ? decode_one_off(*bytes) : std::nullopt;
        if (one_off && base::equals_ignore_case(one_off->type, "SMTP")) {
            return as_smtp(one_off->address);
        }
        const auto name = bytes ? decode_exchange_entry_id(*bytes) : std::nullopt;
        return name ? known_smtp(*name) : std::string();
    };
    if (std::string smtp = from_entry_id(block.entry_id); !smtp.empty()) {
        return smtp;
    }
    if (block.entry_id == mapi::PidTagEntryId) {
        if (std::string smtp = from_entry_id(mapi::PidTagRecipientEntryId); !smtp.empty()) {
            return smtp;
        }
    }
    if (std::string smtp = as_smtp(address); !smtp.empty()) {
        return smtp;
    }
    return known_smtp(cleaned(address));
}

std::string AddressResolver::in_transport(const std::string& name) const {
    for (const Mailbox& mailbox : in_transport_) {
        if (!name.empty() && base::equals_ignore_case(mailbox.name, name) &&
            is_mail_address(mailbox.address)) {
            return mailbox.address;
        }
    }
    return {};
}

ResolvedAddress AddressResolver::finish(const std::string& name, std::string address,
                                        std::string_view type, std::string_view raw_address) const {
    ResolvedAddress result;
    if (address.empty()) {
        address = in_transport(name);
        result.origin = AddressOrigin::Transport;
    }
    if (address.empty() && base::is_ascii(name) && is_mail_address(cleaned(name))) {
        address = cleaned(name);  // some stores have the address in the name's column only
        result.origin = AddressOrigin::Stored;
    }
    if (address.empty() && !raw_address.empty()) {
        const bool x500 = is_x500(raw_address);
        address = encapsulate_address(x500 || type.empty() ? "EX" : type, raw_address, kNowhere);
        result.origin = AddressOrigin::Encapsulated;
    }
    if (address.empty() || !is_mail_address(address)) {
        // Two people of different names must not become one.
        address =
            fmt::format("unknown-{}@{}",
                        base::to_hex(base::sha256(base::as_bytes(name))).substr(0, 8), kNowhere);
        result.origin = AddressOrigin::Placeholder;
    }
    result.mailbox = {useful_name(name, address), std::move(address)};
    return result;
}

std::optional<ResolvedAddress> AddressResolver::resolve(const mapi::PropertyBag& bag,
                                                        const AddressBlock& block) const {
    std::string name = column(bag, block.name);
    if (name.empty() && block.name == mapi::PidTagDisplayName) {
        name = column(bag, mapi::PidTagRecipientDisplayName);
    }
    std::string address = address_of(bag, block);
    const std::string raw = cleaned(column(bag, block.address));
    if (address.empty() && raw.empty() && base::trim(name).empty()) {
        return std::nullopt;
    }
    return finish(name, std::move(address), column(bag, block.type), raw);
}

std::optional<ResolvedAddress> AddressResolver::resolve_entry_id(base::ByteView entry_id) const {
    if (const auto one_off = decode_one_off(entry_id)) {
        std::string smtp = as_smtp(one_off->address);
        if (smtp.empty()) {
            smtp = known_smtp(cleaned(one_off->address));
        }
        return finish(one_off->name, std::move(smtp), one_off->type, cleaned(one_off->address));
    }
    if (const auto name = decode_exchange_entry_id(entry_id)) {
        return finish({}, known_smtp(*name), "EX", *name);
    }
    return std::nullopt;
}

std::string encapsulate_address(std::string_view type, std::string_view address,
                                std::string_view domain) {
    std::string user = fmt::format("IMCEA{}-", base::ascii_upper(type));
    std::erase_if(user, [](char c) { return c <= 0x20 || c >= 0x7F; });
    for (const char c : address) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '=';
        if (c == '/') {
            user += '_';
        } else if (plain) {
            user += c;
        } else {
            user += fmt::format("+{:02X}", static_cast<unsigned char>(c));
        }
    }
    constexpr std::size_t kLongestUser = 800;
    return fmt::format("{}@{}", user.substr(0, kLongestUser), domain);
}

std::optional<std::string> deencapsulate_smtp(std::string_view address) {
    constexpr std::string_view kPrefix = "IMCEASMTP-";
    if (!base::starts_with_ignore_case(address, kPrefix)) {
        return std::nullopt;
    }
    const std::string_view coded =
        address.substr(kPrefix.size(), address.rfind('@') - kPrefix.size());
    std::string result(coded);
    std::replace(result.begin(), result.end(), '_', '/');
    result = base::unescape_hex(result, '+');
    return is_mail_address(result) ? std::optional(result) : std::nullopt;
}

}  // namespace mbx::convert
