// Items that are no plain mail: reports, meetings, appointments, contacts, tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libical/ical.h>

#include <memory>

#include "convert/address_resolution.hpp"
#include "convert/calendar_to_ical.hpp"
#include "convert/contact_to_vcard.hpp"
#include "convert/recurrence.hpp"
#include "convert/time_zone.hpp"
#include "to_mail_fixture.hpp"

namespace mbx::convert {
namespace {

using ::testing::HasSubstr;

mapi::Message item(const std::string& message_class) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagMessageClass, message_class);
    return message;
}

template <typename T>
void set_named(mapi::Message& message, const base::Guid& set, std::uint32_t lid,
               mapi::PropertyType type, T value) {
    message.properties.set(mapi::PropertyName{set, lid}, type, std::move(value));
}

AddressResolver resolver_of(const mapi::Message& message) {
    return AddressResolver(message, {});
}

std::string ical(const mapi::Message& message) {
    base::IgnoreDiagnostics ignore;
    std::string text = calendar_to_ical(message, resolver_of(message), ignore);
    const std::unique_ptr<icalcomponent, void (*)(icalcomponent*)> parsed(
        icalparser_parse_string(text.c_str()), icalcomponent_free);
    EXPECT_TRUE(parsed) << text;
    EXPECT_EQ(parsed ? icalcomponent_count_errors(parsed.get()) : -1, 0) << text;
    // RFC 5546 wants an organizer in what is published; an appointment of one person has none.
    EXPECT_TRUE(calendar_method(message.properties) == "PUBLISH" ||
                (parsed && icalrestriction_check(parsed.get()) != 0))
        << text;
    return text;
}

/// Folding undone.
std::string unfolded(std::string text) {
    for (std::size_t at = text.find("\r\n "); at != std::string::npos;
         at = text.find("\r\n ", at)) {
        text.erase(at, 3);
    }
    return text;
}

