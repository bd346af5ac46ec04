#include "convert/property_headers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/entry_id.hpp"
#include "convert/header_line.hpp"
#include "convert/header_values.hpp"
#include "convert/message_class.hpp"
#include "convert/mime_encode.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

const PropertyName kCategories{PS_PUBLIC_STRINGS, "Keywords"};
const PropertyName kFlagRequest{PSETID_Common, 0x8530U};
const PropertyName kDueDate{PSETID_Task, 0x8105U};
const PropertyName kAcceptLanguage{PS_INTERNET_HEADERS, "acceptlanguage"};

constexpr std::int32_t kFlaggedBySender = 0x8;  // of PidTagToDoItemFlags
constexpr std::int32_t kFollowupFlagged = 2;    // of PidTagFlagStatus
constexpr std::string_view kUsualRequest = "Follow up";

bool is_meeting_or_task(const PropertyBag& properties) {
    const std::string message_class = properties.text(PidTagMessageClass).value_or("");
    return base::starts_with_ignore_case(message_class, "IPM.Schedule.Meeting") ||
           base::starts_with_ignore_case(message_class, "IPM.Task");
}

class Maker {
  public:
    explicit Maker(const HeaderSources& sources)
        : sources_(sources), properties_(sources.message.properties) {}

    std::vector<MadeField> run() && {
        originators();
        recipients("To", RecipientType::To);
        recipients("Cc", RecipientType::Cc);
        if (!is_meeting_or_task(properties_)) {
            recipients("Bcc", RecipientType::Bcc);
        }
        reply_to();
        text("Subject", subject_of(properties_));
        if (const auto time = sent_time(properties_, sources_.transport)) {
            add("Date", token_header("Date", rfc5322_date(*time)));
        }
        message_ids();
        thread();
        priorities();
        receipts();
        times();
        stored_texts();
        return std::move(fields_);
    }

  private:
    void add(std::string_view name, std::string lines, std::string loss = {}) {
        const bool there = std::any_of(fields_.begin(), fields_.end(), [&](const MadeField& field) {
            return base::equals_ignore_case(field.name, name);
        });
        if (!there && !lines.empty()) {
            fields_.push_back({std::string(name), std::move(lines), std::move(loss)});
        }
    }
    void text(std::string_view name, std::string_view value) {
        const bool empty = std::all_of(value.begin(), value.end(), [](char c) {
            return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
        });
        if (!empty) {
            add(name, text_header(name, value));
        }
    }
    void tokens(std::string_view name, std::string_view value) {
        if (!base::trim(value).empty()) {
            add(name, token_header(name, value));
        }
    }

    static std::string loss_of(const ResolvedAddress& address) {
        return is_known(address.origin) ? std::string()
                                        : fmt::format("no Internet address is known of \"{}\"",
                                                      base::escape(address.mailbox.name));
    }

    void originators() {
        const Originators who = originators_of(sources_);
        if (who.from) {
            add("From", address_header("From", {who.from->mailbox}), loss_of(*who.from));
        } else if (!is_draft(properties_)) {
            add("From", address_header("From", {{{}, "unknown@unresolved.invalid"}}),
                "there is no sender");
        }
        if (who.sender) {
            add("Sender", address_header("Sender", {who.sender->mailbox}));
        }
    }

    void recipients(std::string_view name, RecipientType type) {
        const RecipientList list = recipients_of(sources_, type);
        if (!list.mailboxes.empty()) {
            add(name, address_header(name, list.mailboxes),
                list.unresolved == 0 ? std::string()
                                     : fmt::format("no Internet address is known of {} recipients",
                                                   list.unresolved));
        }
    }

    void reply_to() {
        std::vector<Mailbox> mailboxes;
        if (const auto list = properties_.binary(PidTagReplyRecipientEntries)) {
            for (const base::Bytes& entry : decode_flat_entry_list(*list)) {
                const auto resolved = sources_.addresses.resolve_entry_id(entry);
                if (resolved) {
                    mailboxes.push_back(resolved->mailbox);
                }
            }
        }
        if (!mailboxes.empty()) {
            add("Reply-To", address_header("Reply-To", mailboxes));
        }
    }

    void message_ids() {
        std::string id(base::trim(properties_.text(PidTagInternetMessageId).value_or("")));
        if (id.empty() && !is_draft(properties_)) {
            id = made_message_id();
        } else if (!id.empty() && !id.starts_with('<')) {
            id = fmt::format("<{}>", id);
        }
        tokens("Message-ID", id);
        tokens("In-Reply-To", properties_.text(PidTagInReplyToId).value_or(""));
        tokens("References", properties_.text(PidTagInternetReferences).value_or(""));
    }

    std::string made_message_id() const {
        base::Sha256 sum;
        sum.update(properties_.binary(PidTagSearchKey).value_or(base::Bytes{}));
        base::Bytes time;
        base::append_le(time,
                        properties_.time(PidTagClientSubmitTime).value_or(base::FileTime{}).ticks);
        sum.update(time);
        sum.update(base::as_bytes(subject_of(properties_)));
        sum.update(sources_.content);
        return fmt::format("<{}@pst.invalid>", base::to_hex(sum.finish()).substr(0, 40));
    }

