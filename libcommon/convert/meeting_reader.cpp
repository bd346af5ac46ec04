#include "convert/meeting_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "convert/calendar_properties.hpp"
#include "convert/ical_common.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;
using namespace calendar;

constexpr std::size_t kLongestUid = 1000;
constexpr std::int64_t kLongestEvent = std::int64_t{10} * 366 * 86'400;  // seconds

// PidLidResponseStatus, [MS-OXOCAL] 2.2.1.11
constexpr std::int32_t kNotResponded = 5;
// PidLidClipEnd of a series without end, [MS-OXOCAL] 2.2.1.15: 31 August 4500, 23:59
constexpr base::UnixTime kClipEndOfEndless{79'860'124'740};
// PidLidMeetingType, [MS-OXOCAL] 2.2.6.5
constexpr std::int32_t kMeetingRequest = 1;

enum class Busy : std::int32_t {
    Free = 0,
    Tentative = 1,
    Busy = 2,
    OutOfOffice = 3,
    Elsewhere = 4
};

struct Kind {
    std::string message_class;
    std::int32_t response = 0;
    bool is_answer = false;
    bool is_counter = false;
};

std::optional<Kind> answer_of(const IcalEvent& event, bool is_counter) {
    struct Row {
        std::string_view state;
        std::string_view message_class;
        std::int32_t response;
    };
    constexpr std::array<Row, 3> kRows{{{"TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent", 2},
                                        {"ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos", 3},
                                        {"DECLINED", "IPM.Schedule.Meeting.Resp.Neg", 4}}};
    if (event.attendees.size() != 1) {
        return std::nullopt;
    }
    const auto* const row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& candidate) {
        return candidate.state == event.attendees.front().state;
    });
    if (row == kRows.end() || (is_counter && row != kRows.begin())) {
        return std::nullopt;
    }
    return Kind{std::string(row->message_class), row->response, true, is_counter};
}

std::optional<Kind> kind_of(const std::string& method, const IcalEvent& event) {
    if (method == "REQUEST") {
        return Kind{"IPM.Schedule.Meeting.Request", kNotResponded, false, false};
    }
    if (method == "CANCEL") {
        return Kind{"IPM.Schedule.Meeting.Canceled", 0, false, false};
    }
    if (method == "REPLY" || method == "COUNTER") {
        return answer_of(event, method == "COUNTER");
    }
    return std::nullopt;
}

bool is_span(const std::optional<IcalTime>& start, const std::optional<IcalTime>& end) {
    return start && end && start->is_date == end->is_date && end->utc >= start->utc &&
           end->utc.seconds - start->utc.seconds <= kLongestEvent;
}

std::optional<Busy> busy_of(std::string_view name) {
    constexpr std::array<std::string_view, 5> kNames{"FREE", "TENTATIVE", "BUSY", "OOF",
                                                     "WORKINGELSEWHERE"};
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    return found != kNames.end() ? std::optional(static_cast<Busy>(found - kNames.begin()))
                                 : std::nullopt;
}

class MeetingMaker {
  public:
    MeetingMaker(const IcalEvent& event, const Kind& kind) : event_(event), kind_(kind) {}

    PropertyBag run() {
        bag_.set(PidTagMessageClass, kind_.message_class);
        identity();
        times();
        place();
        states();
        attendees();
        reminder();
        return std::move(bag_);
    }

  private:
    void set(const base::Guid& set, std::uint32_t lid, bool value) {
        bag_.set(PropertyName{set, lid}, PropertyType::Boolean, value);
    }
    void set(const base::Guid& set, std::uint32_t lid, std::int32_t value) {
        bag_.set(PropertyName{set, lid}, PropertyType::Integer32, value);
    }
    void set(const base::Guid& set, std::uint32_t lid, base::Bytes value) {
        bag_.set(PropertyName{set, lid}, PropertyType::Binary, std::move(value));
    }
    void set(const base::Guid& set, std::uint32_t lid, std::string value) {
        if (!value.empty()) {
            bag_.set(PropertyName{set, lid}, PropertyType::String, std::move(value));
        }
    }
    void set(const base::Guid& set, std::uint32_t lid, base::UnixTime value) {
        if (const auto time = base::to_file_time(value)) {
            bag_.set(PropertyName{set, lid}, PropertyType::Time, *time);
        }
    }
    void set(PropertyTag tag, base::UnixTime value) {
        if (const auto time = base::to_file_time(value)) {
            bag_.set(tag, *time);
        }
    }

