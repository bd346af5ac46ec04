#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "convert/address_resolution.hpp"
#include "convert/header_line.hpp"
#include "to_mail_fixture.hpp"

namespace mbx::convert {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

void set_transport(mapi::Message& message, const std::string& text) {
    message.properties.set(mapi::PidTagTransportMessageHeaders, text);
}

TEST(MailHeaders, OfAPlainMail) {
    const MadeMail mail = make_mail(received_mail());
    EXPECT_EQ(mail.text,
              "From: A <a@x.example>\r\n"
              "To: B <b@y.example>\r\n"
              "Subject: Subject\r\n"
              "Date: Mon, 1 Jan 2024 08:09:10 +0000\r\n"
              "Message-ID: <1@x.example>\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=us-ascii\r\n"
              "Content-Transfer-Encoding: 7bit\r\n"
              "\r\n"
              "Text\r\n");
    EXPECT_TRUE(mail.converted.message.flags.seen);
    EXPECT_EQ(mail.converted.message.internal_date->seconds, 1704096562);
    EXPECT_TRUE(mail.losses.empty());
}

TEST(MailHeaders, SenderOnlyWhenItIsSomebodyElse) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagSenderSmtpAddress, std::string("A@X.example"));
    EXPECT_EQ(make_mail(message).field("Sender"), "");
    message.properties.set(mapi::PidTagSenderSmtpAddress, std::string("c@x.example"));
    EXPECT_EQ(make_mail(message).field("Sender"), "A <c@x.example>");
    EXPECT_EQ(make_mail(message).field("From"), "A <a@x.example>");
}

TEST(MailHeaders, MeetingMessagesComeFromTheirSender) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagMessageClass, std::string("IPM.Schedule.Meeting.Request"));
    message.properties.set(mapi::PidTagSenderSmtpAddress, std::string("c@x.example"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("From"), "A <c@x.example>");
    EXPECT_EQ(mail.field("Sender"), "");
}

TEST(MailHeaders, X500NamesAreFoundElsewhereInTheMessageWhateverTheirCase) {
    mapi::Message message = received_mail();
    mapi::PropertyBag& p = message.properties;
    for (const auto& t : {mapi::PidTagSenderSmtpAddress, mapi::PidTagSentRepresentingSmtpAddress}) {
        p.erase(t);
    }
    p.set(mapi::PidTagSentRepresentingAddressType, std::string("EX"));
    p.set(mapi::PidTagSentRepresentingEmailAddress, std::string("/O=ORG/OU=X/CN=ANNA"));
    mapi::PropertyBag row = person(2, "Anna", "/o=Org/ou=x/cn=Anna");
    row.set(mapi::PidTagAddressType, std::string("EX"));
    row.set(mapi::PidTagSmtpAddress, std::string("anna@org.example"));
    message.recipients.push_back(row);
    EXPECT_EQ(make_mail(message).field("From"), "A <anna@org.example>");
}

/// Its author has an address of Exchange only.
mapi::Message mail_of_x500_author() {
    mapi::Message message = received_mail();
    mapi::PropertyBag& p = message.properties;
    p.erase(mapi::PidTagSenderSmtpAddress);
    p.erase(mapi::PidTagSentRepresentingSmtpAddress);
    p.set(mapi::PidTagSentRepresentingAddressType, std::string("EX"));
    p.set(mapi::PidTagSentRepresentingEmailAddress, std::string("/o=A/ou=B/cn=C D"));
    return message;
}

TEST(MailHeaders, UnknownX500NamesAreEncapsulatedAndReported) {
    const MadeMail mail = make_mail(mail_of_x500_author());
    EXPECT_EQ(mail.field("From"), "A <IMCEAEX-_o=A_ou=B_cn=C+20D@unresolved.invalid>");
    EXPECT_TRUE(mail.lost("lossy-address"));
}

TEST(MailHeaders, NamesWithoutAnAddressStayPeople) {
    mapi::Message message = received_mail();
    mapi::PropertyBag row;
    row.set(mapi::PidTagRecipientType, std::int32_t{1});
    row.set(mapi::PidTagDisplayName, std::string("Jörg, the Third"));
    message.recipients.push_back(row);
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.field("To"), HasSubstr("@unresolved.invalid>"));
    EXPECT_TRUE(mail.lost("lossy-address"));
}

