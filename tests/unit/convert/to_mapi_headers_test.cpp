#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "convert/address_block.hpp"
#include "convert/entry_id.hpp"
#include "unit/convert/mapi_text.hpp"

namespace mbx::convert {
namespace {

using mapi::PropertyName;
using test::bytes;
using test::crlf;
using test::mail_of;
using test::mapi_of;
using test::text;
using test::time;
using testing::ElementsAre;
using testing::HasSubstr;

mapi::Message with_header(std::string_view header) {
    return mapi_of(std::string(header) + "\ntext\n");
}

std::string named_text(const mapi::Message& message, const PropertyName& name) {
    const auto* value = message.properties.get<std::string>(name);
    return value != nullptr ? *value : "(absent)";
}

std::vector<std::string> categories(const mapi::Message& message) {
    const auto* value = message.properties.get<std::vector<std::string>>(
        PropertyName{mapi::PS_PUBLIC_STRINGS, "Keywords"});
    return value != nullptr ? *value : std::vector<std::string>();
}

TEST(ToMapiAddresses, FirstOfTwoAuthorsIsBothFromAndSender) {
    const auto message = with_header("From: A <a@x>, B <b@x>\n");
    EXPECT_EQ(text(message, kSentRepresenting.smtp), "a@x");
    EXPECT_EQ(text(message, kSender.smtp), "a@x");
    EXPECT_EQ(text(message, kSender.name), "A");
    EXPECT_EQ(text(message, kSender.type), "SMTP");
    EXPECT_EQ(decode_one_off(*message.properties.binary(kSender.entry_id)),
              (OneOffAddress{"A", "SMTP", "a@x"}));
    EXPECT_EQ(bytes(message, kSender.search_key), std::string("SMTP:A@X\0", 9));
}

TEST(ToMapiAddresses, FromAndSenderStayApart) {
    const auto message = with_header("From: a@x\nSender: b@x\n");
    EXPECT_EQ(text(message, kSentRepresenting.smtp), "a@x");
    EXPECT_EQ(text(message, kSentRepresenting.name), "a@x");
    EXPECT_EQ(text(message, kSender.smtp), "b@x");
}

TEST(ToMapiAddresses, ObsoleteBlanksAreNoPartOfAnAddress) {
    const auto message =
        with_header("From: A <a . b @  x (there) . example>\nSender: \"a . b\"@x\n");
    EXPECT_EQ(text(message, kSentRepresenting.smtp), "a.b@x.example");
    EXPECT_EQ(text(message, kSender.smtp), "\"a . b\"@x");
}

TEST(ToMapiAddresses, CommentsInsideOfAnAddressDivideNothing) {
    EXPECT_EQ(text(with_header("From: very.(comment)common@(x)x.example\n"), kSender.smtp),
              "very.common@x.example");
    const auto doctor = with_header("From: Dr.(x) bob@x.example\n");
    EXPECT_EQ(text(doctor, kSender.smtp), "bob@x.example");
    EXPECT_EQ(text(doctor, kSender.name), "Dr.");
}

TEST(ToMapiAddresses, NamesFoldedInsideOfQuotesAreOneLine) {
    EXPECT_EQ(text(with_header("From: \"Brandeburg,\n\tJesse\" <j@x>\n"), kSender.name),
              "Brandeburg, Jesse");
}

TEST(ToMapiAddresses, SenderAloneIsTheAuthor) {
    EXPECT_EQ(text(with_header("Sender: b@x\n"), kSentRepresenting.address), "b@x");
}

TEST(ToMapiAddresses, AuthorsWithoutAddressHaveNoAddressProperties) {
    for (const char* from : {"From: <>\n", "From:\n", "From: Nobody:;\n", "From: ,;,\n"}) {
        const auto message = with_header(from);
        for (const mapi::PropertyTag tag :
             {kSentRepresenting.type, kSentRepresenting.address, kSentRepresenting.smtp}) {
            EXPECT_EQ(text(message, tag), "(absent)") << from;
        }
        EXPECT_FALSE(message.properties.contains(kSentRepresenting.entry_id)) << from;
        EXPECT_EQ(text(message, mapi::PidTagBody), "text\r\n") << from;
    }
    EXPECT_EQ(text(with_header("From: Cron Daemon\n"), kSentRepresenting.name), "Cron Daemon");
}

TEST(ToMapiAddresses, ReplyToKeepsAllAddresses) {
    const auto message = with_header("Reply-To: \"X; Y\" <r@x>, s@x\n");
    EXPECT_EQ(text(message, mapi::PidTagReplyRecipientNames), "X Y;s@x");
    const auto entries =
        decode_flat_entry_list(*message.properties.binary(mapi::PidTagReplyRecipientEntries));
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(decode_one_off(entries[0])->address, "r@x");
    EXPECT_EQ(decode_one_off(entries[1])->address, "s@x");
}

TEST(ToMapiAddresses, RecipientsFollowTheHeader) {
    const auto message = with_header(
        "To: A <a@x>, team: b@x, \"C, D\" <c@x>;\nCc: a@x\nBcc: =?utf-8?Q?=C3=BC?= <u@x>\nTo: "
        "late@x\n");
    ASSERT_EQ(message.recipients.size(), 6U);
    const std::vector<std::pair<std::string, std::int32_t>> expected{
        {"a@x", 1}, {"b@x", 1}, {"c@x", 1}, {"late@x", 1}, {"a@x", 2}, {"u@x", 3}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const mapi::PropertyBag& row = message.recipients[i];
        EXPECT_EQ(text(row, mapi::PidTagSmtpAddress), expected[i].first);
        EXPECT_EQ(row.integer(mapi::PidTagRecipientType), expected[i].second);
        EXPECT_EQ(row.integer(mapi::PidTagRowId), static_cast<std::int32_t>(i));
        EXPECT_EQ(row.integer(mapi::PidTagObjectType), 6);
    }
    EXPECT_EQ(text(message.recipients[2], mapi::PidTagDisplayName), "C, D");
    EXPECT_EQ(text(message.recipients[5], mapi::PidTagDisplayName), "ü");
}

TEST(ToMapiAddresses, EmptyGroupsGiveNoRecipients) {
    EXPECT_TRUE(with_header("To: undisclosed-recipients:;\n").recipients.empty());
}

TEST(ToMapiAddresses, CommentsBesideGroupsAreNobody) {
    EXPECT_TRUE(with_header("To: unlisted-recipients:; (no To-header on input)\n"
                            "Cc: Hidden : (nobody(that I know)) ;\n")
                    .recipients.empty());
}

TEST(ToMapiAddresses, UsersOfTheHostAreNamedByTheirComment) {
    const auto message =
        with_header("From: root (Cron Daemon)\nTo: root\nCc: All of you (hidden)\n");
    EXPECT_EQ(text(message, kSender.name), "Cron Daemon");
    EXPECT_EQ(text(message, kSender.smtp), "root");
    ASSERT_EQ(message.recipients.size(), 2U);
    EXPECT_EQ(text(message.recipients[0], mapi::PidTagDisplayName), "root");
    EXPECT_EQ(text(message.recipients[1], mapi::PidTagDisplayName), "All of you");
    EXPECT_FALSE(message.recipients[1].contains(mapi::PidTagEmailAddress));
}

TEST(ToMapiAddresses, ReceiptsAreAskedFor) {
    auto mail = mail_of(crlf("Disposition-Notification-To: R <r@x>\nReturn-Receipt-To: q@x\n\n"));
    mail.flags.seen = true;
    const auto message = mapi_of(mail);
    EXPECT_TRUE(message.properties.boolean(mapi::PidTagReadReceiptRequested));
    EXPECT_TRUE(message.properties.boolean(mapi::PidTagOriginatorDeliveryReportRequested));
    EXPECT_EQ(text(message, kReadReceipt.name), "R");
    EXPECT_EQ(text(message, kReadReceipt.smtp), "r@x");
    EXPECT_EQ(message.properties.integer(mapi::PidTagMessageFlags) & 0x100, 0);
}

TEST(ToMapiDates, NothingIsInvented) {
    const auto message = with_header("Subject: x\n");
    for (const auto tag : {mapi::PidTagClientSubmitTime, mapi::PidTagMessageDeliveryTime,
                           mapi::PidTagCreationTime, mapi::PidTagLastModificationTime}) {
        EXPECT_FALSE(message.properties.contains(tag));
    }
}

TEST(ToMapiDates, WithoutDateTheFirstServerTells) {
    auto mail =
        mail_of(crlf("Received: by b; Tue, 2 Jan 2024 10:00:10 +0000\n"
                     "Received: by a; Tue, 2 Jan 2024 10:00:00 +0000\n"
                     "Date: (Invalid)\n\n"));
    mail.internal_date = base::UnixTime{1704200000};
    const auto message = mapi_of(mail);
    EXPECT_EQ(time(message, mapi::PidTagClientSubmitTime), "2024-01-02T10:00:00Z");
    EXPECT_EQ(time(message, mapi::PidTagMessageDeliveryTime), "2024-01-02T12:53:20Z");
    EXPECT_EQ(time(message, mapi::PidTagCreationTime), "2024-01-02T12:53:20Z");
}

TEST(ToMapiDates, TheTopmostReceivedIsTheArrival) {
    const auto message = with_header(
        "Received: by b; Tue, 2 Jan 2024 11:11:44 +0000\n"
        "Received: by a; Tue, 2 Jan 2024 10:00:00 +0000\n"
        "Date: Mon, 1 Jan 2024 08:09:10 +0900\n");
    EXPECT_EQ(time(message, mapi::PidTagMessageDeliveryTime), "2024-01-02T11:11:44Z");
    EXPECT_EQ(time(message, mapi::PidTagClientSubmitTime), "2023-12-31T23:09:10Z");
}

TEST(ToMapiDates, TheEnvelopeOfAnMboxTells) {
    const auto message = mapi_of("From a@x Tue Jan  2 11:11:44 2024\nSubject: x\n\ntext\n");
    EXPECT_EQ(text(message, mapi::PidTagSubject), "x");
    EXPECT_EQ(time(message, mapi::PidTagMessageDeliveryTime), "2024-01-02T11:11:44Z");
    EXPECT_EQ(text(message, mapi::PidTagTransportMessageHeaders), "Subject: x\r\n");
}

TEST(ToMapiDates, DraftsWereNeverSubmitted) {
    auto mail = mail_of(crlf("Received: by b; Tue, 2 Jan 2024 11:11:44 +0000\n\n"));
    mail.internal_date = base::UnixTime{1704200000};
    mail.flags.draft = true;
    EXPECT_EQ(time(mapi_of(mail), mapi::PidTagClientSubmitTime), "(absent)");
}

TEST(ToMapiHeaders, ImportanceBeatsOlderFields) {
    const auto importance = [](std::string_view header) {
        return with_header(header).properties.integer(mapi::PidTagImportance, -1);
    };
    EXPECT_EQ(importance("Importance: low\nX-Priority: 1\n"), 0);
    EXPECT_EQ(importance("X-Priority: 1\nImportance: low\n"), 0);
    EXPECT_EQ(importance("X-Priority: 2 (High)\n"), 2);
    EXPECT_EQ(importance("Subject: x\n"), 1);
}

TEST(ToMapiHeaders, SubjectPrefixesFollowTheRule) {
    const auto parts = [](std::string_view subject) {
        const auto message = with_header("Subject: " + std::string(subject) + "\n");
        return text(message, mapi::PidTagSubjectPrefix) + "|" +
               text(message, mapi::PidTagNormalizedSubject) + "|" +
               text(message, mapi::PidTagConversationTopic);
    };
    EXPECT_EQ(parts("RE:x"), "RE: |x|x");
    EXPECT_EQ(parts("RE: FW: x"), "RE: |FW: x|FW: x");
    EXPECT_EQ(parts("=?utf-8?B?562U5aSNOiB4?="), "答复: |x|x");
    EXPECT_EQ(parts("Antw: x"), "|Antw: x|Antw: x");
    EXPECT_EQ(parts("R2: x"), "|R2: x|R2: x");
    EXPECT_EQ(parts(":x"), "|:x|:x");
    EXPECT_EQ(parts("Re[2]: x"), "|Re[2]: x|Re[2]: x");
    EXPECT_EQ(text(with_header("To: a@x\n"), mapi::PidTagSubjectPrefix), "");
}

TEST(ToMapiHeaders, SubjectsFoldedWithTabsAreOneLine) {
    const auto message = with_header("Subject: RE:\tone\n\ttwo\x7fthree\n");
    EXPECT_EQ(text(message, mapi::PidTagSubjectPrefix), "RE: ");
    EXPECT_EQ(text(message, mapi::PidTagNormalizedSubject), "one two three");
}

TEST(ToMapiHeaders, LongSubjectsAreCutBetweenCharacters) {
    std::string subject(252, 'x');
    subject += "😀😀";
    subject += std::string(40, 'y');
    const auto message = with_header("Subject: " + subject + "\n");
    const std::u16string units = base::utf16_from_utf8(text(message, mapi::PidTagSubject));
    EXPECT_EQ(units, std::u16string(252, u'x'));
    EXPECT_THAT(text(message, mapi::PidTagTransportMessageHeaders), HasSubstr(subject));
}

TEST(ToMapiHeaders, CharactersMaySpanEncodedWords) {
    EXPECT_EQ(
        text(with_header("Subject: =?utf-8?B?ww==?= =?utf-8?B?pA==?=\n"), mapi::PidTagSubject),
        "ä");
    EXPECT_EQ(text(with_header("Subject: a =?utf-8?Q?b?=\n =?iso-8859-1?Q?=80?= c\n"),
                   mapi::PidTagSubject),
              "a b€ c");
}

TEST(ToMapiHeaders, KeywordsOfAllFieldsAreCategories) {
    EXPECT_THAT(categories(with_header("Keywords: a, b\nKeywords: c; a\n")),
                ElementsAre("a", "b", "c"));
}

TEST(ToMapiHeaders, AQuotedCategoryIsOne) {
    EXPECT_THAT(categories(with_header("Keywords: \"a, b\", c; d, \"e \\\"f\\\"\"\n"
                                       "Keywords: =?utf-8?Q?g=2C_h?=, \"i, j\n")),
                ElementsAre("a, b", "c", "d", "e \"f\"", "g, h", "\"i", "j"));
}

TEST(ToMapiHeaders, AutomaticResponsesAreSuppressed) {
    const auto suppress = [](std::string_view header) {
        return with_header(header).properties.integer(mapi::PidTagAutoResponseSuppress);
    };
    EXPECT_EQ(suppress("X-Auto-Response-Suppress: DR, OOF, AutoReply\n"), 0x31);
    EXPECT_EQ(suppress("Auto-Submitted: auto-replied\n"), 0x30);
    EXPECT_EQ(suppress("Auto-Submitted: no\n"), 0);
}

TEST(ToMapiHeaders, FieldsWithoutPropertyMakeNoNames) {
    std::string header;
    for (int i = 0; i < 5000; ++i) {
        header += "X-Field-" + std::to_string(i) + ": v\n";
    }
    const auto message = with_header(header);
    EXPECT_LT(message.properties.named().size(), 200U);
    EXPECT_EQ(text(message, mapi::PidTagTransportMessageHeaders), crlf(header));
}

TEST(ToMapiHeaders, UndeclaredTextIsReadAsItMayBeMeant) {
    const auto message = with_header("Subject: M\xE4rz\nX-Other: \xC3\xA4\n");
    EXPECT_EQ(text(message, mapi::PidTagSubject), "März");
    EXPECT_EQ(text(message, mapi::PidTagTransportMessageHeaders),
              "Subject: März\r\nX-Other: ä\r\n");
    const auto cyrillic =
        mapi_of("Subject: \xF0\xD2\xC9\nContent-Type: text/plain; charset=koi8-r\n\n\xF0\n");
    EXPECT_EQ(text(cyrillic, mapi::PidTagSubject), "При");
    EXPECT_EQ(text(cyrillic, mapi::PidTagBody), "П\r\n");
}

TEST(ToMapiHeaders, UndeclaredTextIsInTheCharsetThatTheHtmlNames) {
    const std::string big5 = "\xA4\xA4\xA4\xE5";
    const auto message =
        mapi_of("Subject: " + big5 + "\nContent-Type: text/html\n\n<meta charset=big5><p>" + big5 +
                "</p>\n");
    EXPECT_EQ(text(message, mapi::PidTagSubject), "中文");
    EXPECT_EQ(text(message, mapi::PidTagBody), "中文\r\n");
}

TEST(ToMapiHeaders, UndeclaredTextIsInTheCharsetThatTheHtmlTurnsOutToHave) {
    const std::string subject = "Subject: \xA4\xA4\xA4\xE5\nContent-Type: ";
    const std::string html = "\n\n<meta charset=big5>\xA4\xA4\xA4\xE5\n";
    for (const std::string& type :
         {std::string("text/html"), std::string("text/html; charset=us-ascii"),
          std::string("text/html; charset=x-no-such")}) {
        EXPECT_EQ(text(mapi_of(subject + type + html), mapi::PidTagSubject), "中文") << type;
    }
    EXPECT_EQ(text(mapi_of(subject + "text/html; charset=CHINESEBIG5\n\n\n"), mapi::PidTagSubject),
              "中文");
    EXPECT_EQ(text(mapi_of(subject + "text/plain; charset=x-no-such\n\n\n"), mapi::PidTagSubject),
              "¤¤¤å");
    EXPECT_EQ(text(mapi_of(subject +
                           "multipart/alternative; boundary=b\n\n"
                           "--b\nContent-Type: text/plain; charset=us-ascii\n\nhi\n"
                           "--b\nContent-Type: text/html" +
                           html + "--b--\n"),
                   mapi::PidTagSubject),
              "中文");
}

TEST(ToMapiHeaders, IdentifiersStayAsTheyAre) {
    const auto message = with_header(
        "Message-ID: <odd id@x>\nIn-Reply-To: <a@b> (of Monday)\nReferences: <r@x>\n <a@b>\n");
    EXPECT_EQ(text(message, mapi::PidTagInternetMessageId), "<odd id@x>");
    EXPECT_EQ(text(message, mapi::PidTagInReplyToId), "<a@b>");
    EXPECT_EQ(text(message, mapi::PidTagInternetReferences), "<r@x> <a@b>");
}

TEST(ToMapiHeaders, ThreadsShareTheirIndex) {
    const auto guid = [](const mapi::Message& message) {
        return bytes(message, mapi::PidTagConversationIndex).substr(6, 16);
    };
    const auto root = with_header("Message-ID: <r@x>\nDate: 1 Jan 2024 10:00 +0000\n");
    const auto reply = with_header("Message-ID: <s@x>\nReferences: <r@x> <q@x>\n");
    EXPECT_EQ(guid(root), guid(reply));
    EXPECT_EQ(bytes(root, mapi::PidTagConversationIndex).size(), 22U);
    EXPECT_EQ(bytes(root, mapi::PidTagConversationIndex)[0], 1);
    EXPECT_NE(guid(root), guid(with_header("Message-ID: <t@x>\n")));
    const auto given = with_header("Thread-Index: Ac0AAAAAAQIDBAUGBwgJCgsMDQ4PEA==\n");
    EXPECT_EQ(bytes(given, mapi::PidTagConversationIndex).substr(0, 2), "\x01\xCD");
    EXPECT_EQ(bytes(with_header("Thread-Index: AAAA\n"), mapi::PidTagConversationIndex).size(),
              22U);
}

TEST(ToMapiHeaders, ListsAndLanguagesHaveProperties) {
    const auto message = with_header(
        "List-Unsubscribe: <https://x>\nContent-Language: de-DE, en\nAccept-Language: de\n"
        "X-Mailer: Pine\nSensitivity: Company-Confidential\nX-Message-Flag: Call back\n"
        "Expires: Tue, 2 Jan 2024 11:11:44 +0000\nX-MS-Exchange-Organization-SCL: -1\n");
    EXPECT_EQ(text(message, mapi::PidTagListUnsubscribe), "<https://x>");
    EXPECT_EQ(message.properties.integer(mapi::PidTagMessageLocaleId), 0x407);
    EXPECT_EQ(named_text(message, {mapi::PS_INTERNET_HEADERS, "acceptlanguage"}), "de");
    EXPECT_EQ(named_text(message, {mapi::PS_INTERNET_HEADERS, "x-mailer"}), "Pine");
    EXPECT_EQ(message.properties.integer(mapi::PidTagSensitivity), 3);
    EXPECT_EQ(named_text(message, {mapi::PSETID_Common, 0x8530U}), "Call back");
    EXPECT_EQ(message.properties.integer(mapi::PidTagFlagStatus), 2);
    EXPECT_EQ(time(message, mapi::PidTagExpiryTime), "2024-01-02T11:11:44Z");
    EXPECT_EQ(message.properties.integer(mapi::PidTagContentFilterSpamConfidenceLevel), -1);
}

TEST(ToMapiHeaders, BrokenHeadersAreReadAsFarAsTheyGo) {
    EXPECT_EQ(text(mapi_of(""), mapi::PidTagSubject), "");
    EXPECT_EQ(text(mapi_of("just text\nmore\n"), mapi::PidTagBody), "just text\r\nmore\r\n");
    const auto no_blank = mapi_of("Subject: x\nThis is the body.\n\nMore.\n");
    EXPECT_EQ(text(no_blank, mapi::PidTagSubject), "x");
    EXPECT_EQ(text(no_blank, mapi::PidTagBody), "This is the body.\r\n\r\nMore.\r\n");
    const auto spilled = mapi_of("Subject: x\nX-Report: a\n<b>oops</b>\nFrom: a@x\n\nBody\n");
    EXPECT_EQ(text(spilled, kSender.smtp), "a@x");
    EXPECT_EQ(text(spilled, mapi::PidTagBody), "Body\r\n");
    const auto nul = mapi_of(std::string("Subject: a\0b\n\nc\0d\n", 19));
    EXPECT_EQ(text(nul, mapi::PidTagSubject), "a b");
    EXPECT_EQ(text(nul, mapi::PidTagBody), "cd\r\n");
}

TEST(ToMapiFlags, FlagsAndFoldersAreSet) {
    auto mail = mail_of(crlf("Subject: x\n\ntext\n"));
    mail.flags = {.seen = true, .flagged = true};
    mail.keywords = {"Work", "$MDNSent"};
    const auto message = mapi_of(mail, {mapi::SpecialFolder::SentItems, false});
    EXPECT_EQ(message.properties.integer(mapi::PidTagMessageFlags), 0x21);
    EXPECT_EQ(message.properties.integer(mapi::PidTagFlagStatus), 2);
    EXPECT_THAT(categories(message), ElementsAre("Work"));
}

}  // namespace
}  // namespace mbx::convert
