#include "convert/calendar_to_ical.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "convert/bodies_to_mail.hpp"
#include "convert/calendar_properties.hpp"
#include "convert/ical_common.hpp"
#include "convert/loss.hpp"
#include "convert/mail_headers.hpp"
#include "convert/message_class.hpp"
#include "convert/recurrence.hpp"
#include "convert/time_zone.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;
using namespace calendar;

constexpr std::int64_t kDay = 86'400;

bool is_class(const PropertyBag& properties, std::string_view prefix) {
    return base::starts_with_ignore_case(message_class_of(properties), prefix);
}

std::optional<TimeZone> zone_of(const PropertyBag& properties) {
    for (const std::uint32_t lid : {kStartZone, kRecurrenceZone}) {
        const auto* bytes = properties.get<base::Bytes>(PropertyName{PSETID_Appointment, lid});
        if (auto zone = bytes != nullptr ? decode_time_zone_definition(*bytes) : std::nullopt) {
            return zone;
        }
    }
    const auto* bytes = properties.get<base::Bytes>(PropertyName{PSETID_Appointment, kZoneStruct});
    const auto rule = bytes != nullptr ? decode_time_zone_struct(*bytes) : std::nullopt;
    if (!rule) {
        return std::nullopt;
    }
    const std::string name = named_string(properties, PSETID_Appointment, kZoneDescription);
    return TimeZone{name.empty() ? "Customized Time Zone" : name, *rule};
}

/// How the times of one item are written.
class Times {
  public:
    Times(std::optional<TimeZone> zone, base::UnixTime start, base::UnixTime end, bool all_day,
          const std::optional<Recurrence>& recurrence)
        : zone_(std::move(zone)), all_day_(all_day) {
        if (!zone_ && recurrence) {
            // Local time is known of the first occurrence only; its distance to UTC has to serve.
            const base::UnixTime local =
                since_1601(recurrence->start_date + recurrence->start_offset);
            const std::int64_t distance = local.seconds - start.seconds;
            fixed_offset_ = std::abs(distance) <= kDay ? distance : 0;
        }
        all_day_ = all_day && is_whole_days(start, end);
    }

    bool all_day() const { return all_day_; }
    const std::optional<TimeZone>& zone() const { return zone_; }

    void put(ContentLines& lines, std::string_view name, base::UnixTime utc) const {
        if (all_day_) {
            lines.put(name, ical_date(day_of(utc)), {{"VALUE", "DATE"}});
        } else if (zone_) {
            lines.put(name, ical_local(to_local(utc)), {{"TZID", zone_->id}});
        } else {
            lines.put(name, ical_utc(utc));
        }
    }

    /// The value of UNTIL, which is in UTC where times have a zone (RFC 5545 3.3.10).
    std::string until(base::UnixTime utc) const {
        return all_day_ ? ical_date(day_of(utc)) : ical_utc(utc);
    }

    base::UnixTime to_utc(base::UnixTime local) const {
        return zone_ ? utc_of_local(zone_->rule, local)
                     : base::UnixTime{local.seconds - fixed_offset_};
    }

  private:
    base::UnixTime to_local(base::UnixTime utc) const {
        return {utc.seconds + (zone_ ? utc_offset(zone_->rule, utc) * 60 : fixed_offset_)};
    }

    /// Without a zone midnight may be anywhere: half a day on, UTC has the date.
    base::UnixTime day_of(base::UnixTime utc) const {
        return zone_ || fixed_offset_ != 0 ? to_local(utc) : base::UnixTime{utc.seconds + kDay / 2};
    }

    bool is_whole_days(base::UnixTime start, base::UnixTime end) const {
        const bool days = end.seconds > start.seconds && (end.seconds - start.seconds) % 3600 == 0;
        return days && (!zone_ ||
                        (to_local(start).seconds % kDay == 0 && to_local(end).seconds % kDay == 0));
    }

    std::optional<TimeZone> zone_;
    std::int64_t fixed_offset_ = 0;
    bool all_day_ = false;
};

class EventMaker {
  public:
    EventMaker(const Message& message, const AddressResolver& addresses,
               base::Diagnostics& diagnostics)
        : message_(message),
          properties_(message.properties),
          addresses_(addresses),
          diagnostics_(diagnostics),
          method_(calendar_method(properties_)) {}