    void identity() {
        base::Bytes id = global_object_id(event_.uid);
        set(PSETID_Meeting, kCleanGlobalObjectId, clean_global_object_id(id));
        set(PSETID_Meeting, kGlobalObjectId, std::move(id));
        set(PSETID_Appointment, kSequence, std::max(0, event_.sequence));
        if (event_.owner_appointment_id) {
            bag_.set(PidTagOwnerAppointmentId, *event_.owner_appointment_id);
        }
        if (event_.stamp) {
            set(PSETID_Meeting, kind_.is_answer ? kAttendeeCriticalChange : kOwnerCriticalChange,
                *event_.stamp);
        }
    }

    void times() {
        IcalTime start = *event_.start;
        IcalTime end = *event_.end;
        if (kind_.is_counter) {
            set(PSETID_Appointment, kIsCounterProposal, true);
            set(PSETID_Appointment, kProposedStart, start.utc);
            set(PSETID_Appointment, kProposedEnd, end.utc);
            set(PSETID_Appointment, kProposedDuration, minutes(start, end));
            if (is_span(event_.original_start, event_.original_end)) {
                start = *event_.original_start;
                end = *event_.original_end;
            }
        }
        set(PSETID_Appointment, calendar::kStart, start.utc);
        set(PSETID_Appointment, calendar::kEnd, end.utc);
        set(PSETID_Common, kCommonStart, start.utc);
        set(PSETID_Common, kCommonEnd, end.utc);
        set(PidTagStartDate, start.utc);
        set(PidTagEndDate, end.utc);
        set(PSETID_Appointment, kDuration, minutes(start, end));
        set(PSETID_Appointment, kAllDay, start.is_date || event_.says_all_day);
        set(PSETID_Meeting, kIsException, false);
        zone(kStartZone, start);
        zone(kEndZone, end);
        repetition(start, end);
    }

    void repetition(const IcalTime& start, const IcalTime& end) {
        const bool recurring = event_.series.has_value();
        set(PSETID_Appointment, kRecurring, recurring);
        set(PSETID_Meeting, kIsRecurring, recurring);
        if (!recurring) {
            set(PSETID_Appointment, kClipStart, start.utc);
            set(PSETID_Appointment, kClipEnd, end.utc);
            return;
        }
        const Recurrence& series = *event_.series;
        const TimeZone zone = start.zone.value_or(TimeZone{"UTC", {}});
        set(PSETID_Appointment, kRecurrence, encode_recurrence(series));
        set(PSETID_Appointment, kRecurrenceType, static_cast<std::int32_t>(series.frequency) + 1);
        set(PSETID_Appointment, kRecurrenceZone, encode_time_zone_definition(zone));
        set(PSETID_Appointment, kZoneStruct, encode_time_zone_struct(zone.rule));
        set(PSETID_Appointment, kZoneDescription, zone.id);
        set(PSETID_Appointment, kClipStart, since_1601(series.start_date));
        set(PSETID_Appointment, kClipEnd,
            series.end == Recurrence::End::Never ? kClipEndOfEndless : since_1601(series.end_date));
    }

    static std::int32_t minutes(const IcalTime& start, const IcalTime& end) {
        return static_cast<std::int32_t>((end.utc.seconds - start.utc.seconds) / 60);
    }

    void zone(std::uint32_t lid, const IcalTime& time) {
        if (time.zone) {
            set(PSETID_Appointment, lid, encode_time_zone_definition(*time.zone));
        } else if (time.is_date || event_.series) {  // the zone whose midnight it is
            set(PSETID_Appointment, lid, encode_time_zone_definition({"UTC", {}}));
        }
    }

    void place() {
        set(PSETID_Appointment, kLocation, event_.location);
        set(PSETID_Meeting, kWhere, event_.location);
    }