TEST(MailHeaders, NobodyIsTheAuthorOfAMailWithoutSender) {
    mapi::Message message = received_mail();
    for (const auto& t :
         {mapi::PidTagSenderName, mapi::PidTagSenderSmtpAddress, mapi::PidTagSentRepresentingName,
          mapi::PidTagSentRepresentingSmtpAddress}) {
        message.properties.erase(t);
    }
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("From"), "unknown@unresolved.invalid") << "servers want the field";
    EXPECT_EQ(mail.field("Sender"), "");
    EXPECT_EQ(mail.field("To"), "B <b@y.example>");
    EXPECT_TRUE(mail.lost("lossy-address"));
    for (const auto& t :
         {mapi::PidTagSentRepresentingName, mapi::PidTagSentRepresentingSmtpAddress}) {
        message.properties.set(t, std::string());
    }
    EXPECT_EQ(make_mail(message).text, mail.text);
}

TEST(MailHeaders, AMailWithoutRecipientsStaysAMail) {
    mapi::Message message = received_mail();
    message.recipients.clear();
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("From"), "A <a@x.example>");
    EXPECT_EQ(mail.field("To"), "");
    EXPECT_THAT(mail.text, HasSubstr("\r\n\r\nText\r\n"));
    message.properties.set(mapi::PidTagDisplayTo, std::string("Ann; Bob"));
    message.properties.set(mapi::PidTagDisplayCc, std::string("'c@x.example'"));
    EXPECT_THAT(make_mail(message).field("To"),
                MatchesRegex("Ann <unknown-.*@unresolved.invalid>, Bob <unknown-.*invalid>"));
    EXPECT_EQ(make_mail(message).field("Cc"), "c@x.example");
    EXPECT_TRUE(make_mail(message).lost("lossy-address"));
}

TEST(MailHeaders, EntryIdsGiveAddresses) {
    mapi::Message message = received_mail();
    mapi::PropertyBag row;
    row.set(mapi::PidTagRecipientType, std::int32_t{0x10000002});  // Cc with a flag
    row.set(mapi::PidTagDisplayName, std::string("One Off"));
    row.set(mapi::PidTagEntryId, encode_one_off({"One Off", "SMTP", "one@off.example"}));
    message.recipients.push_back(row);
    EXPECT_EQ(make_mail(message).field("Cc"), "One Off <one@off.example>");
}

TEST(MailHeaders, QuotedAddressesAreNoNames) {
    mapi::Message message = received_mail();
    message.recipients = {};
    message.recipients.push_back(person(1, "'a@x'", "a@x"));
    message.recipients.push_back(person(1, "'other'", "mailto:<b@x>;"));
    EXPECT_EQ(make_mail(message).field("To"), "a@x, 'other' <b@x>");
}