    std::string run() {
        find_times();
        const auto* pattern =
            properties_.get<base::Bytes>(PropertyName{PSETID_Appointment, kRecurrence});
        if (pattern != nullptr && !pattern->empty()) {
            recurrence_ = decode_recurrence(*pattern);
            if (!recurrence_) {
                report_loss(diagnostics_, "lossy-recurrence",
                            "the pattern of a series cannot be expressed: only its first "
                            "occurrence is kept");
            }
        }
        const Times times(zone_of(properties_), start_, end_,
                          named_boolean(properties_, PSETID_Appointment, kAllDay), recurrence_);
        begin_calendar(lines_, method_);
        if (times.zone() && !times.all_day()) {
            lines_.append(vtimezone(*times.zone()));
        }
        event(times);
        if (recurrence_) {
            for (const RecurrenceException& exception : recurrence_->exceptions) {
                changed_occurrence(times, exception);
            }
        }
        lines_.put("END", "VCALENDAR");
        return std::move(lines_).take();
    }

  private:
    void find_times() {
        const bool counter = method_ == "COUNTER";
        const auto first_of = [&](std::uint32_t proposed, std::uint32_t own, std::uint32_t common,
                                  PropertyTag fixed) {
            std::optional<base::UnixTime> time;
            if (counter) {
                time = named_time(properties_, PSETID_Appointment, proposed);
            }
            time = time ? time : named_time(properties_, PSETID_Appointment, own);
            time = time ? time : named_time(properties_, PSETID_Common, common);
            return time ? time : fixed_time(properties_, fixed);
        };
        const auto start = first_of(kProposedStart, kStart, kCommonStart, PidTagStartDate);
        const auto end = first_of(kProposedEnd, kEnd, kCommonEnd, PidTagEndDate);
        const auto sent = sent_time(properties_, {});
        start_ = start ? *start : end ? *end : sent.value_or(base::UnixTime{});
        end_ = end && end->seconds >= start_.seconds ? *end : start_;
    }

    void event(const Times& times) {
        lines_.put("BEGIN", "VEVENT");
        identity();
        times.put(lines_, "DTSTART", start_);
        times.put(lines_, "DTEND", end_);
        if (recurrence_) {
            series(times);
        }
        lines_.put_text("SUMMARY", subject_of(properties_));
        lines_.put_text("LOCATION", named_string(properties_, PSETID_Appointment, kLocation));
        description(properties_);
        people();
        status();
        put_common(lines_, properties_);
        alarm();
        lines_.put("END", "VEVENT");
    }

    void identity() {
        lines_.put_text("UID", ical_uid(properties_));
        auto stamp = named_time(properties_, PSETID_Meeting, kOwnerCriticalChange);
        stamp = stamp ? stamp : named_time(properties_, PSETID_Meeting, kAttendeeCriticalChange);
        stamp = stamp ? stamp : fixed_time(properties_, PidTagLastModificationTime);
        stamp = stamp ? stamp : sent_time(properties_, {});
        lines_.put("DTSTAMP", ical_utc(stamp.value_or(start_)));
        lines_.put("SEQUENCE",
                   fmt::format("{}", std::max(0, named_integer(properties_, PSETID_Appointment,
                                                               kSequence))));
    }

    base::UnixTime occurrence(const Times& times, LocalMinutes midnight) const {
        return times.to_utc(since_1601(midnight + recurrence_->start_offset));
    }

    void series(const Times& times) {
        lines_.put("RRULE",
                   rrule(*recurrence_, times.until(occurrence(times, recurrence_->end_date))));
        for (const LocalMinutes day : recurrence_->deleted) {
            const auto& modified = recurrence_->modified;
            const bool only_changed =
                std::any_of(recurrence_->exceptions.begin(), recurrence_->exceptions.end(),
                            [&](const RecurrenceException& e) {
                                return e.original_start / 1440 == day / 1440;
                            });
            if (!only_changed ||
                std::find(modified.begin(), modified.end(), day) == modified.end()) {
                times.put(lines_, "EXDATE", occurrence(times, day));
            }
        }
    }