    void states() {
        const bool is_cancel = !kind_.is_answer && kind_.response == 0;
        if (!kind_.is_answer) {
            set(PSETID_Appointment, kStateFlags,
                kIsMeeting | kIsReceived | (is_cancel ? kIsCancelled : 0));
        }
        if (kind_.response != 0) {
            set(PSETID_Appointment, kResponseStatus, kind_.response);
        }
        if (kind_.is_answer && event_.stamp) {
            set(PSETID_Appointment, kReplyTime, *event_.stamp);
        }
        if (event_.no_counter_proposal) {
            set(PSETID_Appointment, kNoCounterProposal, *event_.no_counter_proposal);
        }
        constexpr std::array<std::string_view, 4> kClasses{"PUBLIC", "X-PERSONAL", "PRIVATE",
                                                           "CONFIDENTIAL"};
        const auto* const found =
            std::find(kClasses.begin(), kClasses.end(), event_.classification);
        if (found != kClasses.begin() && found != kClasses.end()) {
            bag_.set(PidTagSensitivity, static_cast<std::int32_t>(found - kClasses.begin()));
        }
        // What is in a mailbox has been seen by its owner's program: no calendar is to change on
        // account of mail that was moved.
        bag_.set(PidTagProcessed, true);
        busy();
    }

    /// What nobody has answered yet is tentative; what it is meant to be stands beside it.
    void busy() {
        const Busy shown =
            busy_of(event_.busy_status)
                .value_or(event_.transparency == "TRANSPARENT" ? Busy::Free : Busy::Busy);
        if (kind_.response != kNotResponded) {
            set(PSETID_Appointment, kBusyStatus, static_cast<std::int32_t>(shown));
            return;
        }
        const Busy intended = busy_of(event_.intended_status).value_or(shown);
        set(PSETID_Appointment, kIntendedBusyStatus, static_cast<std::int32_t>(intended));
        set(PSETID_Appointment, kBusyStatus,
            static_cast<std::int32_t>(intended == Busy::Free ? Busy::Free : Busy::Tentative));
        set(PSETID_Meeting, kMeetingType, kMeetingRequest);
    }

    void attendees() {
        if (kind_.is_answer) {
            return;
        }
        std::string required;
        std::string optional;
        bool reply_wanted = false;
        for (const IcalPerson& person : event_.attendees) {
            const std::string& name = person.name.empty() ? person.address : person.name;
            if (!person.is_resource && !name.empty()) {
                std::string& names = person.is_optional ? optional : required;
                names += (names.empty() ? "" : "; ") + name;
            }
            reply_wanted = reply_wanted || person.reply_wanted;
        }
        const std::string between = required.empty() || optional.empty() ? "" : "; ";
        set(PSETID_Appointment, kAllAttendees, required + between + optional);
        set(PSETID_Appointment, kToAttendees, required);
        set(PSETID_Appointment, kCcAttendees, optional);
        if (kind_.response == kNotResponded) {
            bag_.set(PidTagResponseRequested, reply_wanted);
            bag_.set(PidTagReplyRequested, reply_wanted);
        }
    }

    void reminder() {
        if (!event_.alarm_minutes || kind_.response != kNotResponded) {
            return;
        }
        const base::UnixTime start = event_.start->utc;
        set(PSETID_Common, kReminderSet, true);
        set(PSETID_Common, kReminderMinutes, *event_.alarm_minutes);
        set(PSETID_Common, kReminderTime, start);
        set(PSETID_Common, kReminderSignalTime,
            base::UnixTime{start.seconds - std::int64_t{*event_.alarm_minutes} * 60});
    }

    const IcalEvent& event_;
    const Kind& kind_;
    PropertyBag bag_;
};

}  // namespace

std::optional<Meeting> read_meeting(std::string_view utf8) {
    auto calendar = read_ical(utf8);
    if (!calendar || calendar->events.size() != 1 || calendar->has_other_items) {
        return std::nullopt;
    }
    IcalEvent& event = calendar->events.front();
    const auto kind = kind_of(calendar->method, event);
    const bool has_pattern = !event.repeats || (event.series && !kind->is_counter);
    if (!kind || !has_pattern || event.uid.empty() || event.uid.size() > kLongestUid ||
        !is_span(event.start, event.end)) {
        return std::nullopt;
    }
    const std::optional<IcalPerson> speaker =
        kind->is_answer ? std::optional(event.attendees.front()) : event.organizer;
    if (!speaker || speaker->address.empty()) {
        return std::nullopt;
    }
    PropertyBag properties = MeetingMaker(event, *kind).run();
    return Meeting{std::move(event), *speaker, std::move(properties)};
}

}  // namespace mbx::convert
