#include "convert/readable_item.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "convert/ical_common.hpp"
#include "convert/time_zone.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

class Lines {
  public:
    void put(std::string_view label, std::string_view value) {
        if (!base::trim(value).empty()) {
            text_ += fmt::format("{}: {}\r\n", label, base::trim(value));
        }
    }
    void put(std::string_view label, std::optional<base::UnixTime> time) {
        if (time) {
            std::string text = base::iso8601(*time);
            text.replace(text.find('T'), 1, " ");
            text.replace(text.find('Z'), 1, " UTC");
            put(label, std::string_view(text));
        }
    }
    std::string take() && { return std::move(text_); }

  private:
    std::string text_;
};

std::string joined_names(const Message& message, const AddressResolver& addresses, int type) {
    std::string list;
    for (const PropertyBag& recipient : message.recipients) {
        const auto who = addresses.resolve(recipient, kRecipient);
        if (!who || (recipient.integer(PidTagRecipientType) & kRecipientTypeMask) != type) {
            continue;
        }
        const Mailbox& mailbox = who->mailbox;
        list +=
            (list.empty() ? "" : "; ") + (mailbox.name.empty() ? mailbox.address : mailbox.name);
    }
    return list;
}

void put_appointment(Lines& lines, const Message& message, const AddressResolver& addresses) {
    const PropertyBag& properties = message.properties;
    lines.put("Start", named_time(properties, PSETID_Appointment, 0x820D));
    lines.put("End", named_time(properties, PSETID_Appointment, 0x820E));
    if (named_boolean(properties, PSETID_Appointment, 0x8215)) {
        lines.put("Time", std::string_view("all day"));
    }
    lines.put("Location", std::string_view(named_string(properties, PSETID_Appointment, 0x8208)));
    lines.put("Recurrence", std::string_view(named_string(properties, PSETID_Appointment, 0x8232)));
    if (const auto organizer = addresses.resolve(properties, kSentRepresenting)) {
        lines.put("Organizer",
                  std::string_view(organizer->mailbox.name.empty() ? organizer->mailbox.address
                                                                   : organizer->mailbox.name));
    }
    lines.put("Attendees", std::string_view(joined_names(message, addresses, 1)));
    lines.put("Optional", std::string_view(joined_names(message, addresses, 2)));
    lines.put("Resources", std::string_view(joined_names(message, addresses, 3)));
}

void put_contact(Lines& lines, const PropertyBag& properties) {
    struct Row {
        std::uint16_t id;
        std::string_view label;
    };
    constexpr Row kBefore[] = {
        {0x3001, "Name"}, {0x3A16, "Company"}, {0x3A18, "Department"}, {0x3A17, "Title"}};
    constexpr Row kAfter[] = {{0x3A08, "Business phone"},
                              {0x3A09, "Home phone"},
                              {0x3A1C, "Mobile phone"},
                              {0x3A24, "Business fax"},
                              {0x3A51, "Web page"}};
    const auto put = [&](const Row& row) {
        lines.put(row.label,
                  std::string_view(properties.text({row.id, PropertyType::String}).value_or("")));
    };
    std::for_each(std::begin(kBefore), std::end(kBefore), put);
    for (const std::uint32_t lid : {0x8083U, 0x8093U, 0x80A3U}) {
        lines.put("E-mail", std::string_view(named_string(properties, PSETID_Address, lid)));
    }
    std::for_each(std::begin(kAfter), std::end(kAfter), put);
    lines.put("Business address",
              std::string_view(named_string(properties, PSETID_Address, 0x801B)));
    lines.put("Home address", std::string_view(named_string(properties, PSETID_Address, 0x801A)));
}

void put_task(Lines& lines, const PropertyBag& properties) {
    constexpr std::array<std::string_view, 5> kStates{"not started", "in progress", "completed",
                                                      "waiting for somebody else", "deferred"};
    lines.put("Start", named_time(properties, PSETID_Task, 0x8104));
    lines.put("Due", named_time(properties, PSETID_Task, 0x8105));
    const auto state = static_cast<std::size_t>(named_integer(properties, PSETID_Task, 0x8101));
    lines.put("Status", state < kStates.size() ? kStates.at(state) : std::string_view());
    lines.put("Completed", named_time(properties, PSETID_Task, 0x810F));
    lines.put("Owner", std::string_view(named_string(properties, PSETID_Task, 0x811F)));
}

void put_journal(Lines& lines, const PropertyBag& properties) {
    lines.put("Entry type", std::string_view(named_string(properties, PSETID_Log, 0x8700)));
    lines.put("Start", named_time(properties, PSETID_Log, 0x8706));
    lines.put("End", named_time(properties, PSETID_Log, 0x8708));
    if (const std::int32_t minutes = named_integer(properties, PSETID_Log, 0x8707); minutes > 0) {
        lines.put("Duration", std::string_view(fmt::format("{} minutes", minutes)));
    }
}

}  // namespace

std::string readable_item(const Message& message, ItemKind kind, const AddressResolver& addresses) {
    Lines lines;
    switch (kind) {
        case ItemKind::Appointment:
            put_appointment(lines, message, addresses);
            break;
        case ItemKind::Contact:
        case ItemKind::DistributionList:
            put_contact(lines, message.properties);
            break;
        case ItemKind::Task:
            put_task(lines, message.properties);
            break;
        case ItemKind::Journal:
            put_journal(lines, message.properties);
            break;
        default:
            break;
    }
    return std::move(lines).take();
}

}  // namespace mbx::convert
