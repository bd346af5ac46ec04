#include "convert/kept_calendar.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/calendar_properties.hpp"
#include "convert/meeting_reader.hpp"
#include "convert/message_class.hpp"
#include "convert/part_text.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

const base::Bytes* kept_bytes(const Message& message) {
    const auto* bytes = message.properties.get<base::Bytes>(
        PropertyName{PSETID_Appointment, calendar::kInboundIcal});
    return bytes != nullptr && !bytes->empty() ? bytes : nullptr;
}

/// What people see and change of a meeting.
bool tells_the_same(const PropertyBag& told, const PropertyBag& stored) {
    const auto same = [&](const PropertyName& name) {
        const NamedValue* a = told.find(name);
        const NamedValue* b = stored.find(name);
        return (a == nullptr) == (b == nullptr) && (a == nullptr || a->value == b->value);
    };
    constexpr std::uint32_t kLids[] = {
        calendar::kStart,    calendar::kEnd,    calendar::kProposedStart, calendar::kProposedEnd,
        calendar::kSequence, calendar::kAllDay, calendar::kRecurrence};
    const auto place = [](const PropertyBag& bag) {
        const auto* text =
            bag.get<std::string>(PropertyName{PSETID_Appointment, calendar::kLocation});
        return text != nullptr ? std::string(base::trim(*text)) : std::string();
    };
    return base::equals_ignore_case(message_class_of(told), message_class_of(stored)) &&
           same({PSETID_Meeting, calendar::kCleanGlobalObjectId}) && place(told) == place(stored) &&
           std::all_of(std::begin(kLids), std::end(kLids), [&](std::uint32_t lid) {
               return same({PSETID_Appointment, lid});
           });
}

}  // namespace

std::optional<std::string> kept_calendar(const Message& message) {
    const base::Bytes* bytes = kept_bytes(message);
    if (bytes == nullptr) {
        return std::nullopt;
    }
    const Attachment* copy = copy_of_kept_calendar(message);
    const std::string charset =
        copy != nullptr ? copy->properties.text(PidTagTextAttachmentCharset).value_or("") : "";
    std::string text = plain_text(base::as_text(*bytes), charset).utf8;
    if (item_kind(message_class_of(message.properties)) != ItemKind::MeetingMessage) {
        return copy != nullptr ? std::optional(std::move(text)) : std::nullopt;
    }
    const auto meeting = read_meeting(text);
    return meeting && tells_the_same(meeting->properties, message.properties)
               ? std::optional(std::move(text))
               : std::nullopt;
}

const Attachment* copy_of_kept_calendar(const Message& message) {
    const base::Bytes* bytes = kept_bytes(message);
    if (bytes == nullptr) {
        return nullptr;
    }
    const auto copy = std::find_if(
        message.attachments.begin(), message.attachments.end(), [&](const Attachment& attachment) {
            return attachment.data != nullptr && attachment.data->size() == bytes->size() &&
                   base::equals_ignore_case(
                       attachment.properties.text(PidTagAttachMimeTag).value_or(""),
                       "text/calendar") &&
                   base::read_all(*attachment.data, bytes->size()) == *bytes;
        });
    return copy != message.attachments.end() ? &*copy : nullptr;
}

}  // namespace mbx::convert
