// What Outlook does to a message that was imported: which changes leave the original bytes in
// force, and which make the mail that comes back a new one. One row an operation; the properties
// are those that Outlook writes for it.
#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "base/byte_source.hpp"
#include "base/diagnostics.hpp"
#include "convert/to_mail.hpp"
#include "convert/to_mapi.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::Message;
using mapi::PropertyName;
using mapi::PropertyTag;
using mapi::PropertyType;
using testing::HasSubstr;
using testing::Not;

constexpr base::FileTime kNow{133'500'000'000'000'000};

std::string file(const std::string& name) {
    return base::read_all_text(*base::file_source(std::string(MBX_TEST_DATA "/mail/") + name),
                               1 << 20);
}

Message imported(const std::string& name) {
    mail::Message mail;
    mail.source = base::memory_source(file(name));
    base::IgnoreDiagnostics ignore;
    return to_mapi(mail, {}, ignore);
}

ConvertedMail exported(const Message& message, const ToMailOptions& options = {}) {
    base::IgnoreDiagnostics ignore;
    return to_mail(message, options, ignore);
}

std::string text_of(const ConvertedMail& mail) {
    return base::read_all_text(*mail.message.source, 1 << 20);
}

void set_integer(Message& message, std::uint16_t id, std::int32_t value) {
    message.properties.set({id, PropertyType::Integer32}, value);
}
void set_time(Message& message, std::uint16_t id) {
    message.properties.set({id, PropertyType::Time}, kNow);
}
void set_binary(Message& message, std::uint16_t id) {
    message.properties.set({id, PropertyType::Binary}, base::Bytes(20, std::byte{7}));
}
PropertyName common(std::uint32_t id) {
    return {mapi::PSETID_Common, id};
}
PropertyName task(std::uint32_t id) {
    return {mapi::PSETID_Task, id};
}
void set_named_time(Message& message, const PropertyName& name) {
    message.properties.set(name, PropertyType::Time, kNow);
}

/// Every change of a message goes along with these.
void saved(Message& message) {
    set_time(message, 0x3008);    // last modification
    set_binary(message, 0x65E2);  // change key
    set_binary(message, 0x65E3);  // predecessors
    message.properties.set({0x3FFA, PropertyType::String}, std::string("John Doe"));
}

void read(Message& message) {
    set_integer(message, 0x0E07,
                message.properties.integer(mapi::PidTagMessageFlags) | 0x0001 | 0x0400);
}

void flag_for_follow_up(Message& message) {
    set_integer(message, 0x1090, 2);  // flag status
    set_integer(message, 0x1095, 6);  // red
    set_integer(message, 0x0E2B, 1);  // to-do item
    message.properties.set(common(0x8530), PropertyType::String, std::string("Follow up"));
    message.properties.set(common(0x85A4), PropertyType::String, std::string("a title"));
    message.properties.set(common(0x85A0), PropertyType::Time, kNow);
    set_named_time(message, task(0x8104));
    set_named_time(message, task(0x8105));
    message.properties.set(task(0x8101), PropertyType::Integer32, std::int32_t{0});
}

struct Harmless {
    const char* what;
    std::function<void(Message&)> apply;
    mail::Flags flags = {};
    std::vector<std::string> keywords = {};
};

const std::vector<Harmless>& harmless() {
    static const std::vector<Harmless> rows{
        {"Read", read, {.seen = true}},
        {"ReadAndUnreadAgain",
         [](Message& m) {
             read(m);
             set_integer(m, 0x0E07, m.properties.integer(mapi::PidTagMessageFlags) & ~1);
         }},
        {"FlaggedForFollowUp", flag_for_follow_up, {.flagged = true}},
        {"FollowUpCompleted",
         [](Message& m) {
             flag_for_follow_up(m);
             set_integer(m, 0x1090, 1);
             set_time(m, 0x1091);
             m.properties.erase(mapi::PidTagFollowupIcon);
             m.properties.set(task(0x811C), PropertyType::Boolean, true);
             set_named_time(m, task(0x810F));
         }},
        {"Reminded",
         [](Message& m) {
             flag_for_follow_up(m);
             m.properties.set(common(0x8503), PropertyType::Boolean, true);
             set_named_time(m, common(0x8502));
             set_named_time(m, common(0x8560));
             m.properties.set(common(0x851C), PropertyType::Boolean, true);
         },
         {.flagged = true}},
        {"Categorised",
         [](Message& m) {
             m.properties.set({mapi::PS_PUBLIC_STRINGS, std::string("Keywords")},
                              PropertyType::MultipleString,
                              std::vector<std::string>{"Work", "Projekt"});
         },
         {},
         {"Projekt", "Work"}},
        {"Answered",
         [](Message& m) {
             set_integer(m, 0x1081, 102);
             set_time(m, 0x1082);
             set_integer(m, 0x1080, 261);
         },
         {.answered = true}},
        {"Forwarded",
         [](Message& m) {
             set_integer(m, 0x1081, 104);
             set_time(m, 0x1082);
             set_integer(m, 0x1080, 262);
         },
         {},
         {"$Forwarded"}},
        {"Moved",
         [](Message& m) {
             set_binary(m, 0x0E09);  // parent
             set_binary(m, 0x0FFF);  // entry id
             set_binary(m, 0x300B);  // search key
         }},
        {"Prioritised", [](Message& m) { set_integer(m, 0x0017, 2); }},
        {"FiltersRan",
         [](Message& m) {
             set_integer(m, 0x4076, 3);  // spam confidence
             m.properties.set(common(0x8580), PropertyType::String, std::string("inet"));
             m.properties.set({mapi::PSETID_Common, std::uint32_t{0x8514}}, PropertyType::Boolean,
                              true);
             m.properties.set(common(0x8510), PropertyType::Integer32, std::int32_t{-1});
         }},
        {"NamesResolved",
         [](Message& m) {
             m.properties.set(mapi::PidTagSenderName, std::string("as in the address book"));
             m.properties.set(mapi::PidTagDisplayTo, std::string("as in the address book"));
             for (mapi::PropertyBag& row : m.recipients) {
                 row.set(mapi::PidTagDisplayName, std::string("as in the address book"));
             }
         }},
        {"AttachmentsShown",
         [](Message& m) {
             std::int32_t number = 0;
             for (mapi::Attachment& attachment : m.attachments) {
                 attachment.properties.set(mapi::PidTagRenderingPosition, std::int32_t{-1});
                 attachment.properties.set(mapi::PidTagAttachNumber, number++);
                 attachment.properties.set(mapi::PidTagAttachRendering, base::Bytes(9));
                 attachment.properties.set({0x7FFE, PropertyType::Boolean}, false);
             }
         }},
    };
    return rows;
}

struct Edit {
    const char* what;
    std::function<void(Message&)> apply;
    const char* file = "03-attachments.eml";
};

void set_text(Message& message, PropertyTag tag, const std::string& text) {
    message.properties.set(tag, text);
}

std::string body_of(const Message& message) {
    return message.properties.text(mapi::PidTagBody).value_or("");
}

const std::vector<Edit>& edits() {
    static const std::vector<Edit> rows{
        {"Subject", [](Message& m) { set_text(m, mapi::PidTagSubject, "another one"); }},
        {"BodyAppendedTo",
         [](Message& m) { set_text(m, mapi::PidTagBody, body_of(m) + "PS\r\n"); }},
        {"BodyOfTheSameLength",
         [](Message& m) {
             std::string body = body_of(m);
             body.at(body.size() / 2) = '#';
             set_text(m, mapi::PidTagBody, body);
         }},
        {"BodyEmptied", [](Message& m) { m.properties.erase(mapi::PidTagBody); }},
        {"HtmlChanged",
         [](Message& m) {
             base::Bytes html = m.properties.binary(mapi::PidTagHtml).value();
             html.at(html.size() / 2) = std::byte{'#'};
             m.properties.set(mapi::PidTagHtml, html);
         },
         "02-html-inline-image.eml"},
        {"HtmlGone", [](Message& m) { m.properties.erase(mapi::PidTagHtml); },
         "02-html-inline-image.eml"},
        {"TurnedIntoHtml",
         [](Message& m) {
             m.properties.set(mapi::PidTagHtml, base::to_bytes("<p>written by Outlook</p>"));
         }},
        {"TurnedIntoRtf", [](Message& m) { set_binary(m, 0x1009); }},
        {"HeaderTextGone",
         [](Message& m) { m.properties.erase(mapi::PidTagTransportMessageHeaders); }},
        {"RecipientAdded",
         [](Message& m) {
             mapi::PropertyBag row;
             row.set(mapi::PidTagRecipientType, std::int32_t{2});
             row.set(mapi::PidTagSmtpAddress, std::string("new@example.org"));
             m.recipients.push_back(std::move(row));
         }},
        {"RecipientGone", [](Message& m) { m.recipients.clear(); }},
        {"RecipientFromToToBcc",
         [](Message& m) { m.recipients.at(0).set(mapi::PidTagRecipientType, std::int32_t{3}); }},
        {"RecipientAddress",
         [](Message& m) {
             m.recipients.at(0).set(mapi::PidTagSmtpAddress, std::string("new@example.org"));
         }},
        {"AttachmentAdded",
         [](Message& m) {
             mapi::Attachment attachment;
             attachment.properties.set({0x3705, PropertyType::Integer32}, std::int32_t{1});
             attachment.properties.set(mapi::PidTagAttachLongFilename, std::string("new.txt"));
             attachment.data = base::memory_source(std::string("new"));
             m.attachments.push_back(std::move(attachment));
         }},
        {"AttachmentGone", [](Message& m) { m.attachments.pop_back(); }},
        {"AttachmentRenamed",
         [](Message& m) {
             m.attachments.at(0).properties.set(mapi::PidTagAttachLongFilename,
                                                std::string("renamed.txt"));
         }},
        {"AttachmentEdited",
         [](Message& m) {
             std::string data = base::read_all_text(*m.attachments.at(0).data, 1 << 20);
             data.at(0) ^= 1;
             m.attachments.at(0).data = base::memory_source(data);
         }},
        {"AttachedMessageEdited",
         [](Message& m) {
             set_text(*m.attachments.at(0).embedded, mapi::PidTagSubject, "another one");
         },
         "04-forwarded.eml"},
        {"AttachedMessageLostItsAttachment",
         [](Message& m) { m.attachments.at(0).embedded->attachments.clear(); }, "04-forwarded.eml"},
        {"SentAgain", [](Message& m) { set_time(m, 0x0039); }},
        {"MadeADraft",
         [](Message& m) {
             set_integer(m, 0x0E07, m.properties.integer(mapi::PidTagMessageFlags) | 8);
         }},
    };
    return rows;
}

template <typename Row>
std::string name_of(const testing::TestParamInfo<Row>& info) {
    return info.param.what;
}

class HarmlessChange : public testing::TestWithParam<Harmless> {};

TEST_P(HarmlessChange, LeavesTheOriginalBytesAndBringsTheNewState) {
    for (const char* name : {"01-plain.eml", "02-html-inline-image.eml", "03-attachments.eml",
                             "04-forwarded.eml", "07-signed.eml", "10-meeting-request.eml"}) {
        Message message = imported(name);
        saved(message);
        GetParam().apply(message);
        const ConvertedMail mail = exported(message, {.folder = mapi::SpecialFolder::SentItems});
        EXPECT_EQ(mail.origin, SourceOrigin::Exact) << name;
        EXPECT_EQ(text_of(mail), file(name));
        EXPECT_EQ(mail.message.flags, GetParam().flags) << name;
        EXPECT_THAT(mail.message.keywords, testing::UnorderedElementsAreArray(GetParam().keywords))
            << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, HarmlessChange, testing::ValuesIn(harmless()), name_of<Harmless>);

class UsersEdit : public testing::TestWithParam<Edit> {};

TEST_P(UsersEdit, IsNoticed) {
    Message message = imported(GetParam().file);
    ASSERT_EQ(exported(message).origin, SourceOrigin::Exact);
    saved(message);
    GetParam().apply(message);
    const ConvertedMail mail = exported(message);
    // A file whose bytes the recipe uses is noticed by the digest of the source.
    EXPECT_EQ(mail.origin, GetParam().what == std::string("AttachmentEdited")
                               ? SourceOrigin::Damaged
                               : SourceOrigin::Edited);
    EXPECT_NE(text_of(mail), file(GetParam().file));
}

/// With the whole source kept there is nothing that the recipe itself would notice.
TEST_P(UsersEdit, IsNoticedWhereTheWholeSourceIsKept) {
    mail::Message mail;
    mail.source = base::memory_source(file(GetParam().file));
    base::IgnoreDiagnostics ignore;
    Message message = to_mapi(mail, {.whole_source = true}, ignore);
    ASSERT_EQ(exported(message).origin, SourceOrigin::Exact);
    GetParam().apply(message);
    EXPECT_EQ(exported(message).origin, SourceOrigin::Edited);
}

INSTANTIATE_TEST_SUITE_P(Of, UsersEdit, testing::ValuesIn(edits()), name_of<Edit>);

TEST(EditedMail, SaysWhatTheUserWroteAndKeepsTheRestOfItsHeader) {
    Message message = imported("03-attachments.eml");
    message.properties.set(mapi::PidTagSubject, std::string("another one"));
    const std::string mail = text_of(exported(message));
    EXPECT_THAT(mail, HasSubstr("Subject: another one\r\n"));
    EXPECT_THAT(mail, HasSubstr("\r\nMessage-ID: "));
    message = imported("03-attachments.eml");
    message.attachments.clear();
    EXPECT_THAT(text_of(exported(message)), Not(HasSubstr("multipart/mixed")));
}

}  // namespace
}  // namespace mbx::convert
