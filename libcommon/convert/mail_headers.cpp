#include "convert/mail_headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/encoded_word.hpp"
#include "convert/flags.hpp"
#include "convert/header_block.hpp"
#include "convert/header_line.hpp"
#include "convert/loss.hpp"
#include "convert/mail_date.hpp"
#include "convert/property_headers.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

/// About the body as it was, or about the store it lay in: never true of what we make.
constexpr auto kNeverTaken = std::to_array<std::string_view>({"mime-version",
                                                              "content-type",
                                                              "content-transfer-encoding",
                                                              "content-disposition",
                                                              "content-id",
                                                              "content-location",
                                                              "content-description",
                                                              "content-md5",
                                                              "content-class",
                                                              "content-length",
                                                              "x-ms-tnef-correlator",
                                                              "x-mimeole",
                                                              "x-ms-has-attach",
                                                              "status",
                                                              "x-status",
                                                              "x-mozilla-status",
                                                              "x-mozilla-status2",
                                                              "x-mozilla-keys",
                                                              "x-uidl",
                                                              "x-uid",
                                                              "x-imap",
                                                              "x-imapbase",
                                                              "lines"});

/// The user may have changed these since; the properties count ([MS-OXCMAIL] 2.1.3.5.1).
constexpr auto kAlwaysMade =
    std::to_array<std::string_view>({"keywords", "importance", "priority", "x-priority",
                                     "x-msmail-priority", "x-message-flag", "sensitivity"});

/// May stand once only, RFC 5322 3.6.
constexpr auto kSingular = std::to_array<std::string_view>(
    {"date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to",
     "references", "subject", "return-path"});