    /// The item that an exception has of its own, when its attachment is there.
    const Message* item_of(base::UnixTime original_start) const {
        for (const Attachment& attachment : message_.attachments) {
            if (attachment.embedded != nullptr &&
                named_time(attachment.embedded->properties, PSETID_Appointment, kReplaceTime) ==
                    original_start) {
                return attachment.embedded.get();
            }
        }
        return nullptr;
    }

    void changed_occurrence(const Times& times, const RecurrenceException& exception) {
        const base::UnixTime original = times.to_utc(since_1601(exception.original_start));
        const Message* item = item_of(original);
        lines_.put("BEGIN", "VEVENT");
        identity();
        times.put(lines_, "RECURRENCE-ID", original);
        times.put(lines_, "DTSTART", times.to_utc(since_1601(exception.start)));
        times.put(lines_, "DTEND", times.to_utc(since_1601(exception.end)));
        std::string summary = exception.subject.value_or(subject_of(properties_));
        std::string location =
            exception.location.value_or(named_string(properties_, PSETID_Appointment, kLocation));
        if (item != nullptr) {  // it has Unicode, the pattern has not
            const std::string own = subject_of(item->properties);
            summary = own.empty() ? summary : own;
            const std::string place = named_string(item->properties, PSETID_Appointment, kLocation);
            location = place.empty() ? location : place;
        }
        lines_.put_text("SUMMARY", summary);
        lines_.put_text("LOCATION", location);
        description(item != nullptr ? item->properties : properties_);
        people();
        put_common(lines_, properties_);
        lines_.put("END", "VEVENT");
    }

    void description(const PropertyBag& properties) {
        base::IgnoreDiagnostics ignore;
        const Bodies bodies = choose_bodies(properties, {}, ignore);
        lines_.put_text("DESCRIPTION", base::trim(bodies.plain.value_or("")));
        if (bodies.html) {
            lines_.put_text("X-ALT-DESC", decode_html(*bodies.html), {{"FMTTYPE", "text/html"}});
        }
    }

    void people() {
        if (method_ == "REPLY" || method_ == "COUNTER") {
            answer();
            return;
        }
        const bool meeting =
            method_ != "PUBLISH" ||
            (named_integer(properties_, PSETID_Appointment, kStateFlags) & kIsMeeting) != 0;
        if (!meeting) {
            return;
        }
        if (const auto organizer = addresses_.resolve(properties_, kSentRepresenting)) {
            put_person(lines_, "ORGANIZER", organizer->mailbox);
        }
        for (const PropertyBag& recipient : message_.recipients) {
            attendee(recipient);
        }
    }

    void attendee(const PropertyBag& recipient) {
        constexpr std::int32_t kOrganizer = 0x2;
        const auto address = addresses_.resolve(recipient, kRecipient);
        if (!address || (recipient.integer(PidTagRecipientFlags) & kOrganizer) != 0) {
            return;
        }
        std::vector<LineParameter> parameters;
        switch (recipient.integer(PidTagRecipientType) & kRecipientTypeMask) {
            case 2:
                parameters.push_back({"ROLE", "OPT-PARTICIPANT"});
                break;
            case 3:
                parameters.push_back({"CUTYPE", "RESOURCE"});
                parameters.push_back({"ROLE", "NON-PARTICIPANT"});
                break;
            default:
                parameters.push_back({"ROLE", "REQ-PARTICIPANT"});
        }
        constexpr std::array<const char*, 6> kStates{
            "NEEDS-ACTION", "NEEDS-ACTION", "TENTATIVE", "ACCEPTED", "DECLINED", "NEEDS-ACTION"};
        const auto state = static_cast<std::size_t>(recipient.integer(PidTagRecipientTrackStatus));
        parameters.push_back({"PARTSTAT", state < kStates.size() ? kStates.at(state) : kStates[0]});
        if (method_ == "REQUEST") {
            parameters.push_back({"RSVP", "TRUE"});
        }
        put_person(lines_, "ATTENDEE", address->mailbox, parameters);
    }

