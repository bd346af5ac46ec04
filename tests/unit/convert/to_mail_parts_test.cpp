#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/mime_encode.hpp"
#include "to_mail_fixture.hpp"

namespace mbx::convert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void set_html(mapi::Message& message, const std::string& html, std::int32_t code_page) {
    message.properties.set(mapi::PidTagHtml, base::to_bytes(html));
    message.properties.set(mapi::PidTagInternetCodepage, code_page);
}

/// Stored, not compressed ([MS-OXRTFCP] "MELA").
void set_rtf(mapi::Message& message, const std::string& rtf) {
    base::Bytes stream;
    base::append_le<std::uint32_t>(stream, static_cast<std::uint32_t>(rtf.size()) + 12);
    base::append_le<std::uint32_t>(stream, static_cast<std::uint32_t>(rtf.size()));
    base::append_le<std::uint32_t>(stream, 0x414C454DU);
    base::append_le<std::uint32_t>(stream, 0U);
    base::append(stream, base::as_bytes(rtf));
    message.properties.set(mapi::PidTagRtfCompressed, stream);
}

const std::string kHtmlInRtf =
    "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 {\\*\\htmltag84 <p>}from rtf \\'e4{\\*\\htmltag92 "
    "</p>}}";

mapi::Attachment picture(const std::string& content_id, bool meant_inline = true) {
    mapi::Attachment attachment = file_attachment("p.png", "\x89PNG...", "image/png");
    attachment.properties.set(mapi::PidTagAttachContentId, content_id);
    if (meant_inline) {
        attachment.properties.set(mapi::PidTagAttachFlags, std::int32_t{4});
        attachment.properties.set(mapi::PidTagAttachmentHidden, true);
    }
    return attachment;
}

TEST(Bodies, PlainAndHtmlAreAlternatives) {
    mapi::Message message = received_mail();
    set_html(message, "<p>Text \xe4</p>", 28591);
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/html)");
    EXPECT_THAT(mail.text, HasSubstr("Content-Type: text/html; charset=iso-8859-1\r\n"));
    EXPECT_THAT(mail.text, HasSubstr("<p>Text =E4</p>"));
}

TEST(Bodies, HtmlWithAnEmptyTextGetsOne) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagBody, std::string());
    set_html(message, "<p>only <b>html</b></p>", 65001);
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/html)");
    EXPECT_THAT(mail.text, HasSubstr("\r\nonly html\r\n"));
}

TEST(Bodies, WrongOrMissingCodePagesAreGuessed) {
    mapi::Message message = received_mail();
    set_html(message, "<meta charset=gb2312><p>\xce\xa2</p>", 0);
    EXPECT_THAT(make_mail(message).text, HasSubstr("charset=gb2312"));
    set_html(message, "<meta charset=\"iso-8859-1\"><p>\xC3\xA4</p>", 1200);
    EXPECT_THAT(make_mail(message).text, HasSubstr("text/html; charset=iso-8859-1"));
    set_html(message, "<p>\xe4</p>", 65001);
    EXPECT_THAT(make_mail(message).text, HasSubstr("text/html; charset=utf-8"));
    EXPECT_THAT(make_mail(message).text, HasSubstr("<p>=C3=A4</p>"));
}

TEST(Bodies, ControlsOfIso8859AreNotTakenForWindows1252) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagBody, std::string("\xC2\x95\r\n"));
    message.properties.set(mapi::PidTagInternetCodepage, std::int32_t{28591});
    EXPECT_THAT(make_mail(message).text, HasSubstr("charset=utf-8"));
}

TEST(Bodies, HtmlComesOutOfRtf) {
    for (const std::int32_t native : {0, 2}) {
        mapi::Message message = received_mail();
        message.properties.set(mapi::PidTagNativeBody, native);
        set_rtf(message, kHtmlInRtf);
        const MadeMail mail = make_mail(message);
        EXPECT_EQ(mail.tree, "multipart/alternative(text/plain,text/html)");
        EXPECT_THAT(mail.text, HasSubstr("<p>from rtf =C3=A4</p>"));
    }
}

TEST(Bodies, StoredHtmlIsBetterThanItsCopyInRtf) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagRtfInSync, true);
    set_rtf(message, kHtmlInRtf);
    set_html(message, "<p>stored</p>", 65001);
    EXPECT_THAT(make_mail(message).text, HasSubstr("<p>stored</p>"));
    set_rtf(message, "{\\rtf1\\ansi written as {\\b rtf}}");
    EXPECT_THAT(make_mail(message).text, HasSubstr("<b>rtf</b>"));
    message.properties.set(mapi::PidTagRtfInSync, false);
    EXPECT_THAT(make_mail(message).text, HasSubstr("<p>stored</p>"));
}

