// Invitations, answers and cancellations: what they are in Outlook, and as mail again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libical/ical.h>

#include "base/text.hpp"
#include "convert/calendar_properties.hpp"
#include "convert/calendar_to_ical.hpp"
#include "convert/ical_common.hpp"
#include "convert/meeting_reader.hpp"
#include "mapi_text.hpp"
#include "to_mail_fixture.hpp"

namespace mbx::convert {
namespace {

using namespace calendar;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kBerlin =
    "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n"
    "BEGIN:STANDARD\nDTSTART:18930401T000632\nTZOFFSETFROM:+0053\nTZOFFSETTO:+0100\n"
    "RDATE:18930401T000632\nEND:STANDARD\n"
    "BEGIN:DAYLIGHT\nDTSTART:19810329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n"
    "BEGIN:STANDARD\nDTSTART:19961027T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\n";
constexpr std::string_view kPeople =
    "ORGANIZER;CN=A:mailto:a@x.example\n"
    "ATTENDEE;CN=B;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:b@y.example\n"
    "ATTENDEE;CN=C;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED:MAILTO:C@y.example\n"
    "ATTENDEE;CN=Room;CUTYPE=ROOM:mailto:room@y.example\n";
constexpr std::string_view kTimes = "DTSTART:20140305T100000Z\nDTEND:20140305T113000Z\n";

std::string ics(std::string_view method, std::string_view lines, std::string_view before = {}) {
    return test::crlf("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:" + std::string(method) +
                      "\n" + std::string(before) +
                      "BEGIN:VEVENT\nUID:abc-123@x\nDTSTAMP:20140301T100000Z\n" +
                      std::string(lines) + "END:VEVENT\nEND:VCALENDAR\n");
}
std::string request() {
    return ics("REQUEST", std::string(kTimes) + std::string(kPeople) +
                              "SUMMARY:Meet\nLOCATION:Room 1\\, left\nSEQUENCE:2\n");
}

std::string mail_source(std::string_view content, std::string_view from = "A <a@x.example>") {
    return test::crlf("From: " + std::string(from) +
                      "\nTo: b@y.example\nCc: c@y.example\n"
                      "Date: Mon, 03 Mar 2014 10:00:00 +0100\nSubject: Meet\n"
                      "MIME-Version: 1.0\n") +
           std::string(content);
}
std::string alternative(std::string_view calendar, std::string_view type = "; charset=utf-8") {
    return test::crlf(
               "Content-Type: multipart/alternative; boundary=B\n\n"
               "--B\nContent-Type: text/plain\n\nplease come\n"
               "--B\nContent-Type: text/html\n\n<p>please come</p>\n"
               "--B\nContent-Type: text/calendar" +
               std::string(type) + "\n\n") +
           std::string(calendar) + "\r\n--B--\r\n";
}
mapi::Message invitation(std::string_view calendar, std::string_view from = "A <a@x.example>") {
    return test::mapi_of(test::mail_of(mail_source(alternative(calendar), from)));
}
std::string class_of(const mapi::Message& message) {
    return test::text(message, mapi::PidTagMessageClass);
}
template <typename T>
T named(const mapi::Message& message, const base::Guid& set, std::uint32_t lid, T absent) {
    const T* value = message.properties.get<T>(mapi::PropertyName{set, lid});
    return value != nullptr ? *value : absent;
}
std::string named_iso(const mapi::Message& message, const base::Guid& set, std::uint32_t lid) {
    const auto time = named_time(message.properties, set, lid);
    return time ? base::iso8601(*time) : "(absent)";
}
TEST(Invitations, FillTheFormOfOutlook) {
    const mapi::Message message = invitation(request());
    EXPECT_EQ(class_of(message), "IPM.Schedule.Meeting.Request");
    EXPECT_EQ(test::text(message, mapi::PidTagBody), "please come");
    EXPECT_EQ(test::bytes(message, mapi::PidTagHtml), "<p>please come</p>");
    EXPECT_EQ(named_iso(message, mapi::PSETID_Appointment, calendar::kStart),
              "2014-03-05T10:00:00Z");
    EXPECT_EQ(named_iso(message, mapi::PSETID_Common, kCommonEnd), "2014-03-05T11:30:00Z");
    EXPECT_EQ(test::time(message, mapi::PidTagStartDate), "2014-03-05T10:00:00Z");
    EXPECT_EQ(test::time(message, mapi::PidTagEndDate), "2014-03-05T11:30:00Z");
    EXPECT_EQ(named_iso(message, mapi::PSETID_Meeting, kOwnerCriticalChange),
              "2014-03-01T10:00:00Z");
    EXPECT_EQ(named_string(message.properties, mapi::PSETID_Appointment, kLocation),
              "Room 1, left");
    const auto number = [&](std::uint32_t lid) {
        return named(message, mapi::PSETID_Appointment, lid, std::int32_t{-1});
    };
    EXPECT_EQ(number(kSequence), 2);
    EXPECT_EQ(number(kDuration), 90);
    EXPECT_EQ(number(kStateFlags), kIsMeeting | kIsReceived);
    EXPECT_EQ(number(kResponseStatus), 5);
    EXPECT_EQ(number(kBusyStatus), 1);
    EXPECT_EQ(number(kIntendedBusyStatus), 2);
    EXPECT_EQ(named_string(message.properties, mapi::PSETID_Appointment, kAllAttendees), "B; C");
    EXPECT_EQ(named_string(message.properties, mapi::PSETID_Appointment, kCcAttendees), "C");
    EXPECT_TRUE(message.properties.boolean(PidTagResponseRequested));
    EXPECT_TRUE(message.properties.boolean(PidTagProcessed));
    ASSERT_EQ(message.recipients.size(), 2U) << "people are those of the mail";
    EXPECT_EQ(message.recipients[0].integer(mapi::PidTagRecipientTrackStatus), 0);
    EXPECT_EQ(message.recipients[1].integer(mapi::PidTagRecipientTrackStatus), 3);
}

TEST(Invitations, KeepThePartHidden) {
    const mapi::Message message = invitation(request());
    ASSERT_EQ(message.attachments.size(), 1U);
    EXPECT_TRUE(test::hidden(message.attachments[0]));
    EXPECT_EQ(test::data(message.attachments[0]), request());
    EXPECT_EQ(base::as_text(named(message, mapi::PSETID_Appointment, kInboundIcal, base::Bytes())),
              request());
    EXPECT_FALSE(named(message, mapi::PSETID_Appointment, kSingleBodyIcal, true));
}

TEST(Invitations, GiveTheSourceBackExactly) {
    base::IgnoreDiagnostics ignore;
    for (const std::string& source :
         {mail_source(alternative(request())),
          mail_source("Content-Type: text/calendar; method=REQUEST\r\n\r\n" + request())}) {
        const mapi::Message message = to_mapi(test::mail_of(source), {}, ignore);
        EXPECT_EQ(class_of(message), "IPM.Schedule.Meeting.Request");
        const auto exact = exact::exact_source(message);
        ASSERT_TRUE(exact.source);
        EXPECT_EQ(base::read_all_text(*exact.source, 1U << 20U), source);
    }
}

TEST(Invitations, AloneShowTheirDescription) {
    const mapi::Message message = test::mapi_of(test::mail_of(mail_source(
        "Content-Type: text/calendar; method=REQUEST\r\n\r\n" +
        ics("REQUEST", std::string(kTimes) + std::string(kPeople) + "DESCRIPTION:one\\ntwo\n"))));
    EXPECT_EQ(class_of(message), "IPM.Schedule.Meeting.Request");
    EXPECT_EQ(test::text(message, mapi::PidTagBody), "one\r\ntwo");
    EXPECT_TRUE(named(message, mapi::PSETID_Appointment, kSingleBodyIcal, false));
    EXPECT_EQ(make_mail(message).tree, "multipart/alternative(text/plain,text/calendar)");
}

TEST(Invitations, AreInvitationsAgainWithoutTheirSource) {
    mapi::Message message = invitation(request());
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/html,text/calendar)");
    EXPECT_THAT(mail.text, HasSubstr("Content-Type: text/calendar; charset=utf-8; method=REQUEST"));
    EXPECT_THAT(mail.text, HasSubstr(request()));
    EXPECT_EQ(mail.field("From"), "A <a@x.example>");
    EXPECT_THAT(mail.text, Not(HasSubstr("Content-Disposition")));

