#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "convert/exact/exact_source.hpp"
#include "unit/convert/mapi_text.hpp"

namespace mbx::convert {
namespace {

using test::bytes;
using test::crlf;
using test::data;
using test::hidden;
using test::mail_of;
using test::mapi_of;
using test::name;
using test::text;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Boundary lines of tests are "--x": one part each, then the end.
std::string multipart(std::string_view subtype, const std::vector<std::string>& parts,
                      std::string_view boundary = "x") {
    std::string result = "Content-Type: multipart/" + std::string(subtype) + "; boundary=\"" +
                         std::string(boundary) + "\"\n\n";
    for (const std::string& part : parts) {
        result += "--" + std::string(boundary) + "\n" + part + "\n";
    }
    return result + "--" + std::string(boundary) + "--\n";
}

std::string part(std::string_view type, std::string_view content, std::string_view more = {}) {
    return "Content-Type: " + std::string(type) + "\n" + std::string(more) + "\n" +
           std::string(content);
}

std::vector<std::string> names(const mapi::Message& message) {
    std::vector<std::string> result;
    for (const mapi::Attachment& attachment : message.attachments) {
        result.push_back(name(attachment));
    }
    return result;
}

std::int32_t code_page(const mapi::Message& message) {
    return message.properties.integer(mapi::PidTagInternetCodepage);
}

TEST(ToMapiBodies, PlainAndHtmlStandSideBySide) {
    const auto message =
        mapi_of(multipart("alternative", {part("text/plain; charset=utf-8", "P \xE2\x82\xAC"),
                                          part("text/html; charset=iso-8859-1", "<b>\x80</b>")}));
    EXPECT_EQ(text(message, mapi::PidTagBody), "P €");
    EXPECT_EQ(bytes(message, mapi::PidTagHtml), "<b>\x80</b>");
    EXPECT_EQ(code_page(message), 1252);
    EXPECT_EQ(message.properties.integer(mapi::PidTagNativeBody), 3);
    EXPECT_THAT(message.attachments, IsEmpty());
}

TEST(ToMapiBodies, CharsetsWithoutCodePageBecomeUtf8) {
    const auto message = mapi_of(part("text/html; charset=iso-8859-10", "<b>\xBD</b>"));
    EXPECT_EQ(bytes(message, mapi::PidTagHtml), "<b>―</b>");
    EXPECT_EQ(code_page(message), 65001);
}

TEST(ToMapiBodies, CharactersOfHongKongBecomeUtf8) {
    const std::string big5 = "\xAD\xBB\xB4\xE4";
    const auto html = mapi_of(part("text/html; charset=big5", big5 + "\x9D\xEE"));
    EXPECT_EQ(bytes(html, mapi::PidTagHtml), "香港㗎");
    EXPECT_EQ(code_page(html), 65001);
    EXPECT_EQ(text(html, mapi::PidTagBody), "香港㗎\r\n");
    EXPECT_EQ(code_page(mapi_of(part("text/html; charset=big5-hkscs", big5))), 950);
}

TEST(ToMapiBodies, CharactersThatOnlyGb18030HasBecomeUtf8) {
    const auto html = mapi_of(part("text/html; charset=gb2312", "\xCE\xA2\x81\x39\xEE\x39"));
    EXPECT_EQ(bytes(html, mapi::PidTagHtml), "微㐀");
    EXPECT_EQ(code_page(html), 65001);
    EXPECT_EQ(code_page(mapi_of(part("text/html; charset=gb2312", "\xCE\xA2"))), 936);
}

TEST(ToMapiBodies, CurlyQuotesOfIso88599AreThoseOfWindows1254) {
    EXPECT_EQ(code_page(mapi_of(part("text/html; charset=iso-8859-9", "\x93\xFE"))), 1254);
    EXPECT_EQ(code_page(mapi_of(part("text/html; charset=iso-8859-9", "\xFE"))), 28599);
}

TEST(ToMapiBodies, TheDeclaredCharsetBeatsMeta) {
    const std::string html = "<meta charset=gb2312>\xC3\xA4";
    const auto declared = mapi_of(part("text/html; charset=utf-8", html));
    EXPECT_EQ(bytes(declared, mapi::PidTagHtml), html);
    EXPECT_EQ(code_page(declared), 65001);
    EXPECT_EQ(code_page(mapi_of(part("text/html", html))), 936);
}

TEST(ToMapiBodies, PlainTextIsCleaned) {
    const auto message =
        mapi_of(mail_of("Content-Type: text/plain; charset=utf-8\n\n\xEF\xBB\xBF"
                        "a\nb\r\nc\n"));
    EXPECT_EQ(text(message, mapi::PidTagBody), "a\r\nb\r\nc\r\n");
    EXPECT_EQ(message.properties.integer(mapi::PidTagNativeBody), 1);
    EXPECT_FALSE(message.properties.contains(mapi::PidTagHtml));
}

TEST(ToMapiBodies, WhatAListAddsBelowBase64IsText) {
    const std::string encoded = "Content-Transfer-Encoding: base64\n";
    const auto body = [&](const std::string& content) {
        return text(mapi_of(part("text/plain", content, encoded)), mapi::PidTagBody);
    };
    const std::string line = "VGhlIGxpbmUgaXMgYXMgbG9uZyBhcyBhIGxpbmUgaXMu";  // of 44 digits
    const std::string read = "The line is as long as a line is.";
    EXPECT_EQ(body(line + "\nCg==\n\n-- \nOur list: list@x\n"),
              read + "\r\n\r\n\r\n-- \r\nOur list: list@x\r\n");
    EXPECT_EQ(body(line + "\n____\nOur list\n"), read + "\r\n____\r\nOur list\r\n");
    EXPECT_EQ(body("No base64 at all, is it?\n"), "No base64 at all, is it?\r\n");
    EXPECT_EQ(body(line + "\n\n  \nSGk\n=\n"), read + "Hi") << "padding in a line of its own";
    EXPECT_EQ(body(line + "\n* no * base64 *\n" + line).substr(0, read.size()), read);
    EXPECT_TRUE(body(line + "\n* no * base64 *\n" + line).ends_with("is.")) << "a damaged line";
    EXPECT_EQ(bytes(mapi_of(part("text/html", "PGI+\n-- \nour list\n", encoded)), mapi::PidTagHtml),
              "<b>\r\n-- \r\nour list\r\n");
}

TEST(ToMapiBodies, HtmlAloneAndBlankTextGetAText) {
    EXPECT_THAT(text(mapi_of(part("text/html", "<p>Hello</p>")), mapi::PidTagBody),
                HasSubstr("Hello"));
    const auto blank = mapi_of(
        multipart("alternative", {part("text/plain", " "), part("text/html", "<p>Hello</p>")}));
    EXPECT_THAT(text(blank, mapi::PidTagBody), HasSubstr("Hello"));
}

TEST(ToMapiBodies, BlankHtmlGivesWayToText) {
    const auto message =
        mapi_of(multipart("alternative", {part("text/plain", "P"), part("text/html", " \n")}));
    EXPECT_EQ(text(message, mapi::PidTagBody), "P");
    EXPECT_FALSE(message.properties.contains(mapi::PidTagHtml));
    EXPECT_THAT(message.attachments, IsEmpty());
}

TEST(ToMapiBodies, HtmlOfNoBytesIsNoBody) {
    const auto message = mapi_of(
        multipart("alternative", {part("text/plain", "text"), part("text/html", std::string())}));
    EXPECT_EQ(text(message, mapi::PidTagBody), "text");
    EXPECT_FALSE(message.properties.contains(mapi::PidTagHtml));
    EXPECT_EQ(message.properties.integer(mapi::PidTagNativeBody), 1);
}

TEST(ToMapiBodies, OnlyReferencedImagesAreHidden) {
    const auto message =
        mapi_of(multipart("related", {part("text/html", "<img src=\"cid:A%40x\">"),
                                      part("image/png", "a", "Content-ID: <a@x>\n"),
                                      part("image/png", "b", "Content-ID: <b>\n"),
                                      part("image/png", "c", "Content-ID: <a@x>\n")}));
    ASSERT_THAT(message.attachments, SizeIs(3));
    EXPECT_TRUE(hidden(message.attachments[0]));
    EXPECT_EQ(message.attachments[0].properties.integer(mapi::PidTagAttachFlags), 4);
    EXPECT_EQ(text(message.attachments[0].properties, mapi::PidTagAttachContentId), "a@x");
    EXPECT_FALSE(hidden(message.attachments[1]));
    EXPECT_EQ(message.attachments[1].properties.integer(mapi::PidTagAttachFlags, -1), 0);
    EXPECT_FALSE(hidden(message.attachments[2])) << "two parts of one id: the first is shown";
}

TEST(ToMapiBodies, AContentIdAloneHidesNothing) {
    const auto message =
        mapi_of(multipart("mixed", {part("text/html", "<img src=cid:p>"),
                                    part("application/pdf", "%PDF", "Content-ID: <p>\n")}));
    ASSERT_THAT(message.attachments, SizeIs(1));
    EXPECT_FALSE(hidden(message.attachments[0]));
}

TEST(ToMapiBodies, ReferencedAttachmentsOfRelatedAreInline) {
    const auto message = mapi_of(multipart(
        "related", {part("text/html", "<img src='cid:p'>"),
                    part("image/png", "p", "Content-ID: <p>\nContent-Disposition: attachment\n")}));
    ASSERT_THAT(message.attachments, SizeIs(1));
    EXPECT_TRUE(hidden(message.attachments[0]));
    const auto* no_paperclip =
        message.properties.get<bool>(mapi::PropertyName{mapi::PSETID_Common, 0x8514U});
    ASSERT_NE(no_paperclip, nullptr);
    EXPECT_TRUE(*no_paperclip);
    EXPECT_NE(message.properties.integer(mapi::PidTagMessageFlags) & 0x10, 0);
}

TEST(ToMapiBodies, LocationsAreResolved) {
    const auto message = mapi_of(multipart(
        "related",
        {part("text/html", "<img src=\"pics/a.png\">", "Content-Location: http://h/d/index.html\n"),
         part("image/png", "p", "Content-Location: http://h/d/pics/a.png\n")}));
    EXPECT_TRUE(hidden(message.attachments.at(0)));
}

TEST(ToMapiBodies, SeveralHtmlPartsAreOneDocument) {
    const auto message = mapi_of(multipart(
        "mixed", {part("text/html; charset=iso-8859-1", "<html><body>one \xE4</body></html>"),
                  part("image/png", "p"),
                  part("text/html; charset=utf-8", "<html><body>two \xC3\xA4</body></html>")}));
    const std::string html = bytes(message, mapi::PidTagHtml);
    EXPECT_THAT(html,
                testing::MatchesRegex("<html><body>one ä<img src=\"cid:.*\">two ä</body></html>"));
    EXPECT_EQ(code_page(message), 65001);
    ASSERT_THAT(message.attachments, SizeIs(1));
    EXPECT_TRUE(hidden(message.attachments[0]));
}

TEST(ToMapiBodies, TextsWithoutHtmlAreJoined) {
    const auto message =
        mapi_of(multipart("mixed", {part("text/plain", "one"), part("text/plain", "footer")}));
    EXPECT_EQ(text(message, mapi::PidTagBody), "one\r\nfooter");
    EXPECT_THAT(message.attachments, IsEmpty());
}

TEST(ToMapiBodies, AttachedTextIsNoBody) {
    const auto message = mapi_of(multipart(
        "mixed", {part("text/plain", "file", "Content-Disposition: attachment; filename=f.txt\n"),
                  part("text/plain", "P")}));
    EXPECT_EQ(text(message, mapi::PidTagBody), "P");
    EXPECT_THAT(names(message), ElementsAre("f.txt"));
    EXPECT_EQ(data(message.attachments[0]), "file");
}

TEST(ToMapiBodies, NamedTextBehindTheBodyIsAFile) {
    const auto message = mapi_of(multipart(
        "mixed", {part("text/plain", "P"), part("text/plain; charset=utf-16", "a\n\nb",
                                                "Content-Disposition: inline; filename=a.txt\n")}));
    EXPECT_EQ(text(message, mapi::PidTagBody), "P");
    EXPECT_THAT(names(message), ElementsAre("a.txt"));
    EXPECT_EQ(data(message.attachments[0]), "a\r\n\r\nb");
    EXPECT_EQ(text(message.attachments[0].properties, mapi::PidTagTextAttachmentCharset), "utf-16");
}

TEST(ToMapiBodies, ALoneTextWithANameIsTheBody) {
    EXPECT_EQ(text(mapi_of(part("text/plain; name=a.txt", "P")), mapi::PidTagBody), "P");
    EXPECT_EQ(text(mapi_of(part("text/plain", "P", "Content-Disposition: attachment\n")),
                   mapi::PidTagBody),
              "(absent)");
}

TEST(ToMapiBodies, AppleMailKeepsItsFilesVisible) {
    const auto message = mapi_of(multipart(
        "alternative",
        {part("text/plain", "P"),
         multipart("mixed",
                   {part("text/html", "<b>H</b>"), part("application/pdf; name=a.pdf", "%PDF")},
                   "y")}));
    EXPECT_EQ(bytes(message, mapi::PidTagHtml), "<b>H</b>");
    EXPECT_EQ(text(message, mapi::PidTagBody), "P");
    EXPECT_THAT(names(message), ElementsAre("a.pdf"));
    EXPECT_FALSE(hidden(message.attachments[0]));
}

TEST(ToMapiBodies, UnknownAlternativesAreKeptHidden) {
    const auto message = mapi_of(
        multipart("alternative", {part("text/plain", "P"), part("text/x-amp-html", "<html amp>"),
                                  part("text/html", "<b>H</b>"), part("application/pdf", "%PDF")}));
    ASSERT_THAT(message.attachments, SizeIs(2));
    EXPECT_TRUE(hidden(message.attachments[0]));
    EXPECT_FALSE(hidden(message.attachments[1]));
}

TEST(ToMapiBodies, MessagesWithoutTextHaveNoBody) {
    const auto message = mapi_of(part("image/png; name=a.png", "p"));
    EXPECT_FALSE(message.properties.contains(mapi::PidTagBody));
    EXPECT_THAT(names(message), ElementsAre("a.png"));
}

TEST(ToMapiBodies, MultipartsWithoutPartsAreText) {
    EXPECT_EQ(text(mapi_of("Content-Type: multipart/mixed\n\nraw\n"), mapi::PidTagBody), "raw\r\n");
    EXPECT_EQ(text(mapi_of("Content-Type: multipart/mixed; boundary=q\n\nraw\n"), mapi::PidTagBody),
              "raw\r\n");
}

TEST(ToMapiAttachments, MessagesInMessagesKeepTheirFiles) {
    const std::string docx = "PK\x03\x04" + std::string(300, '\xFE');
    std::string inner =
        "Subject: level 3\n" +
        multipart("mixed",
                  {part("text/plain", "inner"), part("application/vnd.x; name=a.docx", "UEsDBP7+",
                                                     "Content-Transfer-Encoding: base64\n")},
                  "b3");
    for (const char* boundary : {"b2", "b1"}) {
        inner =
            "Subject: outer\n" +
            multipart("mixed", {part("text/plain", "t"), part("message/rfc822", inner)}, boundary);
    }
    const auto message = mapi_of(inner);
    const mapi::Message* deepest = &message;
    for (int i = 0; i < 2; ++i) {
        ASSERT_THAT(deepest->attachments, SizeIs(1));
        EXPECT_EQ(deepest->attachments[0].method(), mapi::AttachMethod::EmbeddedMessage);
        deepest = deepest->attachments[0].embedded.get();
    }
    EXPECT_EQ(text(*deepest, mapi::PidTagSubject), "level 3");
    EXPECT_EQ(deepest->properties.integer(mapi::PidTagMessageFlags), 0x11);
    EXPECT_EQ(data(deepest->attachments.at(0)), "PK\x03\x04\xFE\xFE");
}

TEST(ToMapiAttachments, EncodedMessagesAreMessagesAllTheSame) {
    const auto message =
        mapi_of(multipart("mixed", {part("message/rfc822", "U3ViamVjdDogaW5uZXIKCmhlbGxvCg==",
                                         "Content-Transfer-Encoding: base64\n")}));
    ASSERT_THAT(message.attachments, SizeIs(1));
    ASSERT_TRUE(message.attachments[0].embedded);
    EXPECT_EQ(text(*message.attachments[0].embedded, mapi::PidTagSubject), "inner");
    EXPECT_EQ(text(*message.attachments[0].embedded, mapi::PidTagBody), "hello\r\n");
}

TEST(ToMapiAttachments, DigestsHoldMessages) {
    const auto message =
        mapi_of(multipart("digest", {"\nSubject: one\n\n1\n",
                                     "Content-Type: message/rfc822\n\nSubject: two\n\n2\n"}));
    ASSERT_THAT(message.attachments, SizeIs(2));
    ASSERT_TRUE(message.attachments[0].embedded && message.attachments[1].embedded);
    EXPECT_EQ(text(*message.attachments[0].embedded, mapi::PidTagSubject), "one");
    EXPECT_EQ(text(message.attachments[1].properties, mapi::PidTagDisplayName), "two");
}

TEST(ToMapiAttachments, NamesAreDecodedAndMadeSafe) {
    const auto name_of = [](std::string_view header) {
        return name(mapi_of("Content-Type: application/pdf" + std::string(header) + "\n\nx")
                        .attachments.at(0));
    };
    EXPECT_EQ(name_of("\nContent-Disposition: attachment; filename=x;\n "
                      "filename*=UTF-8''a%20%28123%29.pdf"),
              "a (123).pdf");
    EXPECT_EQ(name_of("; name=\"=?utf-8?Q?=C3=BC.pdf?=\""), "ü.pdf");
    EXPECT_EQ(name_of("; name=\"..\\..\\evil:name?.exe.\""), "evil_name_.exe");
    EXPECT_EQ(name_of("; name*0*=utf-8''%C3; name*1*=%A4b; name*2=c.pdf"), "äbc.pdf");
    EXPECT_EQ(name_of("; name=\"M\xE4rz.pdf\""), "März.pdf");
    EXPECT_EQ(name_of("; name=two words.pdf"), "two words.pdf");
    EXPECT_EQ(name_of(""), "ATT00001.pdf");
    EXPECT_EQ(name_of("; name=\"...\""), "ATT00001.pdf");
}

TEST(ToMapiAttachments, ABlankDescriptionIsNone) {
    const auto message = mapi_of(multipart(
        "mixed", {part("text/plain", "see"), part("application/pdf; name=a.pdf", "p",
                                                  "Content-Description: =?utf-8?B?AQ==?=\n")}));
    ASSERT_EQ(message.attachments.size(), 1U);
    EXPECT_EQ(text(message.attachments[0].properties, mapi::PidTagDisplayName), "a.pdf");
}

TEST(ToMapiAttachments, PropertiesAreComplete) {
    const auto message = mapi_of(
        multipart("mixed", {part("text/plain", "P"),
                            part("Application/PDF; name=\"long file name.pdf\"", "%PDF",
                                 "Content-Description: A file\nContent-Disposition: attachment;\n "
                                 "modification-date=\"Tue, 2 Jan 2024 11:11:44 +0000\"\n")}));
    const mapi::PropertyBag& bag = message.attachments.at(0).properties;
    EXPECT_EQ(message.attachments[0].method(), mapi::AttachMethod::ByValue);
    EXPECT_EQ(text(bag, mapi::PidTagAttachMimeTag), "application/pdf");
    EXPECT_EQ(text(bag, mapi::PidTagAttachExtension), ".pdf");
    EXPECT_EQ(text(bag, mapi::PidTagAttachFilename), "longfi~1.pdf");
    EXPECT_EQ(text(bag, mapi::PidTagDisplayName), "A file");
    EXPECT_EQ(bag.integer(mapi::PidTagRenderingPosition), -1);
    EXPECT_TRUE(bag.contains(mapi::PidTagLastModificationTime));
}

TEST(ToMapiAttachments, LargeOnesAreDecodedWhileTheyAreRead) {
    std::string source =
        "Content-Type: application/octet-stream; name=a.bin\n"
        "Content-Transfer-Encoding: base64\n\n";
    const std::size_t lines = 60'000;
    for (std::size_t i = 0; i < lines; ++i) {
        source += "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\n";
    }
    const auto mail = mail_of(source);
    const auto message = mapi_of(mail);
    const mapi::Attachment& attachment = message.attachments.at(0);
    EXPECT_TRUE(attachment.data->in_memory().empty());
    EXPECT_EQ(attachment.data->size(), lines * 51);
    EXPECT_EQ(data(attachment).substr(51, 51),
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxy");
}

TEST(ToMapiAttachments, TnefPartsAndReportsAreKept) {
    const auto tnef = mapi_of(part("application/ms-tnef", "x"));
    EXPECT_THAT(names(tnef), ElementsAre("winmail.dat"));
    EXPECT_EQ(text(tnef.attachments[0].properties, mapi::PidTagAttachMimeTag),
              "application/octet-stream");
    const auto report = mapi_of(
        multipart("report; report-type=delivery-status",
                  {part("text/plain", "failed"), part("message/delivery-status", "Action: failed"),
                   part("text/rfc822-headers", "To: a@x")}));
    EXPECT_EQ(text(report, mapi::PidTagMessageClass), "IPM.Note");
    EXPECT_EQ(text(report, mapi::PidTagBody), "failed");
    ASSERT_THAT(report.attachments, SizeIs(2));
    EXPECT_EQ(text(report.attachments[0].properties, mapi::PidTagAttachMimeTag),
              "message/delivery-status");
}

TEST(ToMapiAttachments, OnlyTheReturnedMessageOfABounceIsAMessage) {
    const auto bounce = mapi_of(
        multipart("report; report-type=delivery-status",
                  {part("text/plain", "failed"),
                   part("message/delivery-status", "Reporting-MTA: dns; x\n\nAction: failed\n"),
                   part("message/rfc822", "Subject: returned\n\ntext\n")}));
    ASSERT_THAT(bounce.attachments, SizeIs(2));
    EXPECT_EQ(bounce.attachments[0].method(), mapi::AttachMethod::ByValue);
    EXPECT_THAT(data(bounce.attachments[0]), HasSubstr("Action: failed"));
    ASSERT_EQ(bounce.attachments[1].method(), mapi::AttachMethod::EmbeddedMessage);
    EXPECT_EQ(text(*bounce.attachments[1].embedded, mapi::PidTagSubject), "returned");
    EXPECT_EQ(text(bounce, mapi::PidTagBody), "failed");
}

TEST(ToMapiAttachments, FilesElsewhereAreShortcuts) {
    const auto message = mapi_of(
        part("message/external-body; access-type=anon-ftp; site=ftp.x; directory=pub; name=a.ps",
             "Content-Type: application/postscript\n\n"));
    EXPECT_THAT(names(message), ElementsAre("a.ps.url"));
    EXPECT_EQ(data(message.attachments[0]), "[InternetShortcut]\r\nURL=ftp://ftp.x/pub/a.ps\r\n");
}

TEST(ToMapiAttachments, ResourceForksAreHidden) {
    const auto message = mapi_of(multipart(
        "mixed", {part("text/plain", "P"), multipart("appledouble",
                                                     {part("application/applefile; name=a", "fork"),
                                                      part("image/jpeg; name=a.jpg", "data")},
                                                     "y")}));
    EXPECT_THAT(names(message), ElementsAre("a", "a.jpg"));
    EXPECT_TRUE(hidden(message.attachments[0]));
    EXPECT_FALSE(hidden(message.attachments[1]));
}

TEST(ToMapiSmime, SignedMailKeepsTheBytesThatWereSigned) {
    const std::string type =
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\n"
        "\tmicalg=sha-256; boundary=\"s\"\n";
    const std::string body =
        "\npreamble\n--s\nContent-Type: text/plain\n\nsigned \n--s\n"
        "Content-Type: application/pkcs7-signature; name=smime.p7s\n"
        "Content-Transfer-Encoding: base64\n\nTUlJ\n--s--\nepilogue\n";
    const std::string expected = "MIME-Version: 1.0\r\n" + crlf(type + body);
    for (const std::string& source : {crlf("From: a@x\n" + type + "Subject: s\n" + body),
                                      "From: a@x\n" + type + "Subject: s\n" + body}) {
        const auto message = mapi_of(mail_of(source));
        EXPECT_EQ(text(message, mapi::PidTagMessageClass), "IPM.Note.SMIME.MultipartSigned");
        EXPECT_EQ(text(message, mapi::PidTagBody), "signed ");
        ASSERT_THAT(message.attachments, SizeIs(1));
        EXPECT_EQ(name(message.attachments[0]), "SMIME.p7m");
        EXPECT_EQ(text(message.attachments[0].properties, mapi::PidTagAttachMimeTag),
                  "multipart/signed");
        EXPECT_EQ(data(message.attachments[0]), expected);
    }
}

TEST(ToMapiSmime, OpaqueMailIsOneObject) {
    for (const char* type : {"application/pkcs7-mime; smime-type=enveloped-data",
                             "application/x-pkcs7-mime", "application/octet-stream; name=x.p7m"}) {
        const auto message = mapi_of(part(type, "MIAGCQ==", "Content-Transfer-Encoding: base64\n"));
        EXPECT_EQ(text(message, mapi::PidTagMessageClass), "IPM.Note.SMIME") << type;
        EXPECT_FALSE(message.properties.contains(mapi::PidTagBody));
        EXPECT_EQ(data(message.attachments.at(0)), std::string("\x30\x80\x06\x09", 4));
        const auto* content_type = message.properties.get<std::string>(
            mapi::PropertyName{mapi::PS_INTERNET_HEADERS, "content-type"});
        ASSERT_NE(content_type, nullptr);
        EXPECT_EQ(*content_type, type);
    }
    EXPECT_EQ(text(mapi_of(part("application/pkcs7-mime; smime-type=certs-only", "x")),
                   mapi::PidTagMessageClass),
              "IPM.Note");
}

TEST(ToMapiSmime, PgpMailStaysAnOrdinaryNote) {
    const auto encrypted =
        mapi_of(multipart("encrypted; protocol=\"application/pgp-encrypted\"",
                          {part("application/pgp-encrypted", "Version: 1"),
                           part("application/octet-stream; name=encrypted.asc", "-----BEGIN")}));
    EXPECT_EQ(text(encrypted, mapi::PidTagMessageClass), "IPM.Note");
    EXPECT_FALSE(encrypted.properties.contains(mapi::PidTagBody));
    EXPECT_THAT(encrypted.attachments, SizeIs(2));
    const auto is_signed = mapi_of(multipart(
        "signed; protocol=\"application/pgp-signature\"",
        {part("text/plain", "P"), part("application/pgp-signature; name=signature.asc", "-")}));
    EXPECT_EQ(text(is_signed, mapi::PidTagMessageClass), "IPM.Note");
    EXPECT_EQ(text(is_signed, mapi::PidTagBody), "P");
    EXPECT_THAT(names(is_signed), ElementsAre("signature.asc"));
}

TEST(ToMapiCalendar, InvitationsStayNotesWithTheirFile) {
    for (const char* container : {"alternative", "mixed"}) {
        const auto message = mapi_of(multipart(
            container,
            {part("text/plain", "P"), part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR")}));
        EXPECT_EQ(text(message, mapi::PidTagMessageClass), "IPM.Note");
        EXPECT_EQ(text(message, mapi::PidTagBody), "P");
        ASSERT_THAT(message.attachments, SizeIs(1));
        EXPECT_EQ(name(message.attachments[0]), "ATT00001.ics");
        EXPECT_FALSE(hidden(message.attachments[0]));
    }
}

TEST(ToMapiStress, DeepNestingEndsInAFile) {
    std::string multiparts;
    std::string messages;
    for (int i = 0; i < 10'000; ++i) {
        const std::string n = std::to_string(i);
        multiparts += "Content-Type: multipart/mixed; boundary=b" + n + "\n\n--b" + n + "\n";
        messages += "Content-Type: message/rfc822\n\n";
    }
    base::DiagnosticList list;
    for (const std::string& source : {multiparts + "\ndeep\n", messages + "Subject: deep\n\nx\n"}) {
        const auto message = to_mapi(mail_of(source), {.exact_source = false}, list);
        EXPECT_THAT(message.attachments, SizeIs(1));
    }
    EXPECT_FALSE(list.items.empty());
}

TEST(ToMapiStress, ManyPartsAndRecipientsAreAllThere) {
    std::string source = "To: ";
    for (int i = 0; i < 100'000; ++i) {
        source += "User " + std::to_string(i) + " <u" + std::to_string(i) + "@x>,\n ";
    }
    source += "last@x\nContent-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < 100'000; ++i) {
        source += "--b\nContent-Type: image/png\n\np\n";
    }
    const auto message = mapi_of(mail_of(source));
    EXPECT_THAT(message.recipients, SizeIs(100'001));
    EXPECT_THAT(message.attachments, SizeIs(100'000));
}

TEST(ToMapiStress, LongLinesAndUnclosedThingsEnd) {
    const std::string long_line(10'000'000, 'x');
    EXPECT_EQ(text(mapi_of(mail_of("Subject: s\n\n" + long_line)), mapi::PidTagBody), long_line);
    for (const char* unit : {"a:", "(", "\"", "<", "[", "\\\"", "=?utf-8?Q?a", "=?a?q?x?= ", ",",
                             "x*0=", ";=", "--", "@", "a@b:"}) {
        std::string value;
        for (int i = 0; i < 100'000; ++i) {
            value += unit;
        }
        mapi_of(mail_of("To: " + value + "\nSubject: " + value + "\nContent-Type: a/b;" + value +
                        "\nDate: " + value + "\nKeywords: " + value + "\n\n" + value));
    }
}

TEST(ToMapiStress, BoundariesThatLookAlikeDoNotMix) {
    const auto message = mapi_of(
        "Content-Type: multipart/mixed; boundary=a\n\n"
        "--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\none\n--abc\n--ab--\n"
        "--a \nContent-Type: image/png; name=p\n\nx\n--a--\n");
    EXPECT_EQ(text(message, mapi::PidTagBody), "one\r\n--abc");
    EXPECT_THAT(names(message), ElementsAre("p"));
}

TEST(ToMapiStress, FailuresOfTheSourceAreToldAsTheyAre) {
    class Broken final : public base::ByteSource {
      public:
        std::uint64_t size() const override { return 10'000'000; }
        std::unique_ptr<base::ByteReader> open() const override {
            throw Error(ErrorCode::Io, "no");
        }
    };
    mail::Message mail;
    mail.source = std::make_shared<Broken>();
    EXPECT_THROW(mapi_of(mail), Error);
}

std::size_t recipe_size(const mapi::Message& message) {
    return message.properties.get<base::Bytes>(exact::exact_source_name())->size();
}

TEST(ToMapi, TheRecipeRefersToEveryValueThatIsStored) {
    std::string text;
    std::string base64;
    for (int i = 0; i < 400; ++i) {
        text += "Line " + std::to_string(i * 7919 % 1000) + "\n";
        base64 += "TGluZSBvZiBhbiBhdHRhY2htZW50" + std::to_string(i * 7919 % 9000 + 1000) + "\n";
    }
    const std::string inner = "Subject: inner\n\n" + text;
    const std::string mixed =
        multipart("mixed", {part("text/plain", text), part("text/html", "<p>" + text),
                            part("image/png", base64, "Content-Transfer-Encoding: base64\n"),
                            part("message/rfc822", inner),
                            part("message/rfc822", "U3ViamVjdDogaW5uZXIKCiAg" + base64,
                                 "Content-Transfer-Encoding: base64\n")});
    const mapi::Message message = mapi_of(mail_of("Subject: s\n" + mixed), {});
    ASSERT_THAT(message.attachments, SizeIs(4));
    EXPECT_LT(recipe_size(message), 400U);
    ASSERT_TRUE(message.attachments[2].embedded);
    EXPECT_LT(recipe_size(*message.attachments[2].embedded), 150U);
    EXPECT_TRUE(message.attachments[3].embedded);
}

TEST(ToMapi, EveryLevelOfEmbeddedMessagesHasASmallRecipe) {
    std::string text;
    for (int i = 0; i < 400; ++i) {
        text += "Line " + std::to_string(i * 7919 % 1000) + "\n";
    }
    std::string source = "Subject: innermost\n\n" + text;
    for (int i = 0; i < 40; ++i) {
        source = "Subject: level\nContent-Type: message/rfc822\n\n" + source;
    }
    const mapi::Message message = mapi_of(mail_of(source), {});
    const mapi::Message* level = &message;
    for (int i = 0; i < 40; ++i) {
        EXPECT_LT(recipe_size(*level), 150U) << i;
        ASSERT_THAT(level->attachments, SizeIs(1)) << i;
        level = level->attachments[0].embedded.get();
    }
    const auto exact = exact::exact_source(message);
    ASSERT_EQ(exact.origin, exact::SourceOrigin::Exact);
    EXPECT_EQ(base::read_all_text(*exact.source, source.size()), source);
}

TEST(ToMapi, GivesTheSameForTheSame) {
    const auto describe = [](const mapi::Message& message) {
        std::string result;
        for (const auto& [id, typed] : message.properties.fixed()) {
            const mapi::PropertyTag tag{id, typed.type};
            result += std::to_string(id) + text(message, tag) + bytes(message, tag);
        }
        return result;
    };
    const std::string source = "Subject: s\nMessage-ID: <a@x>\n\ntext\n";
    EXPECT_EQ(describe(mapi_of(source)), describe(mapi_of(source)));
}

}  // namespace
}  // namespace mbx::convert