    /// Who answers stands in From, who is answered in To.
    void answer() {
        for (const PropertyBag& recipient : message_.recipients) {
            if (const auto organizer = addresses_.resolve(recipient, kRecipient)) {
                put_person(lines_, "ORGANIZER", organizer->mailbox);
                break;
            }
        }
        const char* state = is_class(properties_, "IPM.Schedule.Meeting.Resp.Pos")   ? "ACCEPTED"
                            : is_class(properties_, "IPM.Schedule.Meeting.Resp.Neg") ? "DECLINED"
                                                                                     : "TENTATIVE";
        auto who = addresses_.resolve(properties_, kSentRepresenting);
        who = who ? who : addresses_.resolve(properties_, kSender);
        if (who) {
            put_person(lines_, "ATTENDEE", who->mailbox, {{"PARTSTAT", state}});
        }
    }

    void status() {
        constexpr std::array<std::string_view, 5> kBusy{"FREE", "TENTATIVE", "BUSY", "OOF",
                                                        "WORKINGELSEWHERE"};
        const std::int32_t flags = named_integer(properties_, PSETID_Appointment, kStateFlags);
        if (method_ == "CANCEL" || (flags & kIsCancelled) != 0) {
            lines_.put("STATUS", "CANCELLED");
        }
        const auto busy = static_cast<std::size_t>(
            named_integer(properties_, PSETID_Appointment, kBusyStatus, 2));
        lines_.put("TRANSP", busy == 0 ? "TRANSPARENT" : "OPAQUE");
        if (busy < kBusy.size()) {
            lines_.put("X-MICROSOFT-CDO-BUSYSTATUS", kBusy.at(busy));
        }
        const auto intended = static_cast<std::size_t>(
            named_integer(properties_, PSETID_Appointment, kIntendedBusyStatus, -1));
        if (intended < kBusy.size()) {
            lines_.put("X-MICROSOFT-CDO-INTENDEDSTATUS", kBusy.at(intended));
        }
        if (properties_.get<bool>(PropertyName{PSETID_Appointment, kNoCounterProposal}) !=
            nullptr) {
            lines_.put("X-MICROSOFT-DISALLOW-COUNTER",
                       named_boolean(properties_, PSETID_Appointment, kNoCounterProposal)
                           ? "TRUE"
                           : "FALSE");
        }
        if (const auto time = named_time(properties_, PSETID_Appointment, kReplyTime)) {
            lines_.put("X-MICROSOFT-CDO-REPLYTIME", ical_utc(*time));
        }
    }

    void alarm() {
        if (!named_boolean(properties_, PSETID_Common, kReminderSet)) {
            return;
        }
        const std::int32_t minutes = named_integer(properties_, PSETID_Common, kReminderMinutes);
        constexpr std::int32_t kMostMinutes = 4 * 7 * 1440 * 13;
        lines_.put("BEGIN", "VALARM");
        lines_.put("ACTION", "DISPLAY");
        lines_.put("DESCRIPTION", "REMINDER");
        lines_.put("TRIGGER",
                   fmt::format("-PT{}M", minutes < 0 || minutes > kMostMinutes ? 15 : minutes),
                   {{"RELATED", "START"}});
        lines_.put("END", "VALARM");
    }

    const Message& message_;
    const PropertyBag& properties_;
    const AddressResolver& addresses_;
    base::Diagnostics& diagnostics_;
    std::string method_;
    base::UnixTime start_;
    base::UnixTime end_;
    std::optional<Recurrence> recurrence_;
    ContentLines lines_;
};

}  // namespace

std::string calendar_method(const PropertyBag& properties) {
    if (is_class(properties, "IPM.Schedule.Meeting.Request")) {
        return "REQUEST";
    }
    if (is_class(properties, "IPM.Schedule.Meeting.Canceled")) {
        return "CANCEL";
    }
    if (is_class(properties, "IPM.Schedule.Meeting.Resp")) {
        return named_boolean(properties, PSETID_Appointment, kIsCounterProposal) ? "COUNTER"
                                                                                 : "REPLY";
    }
    return "PUBLISH";
}

std::string calendar_to_ical(const Message& message, const AddressResolver& addresses,
                             base::Diagnostics& diagnostics) {
    return EventMaker(message, addresses, diagnostics).run();
}

}  // namespace mbx::convert