    // What the properties alone give is the same event.
    message.properties.erase({mapi::PSETID_Appointment, kInboundIcal});
    base::IgnoreDiagnostics ignore;
    const auto rebuilt =
        read_meeting(calendar_to_ical(message, AddressResolver(message, {}), ignore));
    const auto original = read_meeting(request());
    ASSERT_TRUE(rebuilt && original);
    EXPECT_EQ(rebuilt->event.uid, "abc-123@x");
    EXPECT_EQ(rebuilt->event.start->utc, original->event.start->utc);
    EXPECT_EQ(rebuilt->event.end->utc, original->event.end->utc);
    EXPECT_EQ(rebuilt->event.stamp, original->event.stamp);
    EXPECT_EQ(rebuilt->event.sequence, 2);
    EXPECT_EQ(rebuilt->event.location, original->event.location);
    EXPECT_EQ(rebuilt->speaker.address, "a@x.example");
    ASSERT_EQ(rebuilt->event.attendees.size(), 2U);
    EXPECT_EQ(rebuilt->event.attendees[0].address, "b@y.example");
    EXPECT_EQ(rebuilt->event.attendees[1].state, "ACCEPTED");
}

TEST(Invitations, ThatWereChangedAreNotToldAsTheyCame) {
    mapi::Message message = invitation(request());
    message.properties.set({mapi::PSETID_Appointment, kLocation}, mapi::PropertyType::String,
                           std::string("Elsewhere"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/html,text/calendar)")
        << "no file with what was";
    EXPECT_THAT(mail.text, HasSubstr("LOCATION:Elsewhere\r\n"));
    EXPECT_THAT(mail.text, Not(HasSubstr("Room 1")));
}

TEST(Invitations, KeepTheIdOfOutlookAndOfOthers) {
    const std::string outlook =
        "040000008200E00074C5B7101A82E008000000000EA841E799AFDA0100000000000000001000000069"
        "2FDE74333FCB47BE4F4DE909498CBE";
    for (const std::string& uid : {outlook, std::string("abc"), outlook.substr(2),
                                   std::string("040000008200E00074C5B7101A82E008")}) {
        mapi::PropertyBag bag;
        bag.set({mapi::PSETID_Meeting, kGlobalObjectId}, mapi::PropertyType::Binary,
                global_object_id(uid));
        EXPECT_EQ(ical_uid(bag), uid);
    }
    EXPECT_EQ(global_object_id(outlook).size(), outlook.size() / 2);
    EXPECT_EQ(base::to_hex(global_object_id("ab")), "040000008200e00074c5b7101a82e00800000000" +
                                                        std::string(32, '0') +
                                                        "0f000000"
                                                        "7643616c2d55696401000000"
                                                        "616200");
}

std::string berlin(std::string_view start, std::string_view end, std::string_view zone = kBerlin) {
    return ics("REQUEST",
               "DTSTART;TZID=Europe/Berlin:" + std::string(start) +
                   "\nDTEND;TZID=\"Europe/Berlin\":" + std::string(end) + "\n" +
                   std::string(kPeople),
               zone);
}

TEST(Invitations, TellTimesOfAZone) {
    const mapi::Message summer = invitation(berlin("20140705T100000", "20140705T110000"));
    EXPECT_EQ(class_of(summer), "IPM.Schedule.Meeting.Request");
    EXPECT_EQ(named_iso(summer, mapi::PSETID_Appointment, calendar::kStart),
              "2014-07-05T08:00:00Z");
    const mapi::Message winter = invitation(berlin("20141205T100000", "20141205T110000"));
    EXPECT_EQ(named_iso(winter, mapi::PSETID_Appointment, calendar::kEnd), "2014-12-05T10:00:00Z");
    const auto zone = decode_time_zone_definition(
        named(winter, mapi::PSETID_Appointment, kStartZone, base::Bytes()));
    ASSERT_TRUE(zone);
    EXPECT_EQ(zone->id, "Europe/Berlin");
    EXPECT_EQ(zone->rule.bias, -60);
    EXPECT_EQ(zone->rule.daylight_bias, -60);
    EXPECT_EQ(zone->rule.to_standard.month, 10);
    EXPECT_EQ(zone->rule.to_standard.week, 5);
    EXPECT_EQ(zone->rule.to_daylight.minute, 120);
}

TEST(Invitations, InAZoneThatCannotBeToldAreMail) {
    const auto class_with = [](std::string_view zone) {
        return class_of(invitation(berlin("20140705T100000", "20140705T110000", zone)));
    };
    EXPECT_EQ(class_with({}), "IPM.Note") << "not described";
    std::string twice(kBerlin);
    twice += kBerlin;
    EXPECT_EQ(class_with(twice), "IPM.Note");
    std::string over(kBerlin);
    over.replace(over.find("BYDAY=-1SU"), 10, "BYDAY=-1SU;UNTIL=20100101T000000Z");
    EXPECT_EQ(class_with(over), "IPM.Note");
    EXPECT_EQ(class_with("BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\n"
                         "DTSTART:16010101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\n"
                         "END:STANDARD\nEND:VTIMEZONE\n"),
              "IPM.Schedule.Meeting.Request")
        << "one offset all the year";
}

TEST(Invitations, OfAllDay) {
    const std::string days =
        ics("REQUEST",
            "DTSTART;VALUE=DATE:20140305\nDTEND;VALUE=DATE:20140307\n" + std::string(kPeople));
    mapi::Message message = invitation(days);
    EXPECT_TRUE(named(message, mapi::PSETID_Appointment, kAllDay, false));
    EXPECT_EQ(named_iso(message, mapi::PSETID_Appointment, calendar::kEnd), "2014-03-07T00:00:00Z");
    base::IgnoreDiagnostics ignore;
    EXPECT_THAT(calendar_to_ical(message, AddressResolver(message, {}), ignore),
                HasSubstr("DTSTART;VALUE=DATE:20140305\r\nDTEND;VALUE=DATE:20140307\r\n"));
    message = invitation(ics("REQUEST", "DTSTART;VALUE=DATE:20140305\n" + std::string(kPeople)));
    EXPECT_EQ(named(message, mapi::PSETID_Appointment, kDuration, std::int32_t{0}), 1440);
}

std::string answer(std::string_view method, std::string_view state, std::string_view more = {}) {
    return ics(method, std::string(kTimes) + "ORGANIZER:mailto:b@y.example\nATTENDEE;PARTSTAT=" +
                           std::string(state) + ":mailto:a@x.example\n" + std::string(more));
}

/// The first occurrences of a rule from a local time on.
std::vector<std::string> days_of(const std::string& rule, const char* start) {
    std::vector<std::string> days;
    icalrecur_iterator* iterator = icalrecur_iterator_new(
        icalrecurrencetype_from_string(rule.c_str()), icaltime_from_string(start));
    for (int i = 0; iterator != nullptr && i < 60; ++i) {
        const icaltimetype day = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(day) != 0) {
            break;
        }
        days.emplace_back(icaltime_as_ical_string(day));
    }
    icalrecur_iterator_free(iterator);
    return days;
}

std::string series(const std::string& rule, std::string_view more = {}) {
    return ics("REQUEST",
               "DTSTART;TZID=Europe/Berlin:20140303T100000\n"
               "DTEND;TZID=Europe/Berlin:20140303T110000\nRRULE:" +
                   rule + "\n" + std::string(more) + std::string(kPeople),
               kBerlin);
}

TEST(Series, HaveThePatternOfOutlook) {
    for (const char* rule :
         {"FREQ=DAILY;COUNT=5", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE",
          "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=9", "FREQ=MONTHLY;UNTIL=20141103T090000Z",
          "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO", "FREQ=MONTHLY;BYMONTHDAY=3;COUNT=4",
          "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO;BYSETPOS=1",
          "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "FREQ=YEARLY;COUNT=3",
          "FREQ=YEARLY;BYMONTH=3;BYDAY=1MO", "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYMONTHDAY=3"}) {
        const mapi::Message message = invitation(series(rule));
        EXPECT_EQ(class_of(message), "IPM.Schedule.Meeting.Request") << rule;
        const auto pattern =
            decode_recurrence(named(message, mapi::PSETID_Appointment, kRecurrence, base::Bytes()));
        ASSERT_TRUE(pattern) << rule;
        const bool by_date = pattern->end == Recurrence::End::ByDate;
        EXPECT_EQ(days_of(rrule(*pattern, by_date ? "20141103T090000Z" : ""), "20140303T100000"),
                  days_of(rule, "20140303T100000"))
            << rule;
        EXPECT_EQ(pattern->start_offset, 600U);
        EXPECT_EQ(pattern->end_offset, 660U);
        EXPECT_TRUE(named(message, mapi::PSETID_Appointment, kRecurring, false));
        EXPECT_THAT(make_mail(message).text, HasSubstr(std::string("RRULE:") + rule));
    }
}

TEST(Series, ThatEndOnADateCountTheirOccurrences) {
    const auto pattern_until = [](const std::string& until) {
        const mapi::Message message = invitation(series("FREQ=WEEKLY;UNTIL=" + until));
        return decode_recurrence(
            named(message, mapi::PSETID_Appointment, kRecurrence, base::Bytes()));
    };
    // Monday the 7th of April, ten o'clock in summer, is 08:00 in UTC.
    const auto six = pattern_until("20140407T080000Z");
    ASSERT_TRUE(six);
    EXPECT_EQ(six->count, 6U);
    EXPECT_EQ(base::iso8601(since_1601(six->end_date)), "2014-04-07T00:00:00Z");
    EXPECT_EQ(pattern_until("20140407T075959Z")->count, 5U);
    EXPECT_EQ(pattern_until("20140407")->count, 6U);
    const mapi::Message endless = invitation(series("FREQ=WEEKLY"));
    EXPECT_EQ(named_iso(endless, mapi::PSETID_Appointment, kClipEnd), "4500-08-31T23:59:00Z");
    EXPECT_EQ(named_iso(endless, mapi::PSETID_Appointment, kClipStart), "2014-03-03T00:00:00Z");
}

TEST(Series, OfOtherPatternsAreMail) {
    for (const char* rule :
         {"FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=TU", "FREQ=MONTHLY;BYMONTHDAY=31",
          "FREQ=MONTHLY;BYMONTHDAY=3,4", "FREQ=MONTHLY;BYDAY=1MO,3MO", "FREQ=MONTHLY;BYDAY=-2MO",
          "FREQ=YEARLY;BYMONTH=3,4", "FREQ=YEARLY;BYDAY=1MO", "FREQ=YEARLY;BYWEEKNO=10",
          "FREQ=DAILY;BYDAY=MO", "FREQ=DAILY;COUNT=5001", "FREQ=DAILY;BYHOUR=10,11",
          "FREQ=DAILY;INTERVAL=100", "nothing"}) {
        EXPECT_EQ(class_of(invitation(series(rule))), "IPM.Note") << rule;
    }
    for (const char* more : {"EXDATE;TZID=Europe/Berlin:20140304T100000\n",
                             "RDATE;TZID=Europe/Berlin:20140304T120000\n", "RRULE:FREQ=WEEKLY\n",
                             "RECURRENCE-ID:20140303T090000Z\n"}) {
        EXPECT_EQ(class_of(invitation(series("FREQ=DAILY", more))), "IPM.Note") << more;
    }
}

// What Outlook wrote for every 25th of December (christmas.tnef of MimeKit's test data).
TEST(Series, AreEncodedAsOutlookDoes) {
    const std::string outlook =
        "043004300d2002000000c05607000c0000000000000019000000232000000a0000000000000000000000"
        "00000000006f1a0ddf80e95a0630000009300000a40100001c02000000000000000000000000";
    base::Bytes bytes;
    for (std::size_t i = 0; i < outlook.size(); i += 2) {
        bytes.push_back(static_cast<std::byte>(std::stoi(outlook.substr(i, 2), nullptr, 16)));
    }
    const auto pattern = decode_recurrence(bytes);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(rrule(*pattern, {}), "FREQ=YEARLY;BYMONTHDAY=25;BYMONTH=12");
    EXPECT_EQ(base::to_hex(encode_recurrence(*pattern)), outlook);
}

// [MS-OXOCAL] 2.2.1.44.1
TEST(Series, SayWhereInTheirPeriodTheyLie) {
    const auto first_date_time = [](const std::string& rule) {
        const mapi::Message message = invitation(series(rule));
        const auto bytes = named(message, mapi::PSETID_Appointment, kRecurrence, base::Bytes());
        return bytes.size() < 14 ? 0U : std::uint32_t{base::read_record<base::le32>(bytes, 10)};
    };
    constexpr std::uint32_t kDay = 1440;
    // The 3rd of March 2014 is day 150,906 from the 1st of January 1601, a Monday, on.
    EXPECT_EQ(first_date_time("FREQ=DAILY;INTERVAL=7"), 150'906 % 7 * kDay);
    EXPECT_EQ(first_date_time("FREQ=WEEKLY"), 0U);
    EXPECT_EQ(first_date_time("FREQ=WEEKLY;WKST=SU"), 6 * kDay);
    EXPECT_EQ(first_date_time("FREQ=WEEKLY;INTERVAL=2"), 150'906 / 7 % 2 * 7 * kDay);
    EXPECT_EQ(first_date_time("FREQ=MONTHLY"), 0U);
    EXPECT_EQ(first_date_time("FREQ=MONTHLY;INTERVAL=12"), (31 + 28) * kDay);
    EXPECT_EQ(first_date_time("FREQ=YEARLY"), (31 + 28) * kDay);
}

TEST(MeetingAnswers, AreOfTheirKind) {
    struct Row {
        const char* state;
        const char* message_class;
        std::int32_t response;
    };
    for (const Row& row : {Row{"ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos", 3},
                           Row{"tentative", "IPM.Schedule.Meeting.Resp.Tent", 2},
                           Row{"DECLINED", "IPM.Schedule.Meeting.Resp.Neg", 4}}) {
        const mapi::Message message = invitation(answer("REPLY", row.state));
        EXPECT_EQ(class_of(message), row.message_class);
        EXPECT_EQ(named(message, mapi::PSETID_Appointment, kResponseStatus, std::int32_t{0}),
                  row.response);
        EXPECT_EQ(named_iso(message, mapi::PSETID_Meeting, kAttendeeCriticalChange),
                  "2014-03-01T10:00:00Z");
        EXPECT_EQ(calendar_method(message.properties), "REPLY");
    }
    EXPECT_EQ(class_of(invitation(answer("REPLY", "NEEDS-ACTION"))), "IPM.Note");
    EXPECT_EQ(class_of(invitation(answer("REPLY", "DELEGATED"))), "IPM.Note");
    EXPECT_EQ(class_of(invitation(answer("REPLY", "ACCEPTED"), "Other <o@x.example>")), "IPM.Note")
        << "another one's answer";
}

TEST(MeetingAnswers, MayProposeAnotherTime) {
    const mapi::Message message = invitation(answer("COUNTER", "TENTATIVE",
                                                    "X-MS-OLK-ORIGINALSTART:20140304T100000Z\n"
                                                    "X-MS-OLK-ORIGINALEND:20140304T110000Z\n"));
    EXPECT_EQ(class_of(message), "IPM.Schedule.Meeting.Resp.Tent");
    EXPECT_TRUE(named(message, mapi::PSETID_Appointment, kIsCounterProposal, false));
    EXPECT_EQ(named_iso(message, mapi::PSETID_Appointment, kProposedStart), "2014-03-05T10:00:00Z");
    EXPECT_EQ(named_iso(message, mapi::PSETID_Appointment, calendar::kStart),
              "2014-03-04T10:00:00Z");
    EXPECT_THAT(make_mail(message).text, HasSubstr("METHOD:COUNTER\r\n"));
    EXPECT_EQ(class_of(invitation(answer("COUNTER", "ACCEPTED"))), "IPM.Note");
}

TEST(MeetingCancellations, AreOfTheirKind) {
    const mapi::Message message =
        invitation(ics("CANCEL", std::string(kTimes) + std::string(kPeople)));
    EXPECT_EQ(class_of(message), "IPM.Schedule.Meeting.Canceled");
    EXPECT_EQ(named(message, mapi::PSETID_Appointment, kStateFlags, std::int32_t{0}), 7);
}

TEST(CalendarMail, ThatNoFormTellsRightlyStaysMail) {
    const std::string good = std::string(kTimes) + std::string(kPeople);
    const std::string event = request().substr(request().find("BEGIN:VEVENT"));
    const std::pair<const char*, std::string> rows[] = {
        {"an occurrence", ics("REQUEST", good + "RECURRENCE-ID:20140305T100000Z\n")},
        {"dates", ics("REQUEST", good + "RDATE:20140306T100000Z\n")},
        {"a method for other things", ics("ADD", good)},
        {"refresh", ics("REFRESH", good)},
        {"no invitation", ics("PUBLISH", good)},
        {"no start", ics("REQUEST", std::string(kPeople))},
        {"a time of nowhere", ics("REQUEST", "DTSTART:20140305T100000\n" + std::string(kPeople))},
        {"a bad date", ics("REQUEST", "DTSTART:20141399T100000Z\n" + std::string(kPeople))},
        {"the end first", ics("REQUEST", "DTSTART:20140305T100000Z\nDTEND:20140305T090000Z\n" +
                                             std::string(kPeople))},
        {"nobody asks", ics("REQUEST", kTimes)},
        {"another one asks",
         ics("REQUEST", std::string(kTimes) + "ORGANIZER:mailto:else@x.example\n")},
        {"two events", request().substr(0, request().find("END:VCALENDAR")) + event},
        {"a task", ics("REQUEST", good, "BEGIN:VTODO\nUID:t\nEND:VTODO\n")},
        {"cut short", request().substr(0, 60)},
        {"no calendar", "nothing"},
        {"nothing", ""},
    };
    for (const auto& [what, calendar] : rows) {
        const mapi::Message message = invitation(calendar);
        EXPECT_EQ(class_of(message), "IPM.Note") << what;
        ASSERT_EQ(message.attachments.size(), 1U) << what;
        EXPECT_FALSE(test::hidden(message.attachments[0])) << what;
        EXPECT_EQ(message.properties.find({mapi::PSETID_Appointment, calendar::kStart}), nullptr)
            << what;
    }
    const mapi::Message other =
        test::mapi_of(test::mail_of(mail_source(alternative(request(), "; method=PUBLISH"))));
    EXPECT_EQ(class_of(other), "IPM.Note") << "the mail says another method";
}

TEST(CalendarMail, GoesBackToItsPlace) {
    const std::string occurrence = ics(
        "REQUEST", std::string(kTimes) + std::string(kPeople) + "RECURRENCE-ID:20140305T100000Z\n");
    const MadeMail mail = make_mail(invitation(occurrence));
    EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/html,text/calendar)");
    EXPECT_THAT(mail.text, HasSubstr("method=REQUEST"));
    EXPECT_THAT(mail.text, HasSubstr(occurrence));
}

TEST(CalendarMail, AttachedFilesSayTheirMethod) {
    const mapi::Message message = test::mapi_of(test::mail_of(
        mail_source(test::crlf("Content-Type: multipart/mixed; boundary=B\n\n"
                               "--B\nContent-Type: text/plain\n\nsee\n"
                               "--B\nContent-Type: text/calendar; name=i.ics\n"
                               "Content-Disposition: attachment; filename=i.ics\n\n") +
                    request() + "\r\n--B--\r\n")));
    EXPECT_EQ(class_of(message), "IPM.Note");
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/mixed(text/plain,text/calendar)");
    EXPECT_THAT(mail.text, HasSubstr("Content-Type: text/calendar; method=REQUEST; name=i.ics"));
    EXPECT_EQ(method_of_ical("x\r\nmethod: reply \r\n"), "REPLY");
    EXPECT_EQ(method_of_ical("METHOD:A;b=c"), "");
}

TEST(CalendarReader, SurvivesWhatIsMadeToBreakIt) {
    std::string deep = "BEGIN:VCALENDAR\r\n";
    for (int i = 0; i < 100'000; ++i) {
        deep += "BEGIN:VEVENT\r\n";
    }
    EXPECT_FALSE(read_ical(deep)) << "nested deeper than anybody means";
    EXPECT_FALSE(read_ical(std::string(std::size_t{2} << 20, 'x')));
    EXPECT_FALSE(read_ical("BEGIN:VEVENT\r\nEND:VEVENT\r\n"));
    EXPECT_FALSE(read_ical("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"));
    const std::string whole = berlin("20140705T100000", "20140705T110000");
    for (std::size_t n = 0; n < whole.size(); ++n) {
        read_meeting(std::string_view(whole).substr(0, n));
        std::string broken = whole;
        broken[n] = static_cast<char>(broken[n] ^ 0x15);
        read_meeting(broken);
    }
    EXPECT_TRUE(read_meeting(whole));
}

}  // namespace
}  // namespace mbx::convert