/// Added when the transport headers lack them; everything else that is not there never was.
constexpr auto kAddedWhenMissing =
    std::to_array<std::string_view>({"from", "to", "cc", "bcc", "subject", "date", "message-id",
                                     "in-reply-to", "references", "reply-by"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string id_without_brackets(std::string_view id) {
    id = base::trim(id);
    if (id.starts_with('<')) {
        id.remove_prefix(1);
    }
    if (id.ends_with('>')) {
        id.remove_suffix(1);
    }
    return std::string(base::trim(id));
}

std::string collapsed(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool blank = static_cast<unsigned char>(c) <= 0x20;
        if (!blank) {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (result.ends_with(' ')) {
        result.pop_back();
    }
    return result;
}

std::set<std::string> addresses_of(const std::vector<Mailbox>& mailboxes) {
    std::set<std::string> result;
    for (const Mailbox& mailbox : mailboxes) {
        if (!mailbox.address.empty()) {
            result.insert(base::ascii_lower(mailbox.address));
        }
    }
    return result;
}

std::optional<base::UnixTime> time_of(const PropertyBag& properties, PropertyTag tag) {
    const auto time = properties.time(tag);
    return time ? base::to_unix_time(*time) : std::nullopt;
}

/// Does the message say that it has no date? What wrote it set the other times then, as an export
/// does; they are the message's own only when it was changed later.
bool is_undated(const PropertyBag& properties) {
    constexpr base::FileTime kNone{0x0CB3'4557'A3DD'4000};  // Outlook's mark, 1 January 4501
    return properties.time(PidTagMessageDeliveryTime) == kNone;
}

std::optional<base::UnixTime> draft_time(const PropertyBag& properties) {
    const bool is_changed =
        properties.time(PidTagLastModificationTime) != properties.time(PidTagCreationTime);
    return is_changed || !is_undated(properties) ? time_of(properties, PidTagLastModificationTime)
                                                 : std::nullopt;
}

std::optional<base::UnixTime> transport_date(const TransportHeaders& transport) {
    const TransportField* field = transport.find("Date");
    return field != nullptr ? parse_mail_date(unfold(field->value)) : std::nullopt;
}

/// Takes the transport headers apart, field by field.
class Merger {
  public:
    Merger(const HeaderSources& sources, base::Diagnostics& diagnostics)
        : sources_(sources), made_(property_headers(sources)), diagnostics_(diagnostics) {}

    std::string run() && {
        if (!belongs_to_message()) {
            for (const MadeField& field : made_) {
                put_made(base::ascii_lower(field.name));
            }
            return std::move(lines_);
        }
        for (const TransportField& field : sources_.transport.fields()) {
            take(field);
        }
        for (const MadeField& field : made_) {
            const std::string name = base::ascii_lower(field.name);
            if (contains(kAlwaysMade, name) || contains(kAddedWhenMissing, name)) {
                put_made(name);
            }
        }
        return std::move(lines_);
    }

  private:
    /// Copies ("resend", "forward as new") keep the block of another message.
    bool belongs_to_message() const {
        if (sources_.transport.empty()) {
            return false;
        }
        const auto stored = sources_.message.properties.text(PidTagInternetMessageId);
        const TransportField* field = sources_.transport.find("Message-ID");
        return !stored || base::trim(*stored).empty() || field == nullptr ||
               id_without_brackets(*stored) == id_without_brackets(unfold(field->value));
    }

    void take(const TransportField& field) {
        const std::string name = base::ascii_lower(field.name);
        if (contains(kNeverTaken, name) || contains(kAlwaysMade, name)) {
            return;
        }
        if (contains(kSingular, name)) {
            if (done_.contains(name)) {
                return;
            }
            if (!agrees(field, name)) {
                put_made(name);
                return;
            }
        }
        const std::string lines = transport_field_lines(field);
        if (!lines.empty()) {
            lines_ += lines;
            done_.insert(name);
        }
    }

    void put_made(const std::string& name) {
        const auto field = std::find_if(made_.begin(), made_.end(), [&](const MadeField& made) {
            return base::equals_ignore_case(made.name, name);
        });
        if (field != made_.end() && done_.insert(name).second) {
            lines_ += field->lines;
            if (!field->loss.empty()) {
                report_loss(diagnostics_, "lossy-address",
                            fmt::format("{}: {}", field->name, field->loss));
            }
        }
    }

    bool occurs_once(std::string_view name) const {
        const auto& fields = sources_.transport.fields();
        return std::count_if(fields.begin(), fields.end(),
                             [&](const TransportField& field) { return field.is(name); }) == 1;
    }

    bool agrees(const TransportField& field, std::string_view name) const {
        if (name == "date") {
            return date_agrees(field);
        }
        if (name == "subject") {
            return subject_agrees(field);
        }
        if (name == "from" || name == "sender") {
            return from_agrees();
        }
        if (name == "to") {
            return recipients_agree("To", RecipientType::To);
        }
        if (name == "cc") {
            return recipients_agree("Cc", RecipientType::Cc);
        }
        if (name == "bcc") {
            return recipients_agree("Bcc", RecipientType::Bcc);
        }
        return !base::trim(field.value).empty();
    }

    bool date_agrees(const TransportField& field) const {
        const auto stated = parse_mail_date(unfold(field.value));
        const auto stored = time_of(sources_.message.properties, PidTagClientSubmitTime);
        constexpr std::int64_t kTolerance = 2;
        return stated && (!stored || std::abs(stated->seconds - stored->seconds) <= kTolerance);
    }

    bool subject_agrees(const TransportField& field) const {
        constexpr std::size_t kCutAt = 255;  // UTF-16 units, Outlook's limit
        const auto comparable = [](std::string_view text) {
            const std::u16string units = base::utf16_from_utf8(collapsed(text));
            return units.substr(0, kCutAt - 1);
        };
        const std::u16string stored = comparable(subject_of(sources_.message.properties));
        const std::u16string stated = comparable(decode_header_text(unfold(field.value), "utf-8"));
        // A stored subject may have been cut.
        return stored == stated || (stored.size() >= kCutAt - 3 && stated.starts_with(stored));
    }

    bool from_agrees() const {
        const Originators who = originators_of(sources_);
        const std::vector<Mailbox> stated = sources_.transport.mailboxes("From");
        if (!occurs_once("From") || stated.empty() || !is_mail_address(stated.front().address)) {
            return false;
        }
        return !who.from || who.from->origin != AddressOrigin::Stored ||
               base::equals_ignore_case(who.from->mailbox.address, stated.front().address);
    }

    /// The same people; those that the table cannot name may be anybody.
    bool recipients_agree(std::string_view name, RecipientType type) const {
        if (!occurs_once(name)) {
            return sources_.message.recipients.empty();
        }
        if (sources_.message.recipients.empty()) {
            return true;
        }
        const RecipientList rows = recipients_of(sources_, type);
        const std::set<std::string> stated = addresses_of(sources_.transport.mailboxes(name));
        const std::set<std::string> stored = addresses_of(rows.mailboxes);
        if (stored.empty()) {
            return true;  // the table says nothing against it
        }
        if (rows.unresolved == 0) {
            return stated == stored;
        }
        const auto missing = static_cast<std::size_t>(
            std::count_if(stored.begin(), stored.end(),
                          [&](const std::string& address) { return !stated.contains(address); }));
        return stated.size() == stored.size() && missing <= rows.unresolved;
    }

    const HeaderSources& sources_;
    std::vector<MadeField> made_;
    base::Diagnostics& diagnostics_;
    std::set<std::string> done_;  // names in lower case
    std::string lines_;
};

}  // namespace

std::string mail_headers(const HeaderSources& sources, base::Diagnostics& diagnostics) {
    return Merger(sources, diagnostics).run();
}

bool is_draft(const PropertyBag& properties) {
    return (properties.integer(PidTagMessageFlags) & kMessageUnsent) != 0 &&
           !properties.contains(PidTagClientSubmitTime);
}

std::optional<base::UnixTime> sent_time(const PropertyBag& properties,
                                        const TransportHeaders& transport) {
    if (const auto time = time_of(properties, PidTagClientSubmitTime)) {
        return time;
    }
    if (is_draft(properties)) {
        return draft_time(properties);
    }
    if (const auto time = time_of(properties, PidTagMessageDeliveryTime)) {
        return time;
    }
    if (const auto time = transport_date(transport)) {
        return time;
    }
    if (is_undated(properties)) {
        return std::nullopt;
    }
    const auto created = time_of(properties, PidTagCreationTime);
    return created ? created : time_of(properties, PidTagLastModificationTime);
}

std::optional<base::UnixTime> received_time(const PropertyBag& properties,
                                            const TransportHeaders& transport) {
    if (const auto time = time_of(properties, PidTagMessageDeliveryTime)) {
        return time;
    }
    if (const TransportField* received = transport.find("Received")) {
        if (const auto time = parse_received_date(unfold(received->value))) {
            return time;
        }
    }
    return sent_time(properties, transport);
}

std::string subject_of(const PropertyBag& properties) {
    std::string subject = properties.text(PidTagSubject).value_or("");
    if (subject.starts_with('\x01')) {
        subject.erase(0, 2);
    }
    if (subject.empty()) {
        subject = properties.text(PidTagSubjectPrefix).value_or("") +
                  properties.text(PidTagNormalizedSubject).value_or("");
    }
    return subject;
}

}  // namespace mbx::convert