TEST(MailHeaders, QuotedUsersStayQuoted) {
    mapi::Message message = received_mail();
    message.recipients.clear();
    message.recipients.push_back(person(1, "", R"("a@b"@x)"));
    message.recipients.push_back(person(1, "", "a@b@x"));
    message.recipients.push_back(person(1, "", R"("a b"@x)"));
    message.recipients.push_back(person(1, "", R"("a\"b"@x)"));
    message.recipients.push_back(person(1, "", R"("broken@x)"));
    message.recipients.push_back(person(1, "", R"("whole@x")"));
    message.recipients.push_back(person(1, "", "'<mailto:o'neil@x>';"));
    EXPECT_EQ(make_mail(message).field("To"),
              R"("a@b"@x, "a@b"@x, "a b"@x, "a\"b"@x, broken@x, whole@x, o'neil@x)");
}

TEST(MailHeaders, AddressesThatAreNotAsciiStayAsTheyAre) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagSentRepresentingSmtpAddress,
                           std::string("jörg@bücher.example"));
    message.properties.set(mapi::PidTagSentRepresentingName, std::string("Jörg"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("From"), "=?utf-8?B?SsO2cmc=?= <jörg@bücher.example>");
    EXPECT_FALSE(mail.lost("lossy-address"));

    mapi::Message outer = received_mail();
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
    attachment.embedded = std::make_unique<mapi::Message>(std::move(message));
    outer.attachments.push_back(std::move(attachment));
    EXPECT_EQ(make_mail(outer).tree, "multipart/mixed(text/plain,message/global(text/plain))");
}

TEST(MailHeaders, OtherMessagesTellWhomAnX500NameMeans) {
    class Directory final : public AddressDirectory {
      public:
        std::string smtp_of(std::string_view name) override {
            asked.emplace_back(name);
            return name == "/o=A/cn=B" ? "b@org.example" : "";
        }
        std::vector<std::string> asked;
    } directory;
    ToMailOptions options;
    options.directory = &directory;
    mapi::Message message = received_mail();
    EXPECT_EQ(make_mail(message, options).field("To"), "B <b@y.example>");
    EXPECT_TRUE(directory.asked.empty());
    message.recipients.clear();
    message.recipients.push_back(person(1, "B", "/o=A/cn=B"));
    message.recipients.push_back(person(1, "C", "/o=A/cn=C"));
    for (mapi::PropertyBag& row : message.recipients) {
        row.set(mapi::PidTagAddressType, std::string("EX"));
    }
    const MadeMail mail = make_mail(message, options);
    EXPECT_THAT(mail.field("To"), StartsWith("B <b@org.example>, C <IMCEAEX-"));
    EXPECT_TRUE(mail.lost("lossy-address"));
}

TEST(MailHeaders, ReplyToHasAllItsAddresses) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagReplyRecipientEntries,
                           encode_flat_entry_list({encode_one_off({"X; Y", "SMTP", "r@x"}),
                                                   encode_one_off({"s@x", "SMTP", "s@x"})}));
    EXPECT_EQ(make_mail(message).field("Reply-To"), "\"X; Y\" <r@x>, s@x");
}

TEST(MailHeaders, BccIsKeptButNotInMeetings) {
    mapi::Message message = received_mail();
    message.recipients.push_back(person(3, "Blind", "c@z.example"));
    EXPECT_EQ(make_mail(message).field("Bcc"), "Blind <c@z.example>");
    message.properties.set(mapi::PidTagMessageClass, std::string("IPM.Schedule.Meeting.Request"));
    EXPECT_EQ(make_mail(message).field("Bcc"), "");
}

TEST(MailHeaders, SubjectLosesItsMarker) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagSubject, std::string("\x01\x05RE: x"));
    EXPECT_EQ(make_mail(message).field("Subject"), "RE: x");
}

TEST(MailHeaders, SubjectsOfAnyLength) {
    mapi::Message message = received_mail();
    const auto subject = [&](const std::string& stored) {
        message.properties.set(mapi::PidTagSubject, stored);
        return make_mail(message).field("Subject");
    };
    EXPECT_EQ(subject("x"), "x");
    EXPECT_EQ(subject("\x01\x01x"), "x");
    EXPECT_EQ(subject("\x01\x01"), "");
    EXPECT_EQ(subject("\x01"), "");
    EXPECT_EQ(subject(""), "");
    EXPECT_EQ(subject("\x02 \x03"), "");
    const std::string field = subject(std::string(30'000, 'x'));
    EXPECT_EQ(std::count(field.begin(), field.end(), 'x'), 30'000);
}

TEST(MailHeaders, LongAndForeignTextIsFoldedAndEncoded) {
    mapi::Message message = received_mail();
    std::string subject = "Über ";
    for (int i = 0; i < 60; ++i) {
        subject += "Ärger 😀 ";
    }
    message.properties.set(mapi::PidTagSubject, subject);
    message.recipients = {};
    message.recipients.push_back(person(1, "山田太郎", "y@x"));
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.field("Subject"), StartsWith("=?utf-8?"));
    EXPECT_THAT(mail.field("To"), StartsWith("=?utf-8?B?5bGx55Sw5aSq6YOO?= <y@x>"));
    for (std::size_t at = 0; at < mail.text.size();) {
        const std::size_t end = mail.text.find("\r\n", at);
        EXPECT_LE(end - at, 78U);
        at = end + 2;
    }
}

TEST(MailHeaders, LineEndsInPropertiesDoNotMakeHeaders) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagSubject, std::string("a\r\nBcc: evil@x\r\n\r\nbody"));
    message.properties.set(mapi::PidTagInReplyToId, std::string("<a>\r\nX: y"));
    message.recipients = {};
    message.recipients.push_back(person(1, "n\r\nX-Evil: 1", "b@x"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("Bcc"), "");
    EXPECT_EQ(mail.field("X-Evil"), "");
    EXPECT_EQ(mail.field("Subject"), "a Bcc: evil@x body");
}

TEST(MailHeaders, CategoriesAreOneKeywordsField) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PropertyName{mapi::PS_PUBLIC_STRINGS, "Keywords"},
                           mapi::PropertyType::MultipleString,
                           std::vector<std::string>{"a", "b c", "d, e"});
    EXPECT_EQ(make_mail(message).field("Keywords"), "a, b c, \"d, e\"");
}