TEST(Bodies, PlainTextInRtfStaysPlain) {
    mapi::Message message = received_mail();
    set_rtf(message, "{\\rtf1\\ansi\\fromtext \\deff0 other}");
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "text/plain");
    EXPECT_THAT(mail.text, HasSubstr("\r\n\r\nText\r\n"));
    message.properties.erase(mapi::PidTagBody);
    EXPECT_THAT(make_mail(message).text, HasSubstr("\r\n\r\nother\r\n"));
}

TEST(Bodies, RtfThatCannotBeReadGivesWayToText) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagRtfCompressed, base::to_bytes("12345678"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "text/plain");
    EXPECT_TRUE(mail.lost("damaged-rtf"));
}

TEST(Bodies, NothingAtAllIsAnEmptyText) {
    mapi::Message message = received_mail();
    message.properties.erase(mapi::PidTagBody);
    message.properties.set(mapi::PidTagRtfInSync, true);
    EXPECT_EQ(make_mail(message).tree, "text/plain");
    message.attachments.push_back(file_attachment("a.pdf", "%PDF-"));
    EXPECT_EQ(make_mail(message).tree, "multipart/mixed(text/plain,application/pdf)");
}

TEST(Bodies, TextsThatServersWouldChangeAreEncoded) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagBody, std::string(999, 'x') + "\r\n.\r\nFrom here\r\nend ");
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, HasSubstr("quoted-printable"));
    EXPECT_THAT(mail.text, HasSubstr("\r\n=2E\r\n=46rom here\r\nend=20"));
    message.properties.set(mapi::PidTagBody, std::string("山田太郎は日本の名前です。"));
    EXPECT_THAT(make_mail(message).text, HasSubstr("Content-Transfer-Encoding: base64"));
}

TEST(Attachments, OnlyPicturesThatTheHtmlShowsAreInline) {
    mapi::Message message = received_mail();
    set_html(message, "<img src=\"cid:a\">", 65001);
    message.attachments.push_back(picture("a"));
    message.attachments.push_back(picture("b"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree,
              "multipart/mixed(multipart/related(multipart/alternative(text/plain,text/html),"
              "image/png),image/png)");
    EXPECT_THAT(mail.text,
                HasSubstr("Content-Type: multipart/related; type=\"multipart/alternative\";"));
    EXPECT_THAT(mail.text,
                HasSubstr("Content-Disposition: inline; filename=p.png\r\nContent-ID: <a>\r\n"));
    EXPECT_THAT(
        mail.text,
        HasSubstr("Content-Disposition: attachment; filename=p.png\r\nContent-ID: <b>\r\n"));
}

TEST(Attachments, EmptyIdsMatchNothingAndEqualOnesOnce) {
    mapi::Message message = received_mail();
    set_html(message, "<img src=\"cid:\"><img src=\"cid:x\">", 65001);
    message.attachments.push_back(picture(""));
    EXPECT_EQ(make_mail(message).tree,
              "multipart/mixed(multipart/alternative(text/plain,text/html),image/png)");
    message.attachments.clear();
    message.attachments.push_back(picture("x"));
    message.attachments.push_back(picture("x"));
    EXPECT_EQ(make_mail(message).tree,
              "multipart/mixed(multipart/related(multipart/alternative(text/plain,text/html),"
              "image/png),image/png)");
}

TEST(Attachments, BytesAndNamesSurvive) {
    mapi::Message message = received_mail();
    std::string data;
    for (int i = 0; i < 1000; ++i) {
        data += static_cast<char>(i * 7);
    }
    message.attachments.push_back(file_attachment("..\\dir/Übung (1).bin", data));
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, HasSubstr("filename*=utf-8''%C3%9Cbung%20%281%29.bin"));
    EXPECT_THAT(mail.text, HasSubstr("name=\"=?utf-8?"));
    std::string encoded = base64(data);
    for (std::size_t at = 76; at < encoded.size(); at += 78) {
        encoded.insert(at, "\r\n");
    }
    EXPECT_THAT(mail.text, HasSubstr("\r\n\r\n" + encoded + "\r\n--"));
}

TEST(Attachments, TypesThatMayNotBeEncodedAreFiles) {
    mapi::Message message = received_mail();
    message.attachments.push_back(file_attachment("a.eml", "From: x\r\n\r\nx", "message/rfc822"));
    message.attachments.push_back(file_attachment("b", "x", "multipart/mixed"));
    message.attachments.push_back(file_attachment("c.pdf", "x", "not a type"));
    EXPECT_EQ(make_mail(message).tree,
              "multipart/mixed(text/plain,application/octet-stream,application/octet-stream,"
              "application/pdf)");
}