    void thread() {
        const std::string topic = properties_.text(PidTagConversationTopic).value_or("");
        const std::string normalized = properties_.text(PidTagNormalizedSubject).value_or("");
        if (topic != normalized && !subject_of(properties_).ends_with(topic)) {
            text("Thread-Topic", topic);
        }
        const auto index = properties_.binary(PidTagConversationIndex);
        constexpr std::size_t kLongestIndex = 660;
        if (index && index->size() >= 22 && index->size() <= kLongestIndex &&
            index->front() == std::byte{1}) {
            add("Thread-Index", token_header("Thread-Index", base64(base::as_text(*index))));
        }
    }

    void priorities() {
        std::int32_t importance = properties_.integer(PidTagImportance, -1);
        if (importance < 0) {
            importance = properties_.integer(PidTagPriority) + 1;
        }
        const std::string_view word = importance_word(importance);
        if (!word.empty()) {
            tokens("Importance", word);
            tokens("X-Priority", importance == 2 ? "1" : "5");
        }
        tokens("Sensitivity", sensitivity_word(properties_.integer(PidTagSensitivity)));
        if (const auto* categories = properties_.get<std::vector<std::string>>(kCategories)) {
            std::vector<std::string> named = *categories;
            std::erase_if(named,
                          [](const std::string& category) { return base::trim(category).empty(); });
            if (!named.empty()) {
                add("Keywords", phrase_list_header("Keywords", named));
            }
        }
        follow_up();
    }

    /// [MS-OXCMAIL] 2.1.3.2.8, 2.1.3.2.9. A flag that says no more than that it is one is a flag of
    /// the mailbox already.
    void follow_up() {
        const auto* stored = properties_.get<std::string>(kFlagRequest);
        const std::string request = stored != nullptr ? *stored : std::string();
        const auto* stored_due = properties_.get<base::FileTime>(kDueDate);
        const auto due = stored_due != nullptr ? base::to_unix_time(*stored_due) : std::nullopt;
        const bool by_sender = (properties_.integer(PidTagToDoItemFlags) & kFlaggedBySender) != 0;
        const bool flagged = properties_.integer(PidTagFlagStatus) == kFollowupFlagged;
        const bool says_more = due.has_value() || properties_.contains(PidTagReplyTime) ||
                               !base::equals_ignore_case(request, kUsualRequest);
        if (!by_sender && !(flagged && says_more)) {
            return;
        }
        text("X-Message-Flag", request);
        time("Reply-By", PidTagReplyTime);
        if (due) {
            add("Reply-By", token_header("Reply-By", rfc5322_date(*due)));
        }
    }

    void receipts() {
        const auto to = [&]() -> std::optional<ResolvedAddress> {
            for (const AddressBlock& block : {kReadReceipt, kSender, kSentRepresenting}) {
                if (auto address = sources_.addresses.resolve(properties_, block)) {
                    return address;
                }
            }
            return std::nullopt;
        };
        if (properties_.boolean(PidTagReadReceiptRequested)) {
            if (const auto address = to()) {
                add("Disposition-Notification-To",
                    address_header("Disposition-Notification-To", {address->mailbox}));
            }
        }
        if (properties_.boolean(PidTagOriginatorDeliveryReportRequested)) {
            if (const auto address = to()) {
                add("Return-Receipt-To", address_header("Return-Receipt-To", {address->mailbox}));
            }
        }
        tokens("X-Auto-Response-Suppress",
               auto_response_suppress_words(properties_.integer(PidTagAutoResponseSuppress)));
    }

    void time(std::string_view name, PropertyTag tag) {
        const auto ticks = properties_.time(tag);
        if (const auto seconds = ticks ? base::to_unix_time(*ticks) : std::nullopt) {
            add(name, token_header(name, rfc5322_date(*seconds)));
        }
    }

    void times() {
        time("Reply-By", PidTagReplyTime);
        time("Expires", PidTagExpiryTime);
    }

    void stored_texts() {
        const std::int32_t locale = properties_.integer(PidTagMessageLocaleId);
        if (const auto language = language_of_locale(locale)) {
            tokens("Content-Language", *language);
        }
        for (const TextHeader& header : text_headers()) {
            if (!header.name.starts_with("X-List-")) {
                text(header.name, properties_.text(header.tag).value_or(""));
            }
        }
        if (properties_.boolean(PidTagAutoForwarded)) {
            tokens("X-MS-Exchange-Organization-AutoForwarded", "true");
        }
        if (properties_.contains(PidTagContentFilterSpamConfidenceLevel)) {
            tokens("X-MS-Exchange-Organization-SCL",
                   std::to_string(properties_.integer(PidTagContentFilterSpamConfidenceLevel)));
        }
        if (const auto* languages = properties_.get<std::string>(kAcceptLanguage)) {
            text("Accept-Language", *languages);
        }
        named_texts();
    }

