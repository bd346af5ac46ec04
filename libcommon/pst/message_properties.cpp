#include "pst/message_properties.hpp"

#include <algorithm>
#include <iterator>

#include "mapi/tags.hpp"
#include "pst/conversation.hpp"
#include "pst/ltp/stored_value.hpp"
#include "pst/subject.hpp"
#include "pst/table_templates.hpp"
#include "pst/utf16_text.hpp"

namespace mbx::pst {
namespace {

using mapi::PropertyBag;
using mapi::PropertyTag;

// PidTagMessageFlags, [MS-OXCMSG] 2.2.1.6.
constexpr std::int32_t kHasAttachments = 0x10;
constexpr std::int32_t kAssociated = 0x40;

enum RecipientKind : std::int32_t { kTo = 1, kCc = 2, kBcc = 3 };
constexpr std::int32_t kRecipientKindMask = 0xF;

// 1 January 4501, which Outlook shows as "None".
constexpr base::FileTime kNoTime{0x0CB3'4557'A3DD'4000};

std::string names_of(const mapi::Message& message, RecipientKind kind) {
    std::string result;
    for (const PropertyBag& recipient : message.recipients) {
        if ((recipient.integer(mapi::PidTagRecipientType, kTo) & kRecipientKindMask) != kind) {
            continue;
        }
        auto name = recipient.text(mapi::PidTagDisplayName);
        if (!name || name->empty()) {
            name = recipient.text(mapi::PidTagEmailAddress);
        }
        if (name && !name->empty()) {
            result += (result.empty() ? "" : "; ") + *name;
        }
    }
    return result;
}

// SCANPST computes them from the recipient table, and deletes empty ones.
void add_display_lists(PropertyBag& to, const mapi::Message& message) {
    constexpr std::pair<PropertyTag, RecipientKind> kLists[] = {
        {mapi::PidTagDisplayTo, kTo}, {mapi::PidTagDisplayCc, kCc}, {mapi::PidTagDisplayBcc, kBcc}};
    for (const auto& [tag, kind] : kLists) {
        if (std::string names = names_of(message, kind); !names.empty()) {
            to.set(tag, std::move(names));
        }
    }
}

void add_flags(PropertyBag& to, const mapi::Message& message) {
    std::int32_t flags = message.properties.integer(mapi::PidTagMessageFlags);
    flags &= ~(kHasAttachments | kAssociated);
    flags |= message.attachments.empty() ? 0 : kHasAttachments;
    flags |= message.associated ? kAssociated : 0;
    to.set(mapi::PidTagMessageFlags, flags);
    to.set(mapi::PidTagHasAttachments, !message.attachments.empty());
}

void add_dates(PropertyBag& to, const mapi::Message& message, base::FileTime now) {
    const PropertyBag& bag = message.properties;
    const auto modified = bag.time(mapi::PidTagLastModificationTime).value_or(now);
    const auto created = bag.time(mapi::PidTagCreationTime).value_or(modified);
    to.set(mapi::PidTagLastModificationTime, modified);
    to.set(mapi::PidTagCreationTime, created);
    if (!message.associated && !bag.contains(mapi::PidTagMessageDeliveryTime) &&
        !bag.contains(mapi::PidTagClientSubmitTime)) {
        // Outlook wants one of the two. The time of writing is no date of the message.
        const bool is_dated = bag.contains(mapi::PidTagCreationTime) ||
                              bag.contains(mapi::PidTagLastModificationTime);
        to.set(mapi::PidTagMessageDeliveryTime, is_dated ? created : kNoTime);
    }
}

void add_search_key(PropertyBag& to, const PropertyBag& bag, base::IdSource& ids) {
    const auto* known = bag.get<base::Bytes>(mapi::PidTagSearchKey);
    if (known == nullptr || known->size() != sizeof(base::Guid)) {
        to.set(mapi::PidTagSearchKey, base::to_bytes(base::ByteView(ids.next_guid())));
    }
}

void add_subject(PropertyBag& to, const mapi::Message& message) {
    const auto subject = subject_of(message.properties);
    if (subject) {
        to.set(mapi::PidTagSubject, subject->stored());
    }
    if (message.associated) {
        return;
    }
    const auto topic = message.properties.text(mapi::PidTagConversationTopic);
    to.set(mapi::PidTagConversationTopic,
           cut_utf8(topic ? *topic : subject.value_or(Subject{}).normalized, kMostUnitsOfName));
}

void add_conversation_index(PropertyBag& to, const PropertyBag& bag) {
    const auto index = bag.binary(mapi::PidTagConversationIndex);
    if (index && !index->empty()) {
        return;
    }
    const auto created = to.time(mapi::PidTagCreationTime).value_or(base::FileTime{});
    const auto delivered = bag.time(mapi::PidTagMessageDeliveryTime).value_or(created);
    to.set(mapi::PidTagConversationIndex,
           make_conversation_index(bag.time(mapi::PidTagClientSubmitTime).value_or(delivered),
                                   to.text(mapi::PidTagConversationTopic).value_or("")));
}

/// Computed on reading, numbered by the store, or kept in rows only ([MS-PST] 2.5.2, 2.5.3).
constexpr std::uint16_t kNotStored[] = {
    0x003D, 0x0E02, 0x0E03, 0x0E04, 0x0E05, 0x0E09, 0x0E1D, 0x0E30, 0x0E33, 0x0E34,
    0x0E38, 0x0E3C, 0x0E3D, 0x0FF4, 0x0FF5, 0x0FF6, 0x0FF7, 0x0FF8, 0x0FF9, 0x0FFA,
    0x0FFB, 0x0FFE, 0x0FFF, 0x3013, 0x67F0, 0x67F1, 0x67F2, 0x67F3,
};

bool has_no_bytes(const mapi::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return text->empty();
    }
    const auto* bytes = std::get_if<base::Bytes>(&value);
    return bytes != nullptr && bytes->empty();
}

}  // namespace

mapi::PropertyBag computed_properties(const mapi::Message& message, const base::Clock& clock,
                                      base::IdSource& ids) {
    const PropertyBag& bag = message.properties;
    PropertyBag result;
    if (bag.text(mapi::PidTagMessageClass).value_or("").empty()) {
        result.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
    }
    result.set(mapi::PidTagMessageSize, std::int32_t{0});
    result.set(mapi::PidTagMessageStatus, bag.integer(mapi::PidTagMessageStatus));
    if (const auto sender = bag.text(mapi::PidTagSentRepresentingName)) {
        result.set(mapi::PidTagSentRepresentingName, cut_utf8(*sender, kMostUnitsOfName));
    }
    add_flags(result, message);
    add_dates(result, message, clock.now());
    add_search_key(result, bag, ids);
    add_display_lists(result, message);
    add_subject(result, message);
    if (!message.associated) {
        add_conversation_index(result, bag);
    }
    return result;
}

bool is_stored(const mapi::Message& message, mapi::PropertyTag tag, const mapi::Value& value) {
    if (std::binary_search(std::begin(kNotStored), std::end(kNotStored), tag.id)) {
        return false;
    }
    const ltp::TableLayout& rows = message_row_layout(message.associated);
    const ltp::TCOLDESC* column = rows.find_id(tag.id);
    return column == nullptr || (column->tag == tag.value() && !has_no_bytes(value));
}

base::Guid conversation_id_of(const mapi::PropertyBag& computed, const mapi::PropertyBag& bag) {
    const mapi::PropertyBag& holder =
        computed.contains(mapi::PidTagConversationIndex) ? computed : bag;
    return conversation_id(bag.boolean(mapi::PidTagConversationIndexTracking),
                           holder.binary(mapi::PidTagConversationIndex).value_or(base::Bytes{}),
                           computed.text(mapi::PidTagConversationTopic).value_or(""));
}

}  // namespace mbx::pst