TEST(Reports, OfFailedDelivery) {
    mapi::Message message = item("REPORT.IPM.Note.NDR");
    message.properties.set(mapi::PidTagReportingMessageTransferAgent, std::string("mta.example"));
    message.properties.set(mapi::PidTagReceivedBySmtpAddress, std::string("owner@y.example"));
    message.properties.set(mapi::PidTagReceivedByName, std::string("Owner"));
    message.recipients.front().set(tag(0x0C200003), std::int32_t{511});
    message.recipients.front().set(tag(0x0C1B001F),
                                   std::string("<mta.example #5.1.1 smtp;550 no such user>"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/report(text/plain,message/delivery-status)");
    EXPECT_EQ(mail.field("To"), "Owner <owner@y.example>");
    EXPECT_THAT(mail.text, HasSubstr("Reporting-MTA: dns; mta.example\r\n"
                                     "\r\n"
                                     "Final-Recipient: rfc822; b@y.example\r\n"
                                     "Action: failed\r\n"
                                     "Status: 5.1.1\r\n"
                                     "Diagnostic-Code: smtp;550 no such user\r\n"
                                     "X-Display-Name: B\r\n"));
}

TEST(Reports, OfReading) {
    mapi::Message message = item("REPORT.IPM.Note.IPNRN");
    message.properties.set(mapi::PidTagOriginalMessageId, std::string("<0@x.example>"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/report(text/plain,message/disposition-notification)");
    EXPECT_THAT(mail.text,
                HasSubstr("Final-Recipient: rfc822; a@x.example\r\n"
                          "Original-Message-ID: <0@x.example>\r\n"
                          "Disposition: manual-action/MDN-sent-automatically; displayed\r\n"));
    message.properties.set(mapi::PidTagMessageClass, std::string("REPORT.IPM.Note.IPNNRN"));
    EXPECT_THAT(make_mail(message).text, HasSubstr("MDN-sent-automatically; deleted\r\n"));
}

// 2024-01-01T09:00:00Z and 10:00:00Z
constexpr base::FileTime kNine{133'485'732'000'000'000};
constexpr base::FileTime kTen{133'485'768'000'000'000};

mapi::Message appointment(const std::string& message_class = "IPM.Appointment") {
    mapi::Message message = item(message_class);
    set_named(message, mapi::PSETID_Appointment, 0x820D, mapi::PropertyType::Time, kNine);
    set_named(message, mapi::PSETID_Appointment, 0x820E, mapi::PropertyType::Time, kTen);
    set_named(message, mapi::PSETID_Appointment, 0x8208, mapi::PropertyType::String,
              std::string("Room; 1, Zürich"));
    return message;
}

void append_system_time(base::Bytes& to, int month, int weekday, int week, int hour) {
    for (const int value : {0, month, weekday, week, hour, 0, 0, 0}) {
        base::append_le<std::uint16_t>(to, static_cast<std::uint16_t>(value));
    }
}

/// Central Europe, as PidLidTimeZoneStruct.
base::Bytes central_europe() {
    base::Bytes bytes;
    for (const std::int32_t bias : {-60, 0, -60}) {
        base::append_le<std::uint32_t>(bytes, static_cast<std::uint32_t>(bias));
    }
    base::append_le<std::uint16_t>(bytes, 0U);
    append_system_time(bytes, 10, 0, 5, 3);
    base::append_le<std::uint16_t>(bytes, 0U);
    append_system_time(bytes, 3, 0, 5, 2);
    return bytes;
}

void set_zone(mapi::Message& message) {
    set_named(message, mapi::PSETID_Appointment, 0x8233, mapi::PropertyType::Binary,
              central_europe());
    set_named(message, mapi::PSETID_Appointment, 0x8234, mapi::PropertyType::String,
              std::string("Central Europe"));
}

TEST(TimeZones, ChangeOnTheRightDays) {
    const auto rule = decode_time_zone_struct(central_europe());
    ASSERT_TRUE(rule);
    EXPECT_EQ(utc_offset(*rule, {1711846799}), 60);   // 2024-03-31T00:59:59Z
    EXPECT_EQ(utc_offset(*rule, {1711846800}), 120);  // one second later
    EXPECT_EQ(utc_offset(*rule, {1729990799}), 120);  // 2024-10-27T00:59:59Z
    EXPECT_EQ(utc_offset(*rule, {1729990800}), 60);
    EXPECT_FALSE(decode_time_zone_struct(base::Bytes(47)));
    EXPECT_FALSE(decode_time_zone_definition(base::Bytes(20)));
}

TEST(Meetings, RequestsCarryTheirCalendar) {
    mapi::Message message = appointment("IPM.Schedule.Meeting.Request");
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/calendar)");
    EXPECT_THAT(mail.text, HasSubstr("Content-Type: text/calendar; charset=utf-8; method=REQUEST"));
    const std::string text = unfolded(ical(message));
    EXPECT_THAT(text, HasSubstr("METHOD:REQUEST\r\n"));
    EXPECT_THAT(text, HasSubstr("DTSTART:20240101T090000Z\r\nDTEND:20240101T100000Z\r\n"));
    EXPECT_THAT(text, HasSubstr("LOCATION:Room\\; 1\\, Zürich\r\n"));
    EXPECT_THAT(text, HasSubstr("ORGANIZER;CN=A:mailto:a@x.example\r\n"));
    EXPECT_THAT(text,
                HasSubstr("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=B:"
                          "mailto:b@y.example\r\n"));
}

TEST(Meetings, AnswersNameWhoAnswers) {
    mapi::Message message = appointment("IPM.Schedule.Meeting.Resp.Neg");
    const std::string text = unfolded(ical(message));
    EXPECT_THAT(text, HasSubstr("METHOD:REPLY\r\n"));
    EXPECT_THAT(text, HasSubstr("ORGANIZER;CN=B:mailto:b@y.example\r\n"
                                "ATTENDEE;PARTSTAT=DECLINED;CN=A:mailto:a@x.example\r\n"));
    set_named(message, mapi::PSETID_Appointment, 0x8257, mapi::PropertyType::Boolean, true);
    EXPECT_EQ(calendar_method(message.properties), "COUNTER");
    EXPECT_EQ(calendar_method(item("IPM.Schedule.Meeting.Canceled").properties), "CANCEL");
}

TEST(Meetings, KeepTheUidOfOtherPrograms) {
    mapi::Message message = appointment();
    base::Bytes id(40, std::byte{1});
    base::append(id, base::as_bytes(std::string_view("vCal-Uid\x01\0\0\0uid-1@host\0", 23)));
    set_named(message, mapi::PSETID_Meeting, 0x0003, mapi::PropertyType::Binary, id);
    EXPECT_THAT(ical(message), HasSubstr("UID:uid-1@host\r\n"));
    set_named(message, mapi::PSETID_Meeting, 0x0003, mapi::PropertyType::Binary,
              base::Bytes(20, std::byte{0xAB}));
    EXPECT_THAT(ical(message), HasSubstr("UID:ABABABABABABABABABABABABABABABAB00000000\r\n"));
}

TEST(Appointments, BecomeReadableMailWithAFile) {
    const MadeMail mail = make_mail(appointment());
    EXPECT_EQ(mail.tree, "multipart/mixed(text/plain,text/calendar)");
    EXPECT_EQ(mail.field("X-MAPI-Message-Class"), "IPM.Appointment");
    EXPECT_THAT(mail.text, HasSubstr("Start: 2024-01-01 09:00:00 UTC\r\n"));
    EXPECT_THAT(mail.text, HasSubstr("filename=event.ics"));
}

TEST(Appointments, OfAllDayAreDates) {
    mapi::Message message = appointment();
    set_zone(message);
    set_named(message, mapi::PSETID_Appointment, 0x8215, mapi::PropertyType::Boolean, true);
    EXPECT_THAT(ical(message), HasSubstr("DTSTART;TZID=Central Europe:20240101T100000\r\n"))
        << "not on midnight: times";
    // local midnights, 2023-12-31T23:00Z and a day later
    set_named(message, mapi::PSETID_Appointment, 0x820D, mapi::PropertyType::Time,
              base::FileTime{133'485'372'000'000'000});
    set_named(message, mapi::PSETID_Appointment, 0x820E, mapi::PropertyType::Time,
              base::FileTime{133'486'236'000'000'000});
    EXPECT_THAT(ical(message),
                HasSubstr("DTSTART;VALUE=DATE:20240101\r\nDTEND;VALUE=DATE:20240102\r\n"));
}

constexpr std::uint32_t kMidnight =
    222'475'680 - 222'475'680 % 1440;  // some day, in minutes since 1601

base::Bytes weekly_pattern(bool with_exception) {
    // every second week on Monday and Friday, ten times
    base::Bytes bytes;
    for (const int value : {0x3004, 0x3004, 0x200B, 0x0001, 0x0000}) {
        base::append_le(bytes, static_cast<std::uint16_t>(value));
    }
    const auto put = [&](std::initializer_list<std::uint32_t> values) {
        for (const std::uint32_t value : values) {
            base::append_le(bytes, value);
        }
    };
    put({0, 2, 0, 0x22, 0x2022, 10, 1});
    if (with_exception) {
        put({2, kMidnight + 1440 * 4, kMidnight + 1440 * 14, 1, kMidnight + 1440 * 14});
    } else {
        put({0, 0});
    }
    put({kMidnight, kMidnight + 1440 * 30, 0x3006, 0x3009, 600, 660});
    base::append_le<std::uint16_t>(bytes, with_exception ? std::uint16_t{1} : std::uint16_t{0});
    if (with_exception) {
        const std::uint32_t day = kMidnight + 1440 * 14;
        put({day + 720, day + 780, day + 600});
        base::append_le<std::uint16_t>(bytes, 0x0011U);  // subject, location
        for (const std::string_view text : {"moved", "there"}) {
            base::append_le<std::uint16_t>(bytes, static_cast<std::uint16_t>(text.size() + 1));
            base::append_le<std::uint16_t>(bytes, static_cast<std::uint16_t>(text.size()));
            base::append(bytes, base::as_bytes(text));
        }
    }
    return bytes;
}

TEST(Recurrences, OfWeeks) {
    const auto recurrence = decode_recurrence(weekly_pattern(true));
    ASSERT_TRUE(recurrence);
    EXPECT_EQ(rrule(*recurrence, {}), "FREQ=WEEKLY;COUNT=10;INTERVAL=2;BYDAY=MO,FR;WKST=MO");
    EXPECT_EQ(recurrence->start_offset, 600U);
    ASSERT_EQ(recurrence->exceptions.size(), 1U);
    EXPECT_EQ(recurrence->exceptions[0].subject, "moved");
    EXPECT_EQ(recurrence->exceptions[0].location, "there");
}

/// A pattern of months or years ([MS-OXOCAL] 2.2.1.44.1) that never ends.
base::Bytes monthly_pattern(std::uint16_t frequency, std::uint16_t type, std::uint32_t months,
                            std::initializer_list<std::uint32_t> specific) {
    base::Bytes bytes;
    for (const std::uint16_t value :
         {std::uint16_t{0x3004}, std::uint16_t{0x3004}, frequency, type, std::uint16_t{0}}) {
        base::append_le(bytes, value);
    }
    const auto put = [&](std::initializer_list<std::uint32_t> values) {
        for (const std::uint32_t value : values) {
            base::append_le(bytes, value);
        }
    };
    put({0, months, 0});
    put(specific);
    put({0x2023, 10, 0, 0, 0, kMidnight, 0x5AE980DF, 0x3006, 0x3009, 600, 660});
    base::append_le(bytes, std::uint16_t{0});
    return bytes;
}

TEST(Recurrences, OfMonthsAndYears) {
    const auto rule = [](const base::Bytes& pattern) {
        const auto recurrence = decode_recurrence(pattern);
        return recurrence ? rrule(*recurrence, {}) : "none";
    };
    constexpr std::uint16_t kMonthly = 0x200C;
    constexpr std::uint16_t kYearly = 0x200D;
    constexpr std::uint16_t kDay = 2;
    constexpr std::uint16_t kNth = 3;
    EXPECT_EQ(rule(monthly_pattern(kMonthly, kDay, 1, {15})), "FREQ=MONTHLY;BYMONTHDAY=15");
    EXPECT_EQ(rule(monthly_pattern(kMonthly, kDay, 3, {31})),
              "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1");
    EXPECT_EQ(rule(monthly_pattern(kMonthly, kNth, 1, {0x04, 2})),
              "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2");
    EXPECT_EQ(rule(monthly_pattern(kMonthly, kNth, 2, {0x3E, 5})),
              "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1");
    EXPECT_EQ(rule(monthly_pattern(kYearly, kNth, 24, {0x01, 1})),
              "FREQ=YEARLY;INTERVAL=2;BYDAY=SU;BYSETPOS=1;BYMONTH=1");
}

TEST(Recurrences, OfMonthsAreReadAsTheyAreMeant) {
    mapi::Message message = appointment();
    set_zone(message);
    set_named(message, mapi::PSETID_Appointment, 0x8216, mapi::PropertyType::Binary,
              monthly_pattern(0x200C, 3, 1, {0x3E, 5}));
    // The last working days from 2024-01-01 on, as another program computes them.
    const std::string text = unfolded(ical(message));
    const std::size_t at = text.find("RRULE:FREQ=MONTHLY;");
    ASSERT_NE(at, std::string::npos) << text;
    const std::string rule = text.substr(at + 6, text.find("\r\n", at) - at - 6);
    icalrecur_iterator* days = icalrecur_iterator_new(icalrecurrencetype_from_string(rule.c_str()),
                                                      icaltime_from_string("20240131T100000"));
    ASSERT_NE(days, nullptr);
    for (const char* day : {"20240131T100000", "20240229T100000", "20240329T100000"}) {
        EXPECT_STREQ(icaltime_as_ical_string(icalrecur_iterator_next(days)), day);
    }
    icalrecur_iterator_free(days);
}

TEST(Recurrences, EveryCutLengthIsSurvived) {
    const base::Bytes pattern = weekly_pattern(true);
    for (std::size_t n = 0; n < pattern.size(); ++n) {
        const auto recurrence = decode_recurrence(base::ByteView(pattern).first(n));
        EXPECT_EQ(recurrence.has_value(), n >= 66) << n;
    }
}

TEST(Recurrences, GiveSeriesWithChangedAndMissingOccurrences) {
    mapi::Message message = appointment();
    set_zone(message);
    set_named(message, mapi::PSETID_Appointment, 0x8216, mapi::PropertyType::Binary,
              weekly_pattern(true));
    const std::string text = unfolded(ical(message));
    EXPECT_THAT(text, HasSubstr("BEGIN:VTIMEZONE\r\nTZID:Central Europe\r\n"));
    EXPECT_THAT(text, HasSubstr("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
                                "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"));
    EXPECT_THAT(text, HasSubstr("RRULE:FREQ=WEEKLY;COUNT=10;INTERVAL=2;BYDAY=MO,FR;WKST=MO\r\n"));
    EXPECT_THAT(text, HasSubstr("EXDATE;TZID=Central Europe:"));
    EXPECT_THAT(text, HasSubstr("RECURRENCE-ID;TZID=Central Europe:"));
    EXPECT_THAT(text, HasSubstr("SUMMARY:moved\r\nLOCATION:there\r\n"));
    const std::size_t first = text.find("EXDATE");
    EXPECT_EQ(text.find("EXDATE", first + 1), std::string::npos)
        << "a changed occurrence is not a missing one";
}

TEST(Recurrences, OfUnknownCalendarsAreReported) {
    mapi::Message message = appointment();
    base::Bytes pattern = weekly_pattern(false);
    pattern[6] = std::byte{0x0A};  // a month of the Hijri calendar
    set_named(message, mapi::PSETID_Appointment, 0x8216, mapi::PropertyType::Binary, pattern);
    EXPECT_TRUE(make_mail(message).lost("lossy-recurrence"));
}

TEST(Contacts, BecomeCards) {
    mapi::Message message = item("IPM.Contact");
    mapi::PropertyBag& p = message.properties;
    message.recipients.clear();
    p.set(tag(0x3001001F), std::string("Dr. Ada Lovelace"));
    p.set(tag(0x3A11001F), std::string("Lovelace"));
    p.set(tag(0x3A06001F), std::string("Ada"));
    p.set(tag(0x3A45001F), std::string("Dr."));
    p.set(tag(0x3A08001F), std::string("+44 1"));
    set_named(message, mapi::PSETID_Address, 0x8083, mapi::PropertyType::String,
              std::string("ada@x.example"));
    set_named(message, mapi::PSETID_Address, 0x8082, mapi::PropertyType::String,
              std::string("SMTP"));
    set_named(message, mapi::PSETID_Address, 0x8045, mapi::PropertyType::String,
              std::string("1 Street"));
    set_named(message, mapi::PSETID_Address, 0x8049, mapi::PropertyType::String, std::string("UK"));
    mapi::Attachment photo = file_attachment("ContactPicture.jpg", "\xFF\xD8\xFFphoto");
    photo.properties.set(mapi::PidTagAttachmentContactPhoto, true);
    message.attachments.push_back(std::move(photo));
    const std::string card = unfolded(contact_to_vcard(message, resolver_of(message)));
    EXPECT_THAT(card, HasSubstr("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Dr. Ada Lovelace\r\n"));
    EXPECT_THAT(card, HasSubstr("N:Lovelace;Ada;;Dr.;\r\n"));
    EXPECT_THAT(card, HasSubstr("EMAIL;TYPE=INTERNET:ada@x.example\r\n"));
    EXPECT_THAT(card, HasSubstr("TEL;TYPE=WORK;TYPE=VOICE:+44 1\r\n"));
    EXPECT_THAT(card, HasSubstr("ADR;TYPE=WORK:;;1 Street;;;;UK\r\n"));
    EXPECT_THAT(card, HasSubstr("PHOTO;ENCODING=b;TYPE=JPEG:/9j/cGhvdG8=\r\n"));
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, HasSubstr("filename=contact.vcf"));
    EXPECT_THAT(mail.text, HasSubstr("E-mail: ada@x.example\r\n"));
    EXPECT_EQ(mail.field("X-MAPI-Message-Class"), "IPM.Contact");
}

TEST(Contacts, BirthdaysAreTheDayThatTheWriterSaw) {
    const auto birthday = [](std::int64_t seconds) {
        mapi::Message message = item("IPM.Contact");
        message.properties.set(tag(0x3A420040), *base::to_file_time({seconds}));
        const std::string card = contact_to_vcard(message, resolver_of(message));
        const std::size_t at = card.find("BDAY;VALUE=date:");
        return at == std::string::npos ? std::string() : card.substr(at + 16, 10);
    };
    EXPECT_EQ(birthday(10'796'400), "1970-05-06");  // 1970-05-05T23:00Z, midnight in the east
    EXPECT_EQ(birthday(10'818'000), "1970-05-06");  // 05:00Z, midnight in the west
    EXPECT_EQ(birthday(10'843'140), "1970-05-06");  // 11:59Z, what newer versions store
}

TEST(Contacts, GroupsNameTheirMembers) {
    mapi::Message message = item("IPM.DistList");
    message.recipients.clear();
    message.properties.set(tag(0x3001001F), std::string("Group"));
    set_named(message, mapi::PSETID_Address, 0x8054, mapi::PropertyType::MultipleBinary,
              std::vector<base::Bytes>{encode_one_off({"M", "SMTP", "m@x.example"}),
                                       encode_one_off({"N", "EX", "/o=A/cn=N"})});
    const std::string card = distribution_list_to_vcard(message, resolver_of(message));
    EXPECT_THAT(card, HasSubstr("VERSION:4.0\r\nFN:Group\r\n"));
    EXPECT_THAT(card, HasSubstr("KIND:group\r\nMEMBER:mailto:m@x.example\r\n"));
    EXPECT_THAT(unfolded(card), HasSubstr("Members without an address:\\nN"));
}

TEST(Tasks, BecomeToDos) {
    mapi::Message message = item("IPM.Task");
    message.recipients.clear();
    set_named(message, mapi::PSETID_Task, 0x8105, mapi::PropertyType::Time, kNine);
    set_named(message, mapi::PSETID_Task, 0x8101, mapi::PropertyType::Integer32, std::int32_t{1});
    set_named(message, mapi::PSETID_Task, 0x8102, mapi::PropertyType::Floating64, 0.25);
    base::IgnoreDiagnostics ignore;
    const std::string text = task_to_ical(message, resolver_of(message), ignore);
    EXPECT_THAT(text, HasSubstr("BEGIN:VTODO\r\n"));
    EXPECT_THAT(text, HasSubstr("DUE;VALUE=DATE:20240101\r\nSTATUS:IN-PROCESS\r\n"
                                "PERCENT-COMPLETE:25\r\n"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/mixed(text/plain,text/calendar)");
    EXPECT_THAT(mail.text, HasSubstr("Status: in progress\r\n"));
}

TEST(OtherItems, AreMail) {
    for (const std::string name : {"IPM.Post", "IPM.StickyNote", "IPM.Activity", "IPM.Document.x",
                                   "IPM.Note.Microsoft.Voicemail.UM", "IPM.InfoPathForm.x.y"}) {
        EXPECT_EQ(make_mail(item(name)).tree, "text/plain") << name;
    }
    EXPECT_EQ(make_mail(item("IPM.Note.Microsoft.Voicemail.UM")).field("Content-Class"), "voice");
    EXPECT_EQ(make_mail(item("IPM.InfoPathForm.x.y")).field("Content-Class"), "InfoPathForm.x");
}

}  // namespace
}  // namespace mbx::convert