TEST(MailHeaders, ImportanceSensitivityAndReceipts) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagImportance, std::int32_t{2});
    message.properties.set(mapi::PidTagSensitivity, std::int32_t{3});
    message.properties.set(mapi::PidTagReadReceiptRequested, true);
    message.properties.set(mapi::PidTagAutoResponseSuppress, std::int32_t{0x31});
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("Importance"), "high");
    EXPECT_EQ(mail.field("X-Priority"), "1");
    EXPECT_EQ(mail.field("Sensitivity"), "Company-Confidential");
    EXPECT_EQ(mail.field("Disposition-Notification-To"), "A <a@x.example>");
    EXPECT_EQ(mail.field("X-Auto-Response-Suppress"), "DR, OOF, AutoReply");
}

TEST(MailHeaders, FollowUpFlagsThatSayMoreThanThatTheyAreOne) {
    mapi::Message message = received_mail();
    mapi::PropertyBag& p = message.properties;
    const mapi::PropertyName request{mapi::PSETID_Common, 0x8530U};
    p.set(mapi::PidTagFlagStatus, std::int32_t{2});
    p.set(request, mapi::PropertyType::String, std::string("Follow up"));
    EXPECT_EQ(make_mail(message).field("X-Message-Flag"), "");
    EXPECT_TRUE(make_mail(message).converted.message.flags.flagged);
    p.set({mapi::PSETID_Task, 0x8105U}, mapi::PropertyType::Time, kReceived);
    EXPECT_EQ(make_mail(message).field("X-Message-Flag"), "Follow up");
    EXPECT_EQ(make_mail(message).field("Reply-By"), "Mon, 1 Jan 2024 08:09:22 +0000");
    p.erase(mapi::PropertyName{mapi::PSETID_Task, 0x8105U});
    p.set(request, mapi::PropertyType::String, std::string("Call back"));
    set_transport(message, "Message-ID: <1@x.example>\r\nX-Message-Flag: before\r\n");
    EXPECT_EQ(make_mail(message).field("X-Message-Flag"), "Call back");
    EXPECT_EQ(make_mail(message).field("Reply-By"), "");
}

TEST(MailLosses, AreNamed) {
    mapi::Message message = received_mail();
    EXPECT_TRUE(make_mail(message).losses.empty());
    mapi::PropertyBag& p = message.properties;
    p.set({mapi::PSETID_Common, 0x8503U}, mapi::PropertyType::Boolean, true);
    p.set({mapi::PSETID_Common, 0x8502U}, mapi::PropertyType::Time, kSent);
    p.set(mapi::PidTagFlagStatus, std::int32_t{1});
    p.set({mapi::PSETID_Common, 0x8520U}, mapi::PropertyType::Binary, base::to_bytes("verbs"));
    p.set({mapi::PSETID_Common, 0x8524U}, mapi::PropertyType::String, std::string("Yes\n"));
    p.set(mapi::PidTagMessageClass, std::string("IPM.Note.EnterpriseVault.Shortcut"));
    const MadeMail mail = make_mail(message);
    for (const char* kind : {"lossy-reminder", "lossy-follow-up", "lossy-voting", "lossy-stub"}) {
        EXPECT_TRUE(mail.lost(kind)) << kind;
    }
    EXPECT_EQ(mail.losses[0].text, "a reminder for 2024-01-01T08:09:10Z");
    EXPECT_EQ(mail.field("X-MAPI-Message-Class"), "IPM.Note.EnterpriseVault.Shortcut");
}