TEST(Attachments, ReportsStayReports) {
    mapi::Message message = received_mail();
    message.attachments.push_back(
        file_attachment("", "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\n",
                        "message/delivery-status"));
    message.attachments.push_back(file_attachment("", "Subject: x\r\n", "text/rfc822-headers"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree,
              "multipart/report(text/plain,message/delivery-status,text/rfc822-headers)");
    EXPECT_THAT(mail.text, HasSubstr("report-type=delivery-status"));
}

TEST(Attachments, MessagesAreNestedAsMessages) {
    mapi::Message message = received_mail();
    for (int depth = 0; depth < 3; ++depth) {
        mapi::Message outer = received_mail();
        mapi::Attachment attachment;
        attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
        attachment.embedded = std::make_unique<mapi::Message>(std::move(message));
        outer.attachments.push_back(std::move(attachment));
        message = std::move(outer);
    }
    EXPECT_EQ(make_mail(message).tree,
              "multipart/mixed(text/plain,message/rfc822(multipart/mixed(text/plain,message/rfc822("
              "multipart/mixed(text/plain,message/rfc822(text/plain))))))");
}

TEST(Attachments, OfNestedMessagesStayWithTheirs) {
    mapi::Message message = received_mail();
    message.attachments.push_back(file_attachment("deep.docx", "PK\x03\x04"));
    for (int depth = 0; depth < 2; ++depth) {
        mapi::Message outer = received_mail();
        mapi::Attachment attachment;
        attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
        attachment.embedded = std::make_unique<mapi::Message>(std::move(message));
        outer.attachments.push_back(std::move(attachment));
        outer.attachments.push_back(file_attachment("beside.pdf", "%PDF-"));
        message = std::move(outer);
    }
    const MadeMail mail = make_mail(message);
    const std::string docx =
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    EXPECT_EQ(mail.tree,
              "multipart/mixed(text/plain,message/rfc822(multipart/mixed(text/plain,message/rfc822("
              "multipart/mixed(text/plain," +
                  docx + ")),application/pdf)),application/pdf)");
    EXPECT_THAT(mail.text, HasSubstr("\r\n\r\n" + base64("PK\x03\x04") + "\r\n--"));
}

TEST(Attachments, TheReturnedMessageOfABounceIsOnePartOfIt) {
    mapi::Message message = received_mail();
    message.attachments.push_back(
        file_attachment("", "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\n",
                        "message/delivery-status"));
    mapi::Attachment returned;
    returned.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
    returned.embedded = std::make_unique<mapi::Message>(received_mail());
    message.attachments.push_back(std::move(returned));
    EXPECT_EQ(make_mail(message).tree,
              "multipart/report(text/plain,message/delivery-status,message/rfc822(text/plain))");
}

TEST(Attachments, DepthIsBounded) {
    mapi::Message message = received_mail();
    for (int depth = 0; depth < mapi::kDeepestEmbedding + 5; ++depth) {
        mapi::Message outer = received_mail();
        mapi::Attachment attachment;
        attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
        attachment.embedded = std::make_unique<mapi::Message>(std::move(message));
        outer.attachments.push_back(std::move(attachment));
        message = std::move(outer);
    }
    base::DiagnosticList diagnostics;
    const ConvertedMail mail = to_mail(message, {}, diagnostics);
    EXPECT_GT(mail.message.source->size(), 0U);
    ASSERT_EQ(diagnostics.items.size(), 1U);
    EXPECT_EQ(diagnostics.items[0].id, "lossy-embedded-message");
}

TEST(Attachments, ReferencesBecomeLinks) {
    mapi::Message message = received_mail();
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{4});
    attachment.properties.set(mapi::PidTagAttachLongFilename, std::string("x.doc"));
    attachment.properties.set(mapi::PidTagAttachLongPathname, std::string("\\\\srv\\share\\x.doc"));
    message.attachments.push_back(std::move(attachment));
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, HasSubstr("filename=x.doc.url"));
    EXPECT_THAT(mail.text,
                HasSubstr(base64("[InternetShortcut]\r\nURL=file://srv/share/x.doc\r\n")));
    EXPECT_TRUE(mail.lost("lossy-reference"));
}

