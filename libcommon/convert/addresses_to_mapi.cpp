#include "convert/addresses_to_mapi.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "convert/address_block.hpp"
#include "convert/address_list.hpp"
#include "convert/entry_id.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::PropertyBag;

constexpr const char* kSmtp = "SMTP";
constexpr std::int32_t kObjectMailUser = 6;
constexpr std::int32_t kDisplayMailUser = 0;
constexpr std::int32_t kSendableRecipient = 1;

std::vector<Mailbox> mailboxes(const MessageContext& context, std::string_view field) {
    std::vector<Mailbox> result;
    for (const std::string& value : context.header().all(field)) {
        auto list = parse_address_list(value, context.header_charset);
        std::move(list.begin(), list.end(), std::back_inserter(result));
    }
    return result;
}

std::optional<Mailbox> first_mailbox(const MessageContext& context, std::string_view field) {
    const auto value = context.header().first(field);
    if (!value) {
        return std::nullopt;
    }
    const auto list = parse_address_list(*value, context.header_charset);
    const auto with_address = std::find_if(
        list.begin(), list.end(), [](const Mailbox& mailbox) { return !mailbox.address.empty(); });
    if (with_address != list.end()) {
        return *with_address;
    }
    return list.empty() ? std::nullopt : std::optional(list.front());
}

const std::string& name_or_address(const Mailbox& mailbox) {
    return mailbox.name.empty() ? mailbox.address : mailbox.name;
}

base::Bytes one_off_of(const Mailbox& mailbox) {
    return encode_one_off({name_or_address(mailbox), kSmtp, mailbox.address});
}

// Without an address there is no type and no entry id either: an empty type is worse than none.
void set_block(const AddressBlock& block, const Mailbox& mailbox, PropertyBag& bag) {
    if (!name_or_address(mailbox).empty()) {
        bag.set(block.name, name_or_address(mailbox));
    }
    if (mailbox.address.empty()) {
        return;
    }
    bag.set(block.type, std::string(kSmtp));
    bag.set(block.address, mailbox.address);
    bag.set(block.smtp, mailbox.address);
    bag.set(block.entry_id, one_off_of(mailbox));
    bag.set(block.search_key, search_key(kSmtp, mailbox.address));
}

void set_sender(const MessageContext& context, PropertyBag& bag) {
    const auto from = first_mailbox(context, "From");
    const auto sender = first_mailbox(context, "Sender");
    // With one of them only, both blocks are the same: no "on behalf of".
    const auto& represented = from ? from : sender;
    const auto& sending = sender ? sender : from;
    if (represented) {
        set_block(kSentRepresenting, *represented, bag);
    }
    if (sending) {
        set_block(kSender, *sending, bag);
    }
}

void set_reply_to(const MessageContext& context, PropertyBag& bag) {
    std::vector<base::Bytes> entries;
    std::string names;
    for (const Mailbox& mailbox : mailboxes(context, "Reply-To")) {
        if (mailbox.address.empty()) {
            continue;
        }
        std::string name = name_or_address(mailbox);
        std::erase(name, ';');
        names += (entries.empty() ? "" : ";") + name;
        entries.push_back(one_off_of(mailbox));
    }
    if (!entries.empty()) {
        bag.set(mapi::PidTagReplyRecipientEntries, encode_flat_entry_list(entries));
        bag.set(mapi::PidTagReplyRecipientNames, names);
    }
}

void set_receipts(const MessageContext& context, PropertyBag& bag) {
    if (const auto mailbox = first_mailbox(context, "Disposition-Notification-To")) {
        bag.set(mapi::PidTagReadReceiptRequested, true);
        bag.set(mapi::PidTagNonReceiptNotificationRequested, true);
        set_block(kReadReceipt, *mailbox, bag);
    }
    if (context.header().contains("Return-Receipt-To")) {
        bag.set(mapi::PidTagOriginatorDeliveryReportRequested, true);
    }
}

PropertyBag recipient_row(const Mailbox& mailbox, RecipientType type, std::size_t index) {
    PropertyBag row;
    set_block(kRecipient, mailbox, row);
    const std::string& name = name_or_address(mailbox);
    row.set(mapi::PidTagRecipientType, static_cast<std::int32_t>(type));
    row.set(mapi::PidTagResponsibility, true);
    row.set(mapi::PidTagObjectType, kObjectMailUser);
    row.set(mapi::PidTagDisplayType, kDisplayMailUser);
    row.set(mapi::PidTagTransmittableDisplayName, name);
    row.set(mapi::PidTagRecipientDisplayName, name);
    row.set(mapi::PidTagSendRichInfo, false);
    row.set(mapi::PidTagRecipientFlags, kSendableRecipient);
    row.set(mapi::PidTagRecipientTrackStatus, std::int32_t{0});
    row.set(mapi::PidTagRowId, static_cast<std::int32_t>(index));
    if (!mailbox.address.empty()) {
        const base::Bytes entry_id = one_off_of(mailbox);
        row.set(mapi::PidTagRecordKey, entry_id);
        row.set(mapi::PidTagRecipientEntryId, entry_id);
    }
    return row;
}

void add_recipients(const MessageContext& context, std::string_view field, RecipientType type,
                    std::vector<PropertyBag>& rows) {
    for (const Mailbox& mailbox : mailboxes(context, field)) {
        rows.push_back(recipient_row(mailbox, type, rows.size()));
    }
}

}  // namespace

void addresses_to_mapi(const MessageContext& context, mapi::Message& message) {
    set_sender(context, message.properties);
    set_reply_to(context, message.properties);
    set_receipts(context, message.properties);
    add_recipients(context, "To", RecipientType::To, message.recipients);
    add_recipients(context, "Cc", RecipientType::Cc, message.recipients);
    add_recipients(context, "Bcc", RecipientType::Bcc, message.recipients);
}

}  // namespace mbx::convert