TEST(MailLosses, ASignatureOfPgpThatNoLongerVerifiesIsNamed) {
    mapi::Message message = received_mail();
    message.attachments.push_back(file_attachment("a.asc", "key", "application/pgp-keys"));
    EXPECT_FALSE(make_mail(message).lost("lossy-signature"));
    message.attachments.push_back(file_attachment("signature.asc", "-----BEGIN PGP SIGNATURE-----",
                                                  "application/pgp-signature"));
    const MadeMail mail = make_mail(message);
    EXPECT_TRUE(mail.lost("lossy-signature"));
    EXPECT_THAT(mail.text, HasSubstr("filename=signature.asc"));
}

TEST(MailHeaders, DraftsHaveNoInventedDateOrId) {
    mapi::Message message = received_mail();
    message.properties.erase(mapi::PidTagClientSubmitTime);
    message.properties.erase(mapi::PidTagMessageDeliveryTime);
    message.properties.erase(mapi::PidTagInternetMessageId);
    message.properties.set(mapi::PidTagMessageFlags, std::int32_t{8});
    const MadeMail mail = make_mail(message);
    EXPECT_TRUE(mail.converted.message.flags.draft);
    EXPECT_EQ(mail.field("Date"), "");
    EXPECT_EQ(mail.field("Message-ID"), "");
    EXPECT_FALSE(mail.converted.message.internal_date);
}

TEST(MailHeaders, TheArrivalIsTheDateOfDeliveryThenThatOfReceivedThenThatOfSending) {
    const auto arrival = [](const mapi::Message& message) {
        return make_mail(message)
            .converted.message.internal_date.value_or(base::UnixTime{})
            .seconds;
    };
    mapi::Message message = received_mail();
    set_transport(message,
                  "Received: from a by b; Mon, 1 Jan 2024 08:09:20 +0000\r\n"
                  "Received: from c by a; Mon, 1 Jan 2024 08:09:15 +0000\r\n"
                  "Message-ID: <1@x.example>\r\n");
    EXPECT_EQ(arrival(message), 1704096562);
    message.properties.erase(mapi::PidTagMessageDeliveryTime);
    EXPECT_EQ(arrival(message), 1704096560);
    message.properties.erase(mapi::PidTagTransportMessageHeaders);
    EXPECT_EQ(arrival(message), 1704096550);
}

TEST(MailHeaders, TheTimeOfAnExportIsNoDateOfAnUndatedMessage) {
    constexpr base::FileTime kNone{0x0CB3'4557'A3DD'4000};
    constexpr base::FileTime kExported{133'000'000'000'000'000};
    mapi::Message message = received_mail();
    message.properties.erase(mapi::PidTagClientSubmitTime);
    message.properties.erase(mapi::PidTagTransportMessageHeaders);
    message.properties.set(mapi::PidTagMessageDeliveryTime, kNone);
    message.properties.set(mapi::PidTagCreationTime, kExported);
    message.properties.set(mapi::PidTagLastModificationTime, kExported);
    for (const std::int32_t flags : {0, 8}) {
        message.properties.set(mapi::PidTagMessageFlags, flags);
        const MadeMail mail = make_mail(message);
        EXPECT_EQ(mail.field("Date"), "") << flags;
        EXPECT_FALSE(mail.converted.message.internal_date) << flags;
    }
    message.properties.set(mapi::PidTagLastModificationTime,
                           base::FileTime{kExported.ticks + 600'000'000});
    EXPECT_NE(make_mail(message).field("Date"), "") << "a draft that was written on later";
}

TEST(MailHeaders, MissingMessageIdIsMadeFromWhatNeverChanges) {
    mapi::Message message = received_mail();
    message.properties.erase(mapi::PidTagInternetMessageId);
    const std::string id = make_mail(message).field("Message-ID");
    EXPECT_THAT(id, HasSubstr("@pst.invalid>"));
    message.properties.set(mapi::PidTagMessageFlags, std::int32_t{0});
    EXPECT_EQ(make_mail(message).field("Message-ID"), id);
    message.properties.set(mapi::PidTagSubject, std::string("other"));
    EXPECT_NE(make_mail(message).field("Message-ID"), id);
}

TEST(MailHeaders, VerbsAndFlagsBecomeMailFlags) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagLastVerbExecuted, std::int32_t{103});
    message.properties.set(mapi::PidTagIconIndex, std::int32_t{0x105});
    message.properties.set(mapi::PidTagFlagStatus, std::int32_t{2});
    const MadeMail mail = make_mail(message);
    EXPECT_TRUE(mail.converted.message.flags.answered);
    EXPECT_TRUE(mail.converted.message.flags.flagged);
}