TEST(Attachments, PlacesInRtfShowTheirPictures) {
    mapi::Message message = received_mail();
    set_rtf(message, "{\\rtf1\\ansi one {\\objattph  } two {\\objattph  }}");
    message.attachments.push_back(file_attachment("b.pdf", "x"));
    message.attachments.back().properties.set(mapi::PidTagRenderingPosition, std::int32_t{45});
    message.attachments.push_back(file_attachment("a.png", "x"));
    message.attachments.back().properties.set(mapi::PidTagRenderingPosition, std::int32_t{12});
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree,
              "multipart/mixed(multipart/related(multipart/alternative(text/plain,text/html),"
              "image/png),application/pdf)");
    EXPECT_THAT(mail.text, HasSubstr("one <img src=\"cid:attachment2@rtf.invalid\""));
    EXPECT_THAT(mail.text, HasSubstr("two [b.pdf]"));
}

std::string signed_entity() {
    return "MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=sha1;\r\n\tboundary=\"b "
           "1\";"
           " protocol=\"application/pkcs7-signature\"\r\n\r\npreamble\r\n--b 1\r\nContent-Type: "
           "text/plain\r\n\r\nsigned  \r\n\r\n--b 1\r\nContent-Type: "
           "application/pkcs7-signature\r\n\r\nx"
           "\r\n--b 1--\r\n\r\nepilogue\r\n";
}

TEST(SignedMail, ComesOutAsItWas) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note.SMIME.MultipartSigned"));
    message.properties.set(mapi::PidTagTransportMessageHeaders,
                           std::string("Content-Type: application/ms-tnef\r\nX-Kept: 1\r\n"));
    const std::string entity = signed_entity();
    message.attachments.push_back(file_attachment("SMIME.p7m", entity, "multipart/signed"));
    const MadeMail mail = make_mail(message);
    EXPECT_THAT(mail.text, HasSubstr(entity.substr(entity.find("Content-Type"))));
    EXPECT_EQ(mail.field("X-Kept"), "1");
    EXPECT_EQ(mail.tree, "multipart/signed(text/plain,application/pkcs7-signature)");
}

TEST(SignedMail, ThatIsNoneIsOrdinaryMail) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note.SMIME.MultipartSigned"));
    message.attachments.push_back(file_attachment("a.txt", "no entity"));
    EXPECT_EQ(make_mail(message).tree, "multipart/mixed(text/plain,text/plain)");
}

TEST(EncryptedMail, HasItsTypeFromThePropertyOrTheBlock) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note.SMIME"));
    message.properties.erase(mapi::PidTagBody);
    const std::string cms("\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03\xA0\x80", 15);
    message.attachments.push_back(file_attachment("smime.p7m", cms, "application/x-pkcs7-mime"));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.field("Content-Type"),
              "application/x-pkcs7-mime; smime-type=enveloped-data; name=smime.p7m");
    EXPECT_THAT(mail.text, HasSubstr("\r\n\r\n" + base64(cms) + "\r\n"));
    message.properties.set(
        mapi::PropertyName{mapi::PS_INTERNET_HEADERS, "content-type"}, mapi::PropertyType::String,
        std::string("application/pkcs7-mime; smime-type=signed-data; name=\"x.p7m\""));
    EXPECT_EQ(make_mail(message).field("Content-Type"),
              "application/pkcs7-mime; smime-type=signed-data; name=\"x.p7m\"");
}

TEST(EncryptedMail, OfPgpIsRebuiltFromItsTwoParts) {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagBody, std::string());
    message.attachments.push_back(
        file_attachment("", "Version: 1\r\n", "application/pgp-encrypted"));
    message.attachments.push_back(file_attachment(
        "encrypted.asc", "-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----\r\n",
        "application/octet-stream"));
    EXPECT_EQ(make_mail(message).tree,
              "multipart/encrypted(application/pgp-encrypted,application/octet-stream)");
}

TEST(HiddenItems, AreToldFromMail) {
    mapi::Message message = received_mail();
    EXPECT_FALSE(is_hidden_item(message));
    message.properties.set(mapi::PidTagMessageFlags, std::int32_t{0x40});
    EXPECT_TRUE(is_hidden_item(message));
    message.properties.set(mapi::PidTagMessageFlags, std::int32_t{1});
    for (const std::string hidden : {"IPM.Configuration.Autocomplete", "ipm.rule.version2.message",
                                     "IPM.Microsoft.FolderDesign.NamedView", "IPC.x"}) {
        message.properties.set(mapi::PidTagMessageClass, hidden);
        EXPECT_TRUE(is_hidden_item(message)) << hidden;
    }
    for (const std::string shown :
         {"IPM.Note.Custom", "IPM.RuleBased", "REPORT.IPM.Note.NDR", ""}) {
        message.properties.set(mapi::PidTagMessageClass, shown);
        EXPECT_FALSE(is_hidden_item(message)) << shown;
    }
}

}  // namespace
}  // namespace mbx::convert
