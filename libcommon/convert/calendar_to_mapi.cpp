#include "convert/calendar_to_mapi.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "convert/calendar_properties.hpp"
#include "convert/ical_common.hpp"
#include "convert/meeting_reader.hpp"
#include "convert/part_content.hpp"
#include "convert/part_text.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

constexpr std::uint64_t kLargestCalendar = std::uint64_t{1} << 20;

/// PidTagRecipientTrackStatus, [MS-OXOCAL] 2.2.4.10.2.
std::int32_t track_status(std::string_view state) {
    constexpr std::array<std::string_view, 3> kAnswers{"TENTATIVE", "ACCEPTED", "DECLINED"};
    const auto* const found = std::find(kAnswers.begin(), kAnswers.end(), state);
    return found != kAnswers.end() ? static_cast<std::int32_t>(found - kAnswers.begin()) + 2 : 0;
}

/// The recipients are those of the mail; what the calendar tells of them is added.
void track(const std::vector<IcalPerson>& attendees, std::vector<mapi::PropertyBag>& recipients) {
    for (mapi::PropertyBag& recipient : recipients) {
        const std::string address = recipient.text(mapi::PidTagSmtpAddress).value_or("");
        const auto person =
            std::find_if(attendees.begin(), attendees.end(), [&](const IcalPerson& candidate) {
                return !address.empty() && base::equals_ignore_case(candidate.address, address);
            });
        if (person != attendees.end()) {
            recipient.set(mapi::PidTagRecipientTrackStatus, track_status(person->state));
        }
    }
}

/// Outlook answers the one that the mail is from, and takes an answer for his.
bool speaks_for_itself(const Meeting& meeting, const mapi::PropertyBag& properties) {
    return base::equals_ignore_case(
        properties.text(mapi::PidTagSentRepresentingSmtpAddress).value_or(""),
        meeting.speaker.address);
}

bool agrees_on_method(const Entity& entity, std::string_view text) {
    const std::string* method = entity.type.raw("method");
    return method == nullptr || base::equals_ignore_case(base::trim(*method), method_of_ical(text));
}

void add(const mapi::PropertyBag& from, mapi::PropertyBag& to) {
    for (const auto& [id, typed] : from.fixed()) {
        to.set(mapi::PropertyTag{id, typed.type}, typed.value);
    }
    for (const auto& [name, value] : from.named()) {
        to.set(name, value.type, value.value);
    }
}

}  // namespace

bool calendar_to_mapi(const MessageContext& context, const Entity& part, mapi::Message& message) {
    if (part.body_range.size() > kLargestCalendar) {
        return false;
    }
    mapi::PropertyBag& bag = message.properties;
    const std::string bytes = content_bytes(context.tree, part);
    bag.set({mapi::PSETID_Appointment, calendar::kInboundIcal}, mapi::PropertyType::Binary,
            base::to_bytes(bytes));
    bag.set({mapi::PSETID_Appointment, calendar::kSingleBodyIcal}, mapi::PropertyType::Boolean,
            &part == &context.root);
    const std::string* charset = part.type.raw("charset");
    const std::string text = plain_text(bytes, charset != nullptr ? *charset : "").utf8;
    const auto meeting = read_meeting(text);
    if (!meeting || !agrees_on_method(part, text) || !speaks_for_itself(*meeting, bag)) {
        return false;
    }
    add(meeting->properties, bag);
    track(meeting->event.attendees, message.recipients);
    if (!bag.contains(mapi::PidTagBody) && !meeting->event.description.empty()) {
        bag.set(mapi::PidTagBody, plain_text(meeting->event.description, "utf-8").utf8);
    }
    return true;
}

}  // namespace mbx::convert