const std::string kTransport =
    "Received: from a by b; Mon, 1 Jan 2024 08:09:12 +0000\r\n"
    "\t(folded)\r\n"
    "Content-Type: application/ms-tnef; name=\"winmail.dat\"\r\n"
    "From: The A <a@x.example>\r\n"
    "To: Friends: B <b@y.example>;\r\n"
    "Subject: Subject\r\n"
    "Date: Mon, 1 Jan 2024 09:09:11 +0100\r\n"
    "Message-ID: <1@x.example>\r\n"
    "Importance: low\r\n"
    "DKIM-Signature: v=1;\r\n"
    "X-Empty:\r\n"
    "\r\n"
    "Content-Type: text/plain\r\n"
    "X-Inner: 1\r\n";

TEST(TransportHeaders, AreKeptWhereTheyStillAgree) {
    mapi::Message message = received_mail();
    set_transport(message, kTransport);
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, StartsWith("Received: from a by b; Mon, 1 Jan 2024 08:09:12 +0000\r\n"
                                      "\t(folded)\r\n"
                                      "From: The A <a@x.example>\r\n"
                                      "To: Friends: B <b@y.example>;\r\n"
                                      "Subject: Subject\r\n"
                                      "Date: Mon, 1 Jan 2024 09:09:11 +0100\r\n"
                                      "Message-ID: <1@x.example>\r\n"
                                      "DKIM-Signature: v=1;\r\n"
                                      "MIME-Version: 1.0\r\n"));
    EXPECT_EQ(mail.tree, "text/plain");
    EXPECT_THAT(mail.text, Not(HasSubstr("X-Inner")));
}

TEST(TransportHeaders, GiveTheAuthorWhoHasNoAddressInTheStore) {
    mapi::Message message = mail_of_x500_author();
    set_transport(message, kTransport);
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("From"), "The A <a@x.example>");
    EXPECT_FALSE(mail.lost("lossy-address"));
}

TEST(TransportHeaders, DescribeNoBodyAndHoldNoBinaryIndex) {
    mapi::Message message = received_mail();
    base::Bytes index(27, std::byte{0x01});
    index[5] = std::byte{0x0A};
    index[6] = std::byte{0xFF};
    message.properties.set(mapi::PidTagConversationIndex, index);
    set_transport(message,
                  "Message-ID: <1@x.example>\r\n"
                  "Content-Type: multipart/mixed; boundary=gone\r\n"
                  "content-type: text/html\r\n"
                  "Content-Transfer-Encoding: base64\r\n"
                  "Content-Disposition: inline\r\n"
                  "MIME-Version: 1.0\r\n");
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "text/plain");
    EXPECT_EQ(mail.field("Content-Disposition"), "");
    EXPECT_EQ(mail.field("Content-Transfer-Encoding"), "7bit");
    message.properties.erase(mapi::PidTagTransportMessageHeaders);
    EXPECT_EQ(make_mail(message).field("Thread-Index"), "AQEBAQEK/wEBAQEBAQEBAQEBAQEBAQEBAQEB");
}