    /// Fields that came without a property of their own, [MS-OXCMAIL] 2.1.3.2.
    void named_texts() {
        for (const auto& [name, named] : properties_.named()) {
            const auto* id = std::get_if<std::string>(&name.id);
            const auto* value = std::get_if<std::string>(&named.value);
            if (name.set != PS_INTERNET_HEADERS || id == nullptr || value == nullptr ||
                !may_be_field(*id)) {
                continue;
            }
            text(title_case(*id), *value);
        }
    }

    static bool may_be_field(const std::string& name) {
        const std::string lower = base::ascii_lower(name);
        const bool is_name = !name.empty() && name.size() < 80 &&
                             std::all_of(name.begin(), name.end(),
                                         [](char c) { return c > 0x20 && c < 0x7F && c != ':'; });
        return is_name && !lower.starts_with("content-") && lower != "mime-version" &&
               lower != "acceptlanguage" && !lower.starts_with("x-ms-exchange-organization") &&
               !lower.starts_with("x-ms-exchange-forest") && !is_made_elsewhere(lower);
    }

    static bool is_made_elsewhere(std::string_view name) {
        constexpr std::string_view kMade[] = {
            "from",        "sender",     "to",       "cc",         "bcc",         "reply-to",
            "subject",     "date",       "received", "message-id", "in-reply-to", "references",
            "return-path", "importance", "priority", "x-priority", "keywords",    "sensitivity"};
        return std::find(std::begin(kMade), std::end(kMade), name) != std::end(kMade);
    }

    static std::string title_case(std::string name) {
        bool first = true;
        for (char& c : name) {
            if (first && c >= 'a' && c <= 'z') {
                c = static_cast<char>(c - 0x20);
            }
            first = c == '-';
        }
        return name;
    }

    const HeaderSources& sources_;
    const PropertyBag& properties_;
    std::vector<MadeField> fields_;
};

/// The table of a report lists those whom it is about; it went to the owner of the mailbox.
RecipientList report_recipients(const HeaderSources& sources, RecipientType type) {
    RecipientList list;
    for (const AddressBlock& block : {kReceivedRepresenting, kReceivedBy}) {
        const auto owner = sources.addresses.resolve(sources.message.properties, block);
        if (owner && is_known(owner->origin) && type == RecipientType::To) {
            list.mailboxes.push_back(owner->mailbox);
            return list;
        }
    }
    return list;
}

void add_recipient(const HeaderSources& sources, const PropertyBag& row, RecipientList& list) {
    if (const auto resolved = sources.addresses.resolve(row, kRecipient)) {
        list.mailboxes.push_back(resolved->mailbox);
        list.unresolved += is_known(resolved->origin) ? 0 : 1;
    }
}

/// The names that a list of messages shows; all that is left when the table is gone.
RecipientList shown_recipients(const HeaderSources& sources, RecipientType type) {
    const PropertyTag shown = type == RecipientType::To   ? PidTagDisplayTo
                              : type == RecipientType::Cc ? PidTagDisplayCc
                                                          : PidTagDisplayBcc;
    RecipientList list;
    const std::string names = sources.message.properties.text(shown).value_or("");
    for (const std::string_view name : base::split(names, ';')) {
        PropertyBag row;
        row.set(PidTagDisplayName, std::string(base::trim(name)));
        add_recipient(sources, row, list);
    }
    return list;
}

}  // namespace

RecipientList recipients_of(const HeaderSources& sources, RecipientType type) {
    if (item_kind(message_class_of(sources.message.properties)) == ItemKind::Report) {
        return report_recipients(sources, type);
    }
    if (sources.message.recipients.empty()) {
        return shown_recipients(sources, type);
    }
    RecipientList list;
    for (const PropertyBag& row : sources.message.recipients) {
        const std::int32_t row_type = row.integer(PidTagRecipientType) & kRecipientTypeMask;
        if (row_type == static_cast<std::int32_t>(type)) {
            add_recipient(sources, row, list);
        }
    }
    return list;
}

Originators originators_of(const HeaderSources& sources) {
    const PropertyBag& properties = sources.message.properties;
    Originators who;
    who.from = sources.addresses.resolve(properties, kSentRepresenting);
    auto sender = sources.addresses.resolve(properties, kSender);
    const bool meeting = base::starts_with_ignore_case(
        properties.text(PidTagMessageClass).value_or(""), "IPM.Schedule.Meeting");
    const bool from_is_name_only = who.from && who.from->origin == AddressOrigin::Placeholder;
    if (sender && (!who.from || meeting || from_is_name_only)) {
        who.from = std::move(sender);
        return who;
    }
    if (!who.from) {
        who.from = sources.addresses.resolve(properties, kReceivedRepresenting);
        if (!is_draft(properties)) {
            who.from.reset();
        }
    }
    if (sender && sender->origin == AddressOrigin::Stored &&
        !base::equals_ignore_case(sender->mailbox.address, who.from->mailbox.address)) {
        who.sender = std::move(sender);
    }
    return who;
}

std::vector<MadeField> property_headers(const HeaderSources& sources) {
    return Maker(sources).run();
}

}  // namespace mbx::convert