TEST(TransportHeaders, OfAnotherMessageAreIgnored) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagInternetMessageId, std::string("<2@x.example>"));
    set_transport(message, kTransport);
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, Not(HasSubstr("Received:")));
    EXPECT_EQ(mail.field("From"), "A <a@x.example>");
}

TEST(TransportHeaders, GiveWayToWhatTheUserChanged) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagSubject, std::string("new"));
    message.properties.set(mapi::PidTagImportance, std::int32_t{2});
    message.recipients.push_back(person(1, "C", "c@z.example"));
    set_transport(message, kTransport);
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("Subject"), "new");
    EXPECT_EQ(mail.field("Importance"), "high");
    EXPECT_EQ(mail.field("To"), "B <b@y.example>, C <c@z.example>");
    EXPECT_THAT(mail.field("Received"), StartsWith("from a by b"));
}

TEST(TransportHeaders, GiveTheRecipientsThatTheTableLacks) {
    mapi::Message message = received_mail();
    message.recipients.clear();
    set_transport(message, kTransport);
    EXPECT_EQ(make_mail(message).field("To"), "Friends: B <b@y.example>;");
}

TEST(TransportHeaders, RepairUnknownRecipients) {
    mapi::Message message = received_mail();
    message.recipients.clear();
    mapi::PropertyBag row = person(1, "Somebody", "/o=A/cn=B");
    row.set(mapi::PidTagAddressType, std::string("EX"));
    message.recipients.push_back(row);
    set_transport(message, kTransport);
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("To"), "Friends: B <b@y.example>;");
    EXPECT_FALSE(mail.lost("lossy-address"));
}

TEST(TransportHeaders, WithOddLinesAreCleaned) {
    mapi::Message message = received_mail();
    set_transport(
        message,
        "Microsoft Mail Internet Headers Version 2.0\r\nFrom someone Mon Jan  1 2024\r\n"
        "no colon here\r\nX-Ümlaut: 1\r\nX-Text: gr\xC3\xBC\xC3\x9F\r\nSubject : Subject\r\n"
        "Subject: twice\r\nX-Long: " +
            std::string(1500, 'x') + "\r\n");
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.field("X-Text"), StartsWith("=?utf-8?"));
    EXPECT_EQ(mail.field("Subject"), "Subject");
}

TEST(HeaderLine, Phrases) {
    EXPECT_EQ(address_header("To", {{"a.b", "c@d"}}), "To: \"a.b\" <c@d>\r\n");
    EXPECT_EQ(address_header("To", {{"say \"x\" \\", "c@d"}}),
              "To: \"say \\\"x\\\" \\\\\" <c@d>\r\n");
    EXPECT_EQ(address_header("To", {{"=?x?", "john doe@d"}}),
              "To: =?utf-8?B?PT94Pw==?= <\"john doe\"@d>\r\n");
}

TEST(HeaderLine, Parameters) {
    EXPECT_EQ(parameter_header("Content-Disposition", "attachment", {{"filename", "a (1).pdf"}}),
              "Content-Disposition: attachment; filename=\"a (1).pdf\"\r\n");
    EXPECT_EQ(parameter_header("Content-Disposition", "attachment", {{"filename", "ü(1)'*%.pdf"}}),
              "Content-Disposition: attachment; filename*=utf-8''%C3%BC%281%29%27%2A%25.pdf\r\n");
    EXPECT_EQ(parameter_header("Content-Type", "image/png", {{"name", "ü.png"}},
                               ParameterStyle::EncodedWord),
              "Content-Type: image/png; name=\"=?utf-8?B?w7wucG5n?=\"\r\n");
}

TEST(Addresses, EncapsulateAndBack) {
    EXPECT_EQ(encapsulate_address("FAX", "Me@+49 1", "x.invalid"),
              "IMCEAFAX-Me+40+2B49+201@x.invalid");
    EXPECT_EQ(deencapsulate_smtp("IMCEASMTP-a+40b+2Eexample@exchange.example"), "a@b.example");
    EXPECT_EQ(deencapsulate_smtp("IMCEAEX-_o=A@x"), std::nullopt);
}

}  // namespace
}  // namespace mbx::convert
