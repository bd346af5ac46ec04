// winmail.dat: reading it, and putting what it holds in its place.
#include "tnef_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "convert/tnef_reader.hpp"
#include "convert/to_mapi.hpp"
#include "support/shared_corpus.hpp"
#include "to_mail_fixture.hpp"

namespace mbx::convert {
namespace {

using test::Tnef;
using test::TnefList;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t kBody = 0x1000001F;
constexpr std::uint32_t kHtml = 0x10130102;

TnefContent read(const std::string& bytes) {
    auto content = read_tnef(base::memory_source(bytes));
    EXPECT_TRUE(content);
    return content ? *std::move(content) : TnefContent{};
}

std::string text(const mapi::PropertyBag& bag, mapi::PropertyTag tag) {
    return bag.text(tag).value_or("(absent)");
}

std::string data(const mapi::Attachment& attachment) {
    return attachment.data ? base::read_all_text(*attachment.data, 1U << 20) : "(none)";
}

MadeMail unpacked(const mapi::Message& message) {
    ToMailOptions options;
    options.unpack_tnef = true;
    return make_mail(message, options);
}

/// A mail as it lies in a Maildir, with a TNEF part; then a message object.
mapi::Message mail_with_tnef(const std::string& tnef, const std::string& body = "Text\r\n") {
    mapi::Message message = received_mail();
    message.properties.set(mapi::PidTagBody, body);
    message.attachments.push_back(file_attachment("winmail.dat", tnef, "application/octet-stream"));
    return message;
}

TEST(TnefReader, ReadsAttributesOfTheTimeBeforeMapi) {
    const std::string from = "Jos\xE9";
    const std::string address = "SMTP:jose@x.example";
    const auto content =
        read(Tnef()
                 .message(0x00078008, std::string("IPM.Microsoft Mail.Note\0", 24))
                 .message(0x00018004, std::string("Caf\xE9\0", 5))
                 .message(0x0002800C, std::string("Body\0", 5))
                 .message(0x0004800D, test::tnef_u16(1))
                 .message(0x00038005, test::tnef_u16(2024) + test::tnef_u16(1) + test::tnef_u16(1) +
                                          test::tnef_u16(8) + test::tnef_u16(9) +
                                          test::tnef_u16(10) + test::tnef_u16(1))
                 .message(0x00008000, test::tnef_u16(4) + test::tnef_u16(0) + test::tnef_u16(5) +
                                          test::tnef_u16(20) + from + std::string(1, '\0') +
                                          address + std::string(1, '\0'))
                 .bytes());
    const mapi::PropertyBag& p = content.message.properties;
    EXPECT_TRUE(content.complete);
    EXPECT_EQ(text(p, mapi::PidTagMessageClass), "IPM.Note");
    EXPECT_EQ(text(p, mapi::PidTagSubject), "Café");
    EXPECT_EQ(text(p, mapi::PidTagBody), "Body");
    EXPECT_EQ(p.integer(mapi::PidTagImportance), 2);
    EXPECT_EQ(p.time(mapi::PidTagClientSubmitTime), kSent);
    EXPECT_EQ(text(p, mapi::PidTagSenderName), "José");
    EXPECT_EQ(text(p, mapi::PidTagSenderEmailAddress), "jose@x.example");
}

TEST(TnefReader, ReadsPropertiesOfEachType) {
    const auto content =
        read(Tnef()
                 .message(TnefList()
                              .raw(0x00170003, test::tnef_u32(2))
                              .raw(0x0029000B, test::tnef_u32(1))
                              .raw(0x00390040, test::tnef_u64(kSent.ticks))
                              .text(0x0037001F, "Größe")
                              .piece(0x0070001E, std::string("Gr\xF6\xDF"
                                                             "e\0",
                                                             6))
                              .piece(0x00710102, "abc")
                              .raw(0x00360002, test::tnef_u32(7))
                              .named(mapi::PS_PUBLIC_STRINGS, "Keywords", 0x101F,
                                     test::tnef_u32(2) +
                                         TnefList::piece_bytes(test::tnef_utf16("a")).substr(4) +
                                         TnefList::piece_bytes(test::tnef_utf16("b")).substr(4))
                              .named(mapi::PSETID_Common, 0x8503, 0x000B, test::tnef_u32(1)))
                 .bytes());
    const mapi::PropertyBag& p = content.message.properties;
    EXPECT_TRUE(content.complete);
    EXPECT_EQ(p.integer(mapi::PidTagImportance), 2);
    EXPECT_TRUE(p.boolean(mapi::PidTagReadReceiptRequested));
    EXPECT_EQ(p.time(mapi::PidTagClientSubmitTime), kSent);
    EXPECT_EQ(text(p, mapi::PidTagSubject), "Größe");
    EXPECT_EQ(text(p, mapi::PidTagConversationTopic), "Größe");
    EXPECT_EQ(p.binary(mapi::PidTagConversationIndex), base::to_bytes("abc"));
    const auto* keywords =
        p.get<std::vector<std::string>>(mapi::PropertyName{mapi::PS_PUBLIC_STRINGS, "Keywords"});
    ASSERT_NE(keywords, nullptr);
    EXPECT_THAT(*keywords, ElementsAre("a", "b"));
    EXPECT_NE(p.get<bool>(mapi::PropertyName{mapi::PSETID_Common, 0x8503U}), nullptr);
}

TEST(TnefReader, ReadsFilesObjectsAndMessages) {
    const Tnef inner = Tnef().message(TnefList().text(0x0037001F, "Inner")).file("in.txt", "deep");
    const auto content = read(Tnef()
                                  .file("SHORT~1.TXT", "one")
                                  .attachment(0x00069005, TnefList()
                                                              .text(0x3707001F, "A long name.txt")
                                                              .text(0x370E001F, "text/plain")
                                                              .bytes())
                                  .embed(inner)
                                  .attach(2)
                                  .attachment(0x0006800F, "object")
                                  .bytes());
    ASSERT_EQ(content.message.attachments.size(), 3U);
    const auto& [file, message, object] =
        std::tie(content.message.attachments[0], content.message.attachments[1],
                 content.message.attachments[2]);
    EXPECT_TRUE(content.complete);
    EXPECT_EQ(text(file.properties, mapi::PidTagAttachLongFilename), "A long name.txt");
    EXPECT_EQ(text(file.properties, mapi::PidTagAttachFilename), "SHORT~1.TXT");
    EXPECT_EQ(data(file), "one");
    ASSERT_NE(message.embedded, nullptr);
    EXPECT_EQ(text(message.embedded->properties, mapi::PidTagSubject), "Inner");
    ASSERT_EQ(message.embedded->attachments.size(), 1U);
    EXPECT_EQ(data(message.embedded->attachments[0]), "deep");
    EXPECT_EQ(object.method(), mapi::AttachMethod::Ole);
    EXPECT_EQ(data(object), "object");
}

TEST(TnefReader, ReadsRecipients) {
    const auto row = [](const std::string& name) {
        return TnefList().text(0x3001001F, name).integer(0x0C150003, 2).bytes();
    };
    const auto content =
        read(Tnef().message(0x00069004, test::tnef_u32(2) + row("A") + row("B")).bytes());
    ASSERT_EQ(content.message.recipients.size(), 2U);
    EXPECT_EQ(text(content.message.recipients[1], mapi::PidTagDisplayName), "B");
    EXPECT_EQ(content.message.recipients[1].integer(mapi::PidTagRecipientType), 2);
}

TEST(TnefReader, SaysWhenAStreamBreaksOffAnywhere) {
    const std::string whole = Tnef()
                                  .message(TnefList().text(kBody, "Body").piece(kHtml, "<p>x"))
                                  .file("a.txt", "data")
                                  .bytes();
    for (std::size_t size = 7; size < whole.size(); ++size) {
        const auto content = read_tnef(base::memory_source(whole.substr(0, size)));
        ASSERT_TRUE(content);
        // Without its last checksum it is whole; and it may end between two attributes.
        if (content->complete) {
            EXPECT_LE(content->message.attachments.size(), 1U);
        }
    }
    EXPECT_TRUE(read(whole).complete);
    EXPECT_FALSE(read(whole + "garbage").complete);
    EXPECT_FALSE(read_tnef(base::memory_source(std::string("\x78\x9F\x3E", 3))));
    EXPECT_FALSE(read_tnef(base::memory_source(std::string("no TNEF at all"))));
}

TEST(TnefReader, TrustsNoCountAndNoLength) {
    const std::string huge = test::tnef_u32(0xFFFFFFFF);
    for (const std::string& list :
         {huge, test::tnef_u32(1) + test::tnef_u32(0x0037001F), huge + huge,
          test::tnef_u32(1) + test::tnef_u16(0x001F) + test::tnef_u16(0x0037) + huge + huge,
          test::tnef_u32(1) + test::tnef_u16(0x1003) + test::tnef_u16(0x0037) + huge,
          test::tnef_u32(1) + test::tnef_u16(0x001F) + test::tnef_u16(0x8000) +
              std::string(16, 'g') + test::tnef_u32(1) + huge}) {
        EXPECT_FALSE(read(Tnef().message(0x00069003, list).bytes()).complete);
        EXPECT_FALSE(read(Tnef().message(0x00069004, list).bytes()).complete);
        EXPECT_FALSE(read(Tnef().attach().attachment(0x00069005, list).bytes()).complete);
    }
}

TEST(TnefReader, TakesAttributesWithWrongChecksums) {
    std::string bytes = Tnef().message(TnefList().text(0x0037001F, "S")).bytes();
    bytes.back() = static_cast<char>(bytes.back() + 1);
    const auto content = read(bytes);
    EXPECT_EQ(content.wrong_checksums, 1U);
    EXPECT_TRUE(content.complete);
    EXPECT_EQ(text(content.message.properties, mapi::PidTagSubject), "S");
}

TEST(TnefReader, LeavesMessagesThatAreTooDeepAsFiles) {
    Tnef stream = Tnef().message(TnefList().text(0x0037001F, "deepest"));
    for (int i = 0; i < 30; ++i) {
        stream = Tnef().embed(stream);
    }
    const auto content = read(stream.bytes());
    EXPECT_FALSE(content.complete);
    const mapi::Message* message = &content.message;
    int depth = 0;
    while (message->attachments[0].embedded != nullptr) {
        message = message->attachments[0].embedded.get();
        ++depth;
    }
    EXPECT_EQ(depth, 20);
    EXPECT_NE(message->attachments[0].data, nullptr);
}

TEST(UnpackTnef, IsDoneOnlyWhenAsked) {
    const mapi::Message message = mail_with_tnef(Tnef().file("a.txt", "data").bytes());
    EXPECT_THAT(make_mail(message).text, HasSubstr("winmail.dat"));
    EXPECT_THAT(unpacked(message).text, Not(HasSubstr("winmail.dat")));
}

TEST(UnpackTnef, PutsFilesAndHtmlInThePlaceOfWinmailDat) {
    const MadeMail mail = unpacked(mail_with_tnef(
        Tnef()
            .message(TnefList().piece(kHtml, "<p>Rich</p>").integer(0x3FDE0003, 65001))
            .file("a.pdf", "%PDF-")
            .bytes(),
        "Plain and a footer\r\n"));
    EXPECT_EQ(mail.tree,
              "multipart/mixed(multipart/alternative(text/plain,text/html),application/pdf)");
    EXPECT_THAT(mail.text, HasSubstr("Plain and a footer"));
    EXPECT_THAT(mail.text, HasSubstr("<p>Rich</p>"));
    EXPECT_THAT(mail.losses, ::testing::IsEmpty());
}

TEST(UnpackTnef, LeavesTheHeaderToTheMail) {
    const MadeMail mail =
        unpacked(mail_with_tnef(Tnef()
                                    .message(TnefList()
                                                 .text(0x0037001F, "Other subject")
                                                 .text(0x0C1A001F, "Somebody")
                                                 .text(0x0C1F001F, "/o=A/cn=B")
                                                 .text(0x1035001F, "<other@x.example>")
                                                 .integer(0x0E070003, 0x40)
                                                 .integer(0x00170003, 2))
                                    .bytes()));
    EXPECT_EQ(mail.field("Subject"), "Subject");
    EXPECT_EQ(mail.field("From"), "A <a@x.example>");
    EXPECT_EQ(mail.field("Sender"), "");
    EXPECT_EQ(mail.field("Message-ID"), "<1@x.example>");
    EXPECT_EQ(mail.field("Importance"), "high");
}

TEST(UnpackTnef, MakesMeetingsOfMeetings) {
    const MadeMail mail =
        unpacked(mail_with_tnef(Tnef()
                                    .message(TnefList()
                                                 .text(0x001A001F, "IPM.Schedule.Meeting.Request")
                                                 .raw(0x00600040, test::tnef_u64(kSent.ticks))
                                                 .raw(0x00610040, test::tnef_u64(kReceived.ticks)))
                                    .bytes()));
    EXPECT_THAT(mail.tree, HasSubstr("text/calendar"));
    EXPECT_THAT(mail.text, HasSubstr("METHOD:REQUEST"));
}

TEST(UnpackTnef, WorksInsideOfForwardedMailAndInsideOfItself) {
    const std::string inner = Tnef().file("inner.txt", "deep").bytes();
    const std::string outer = Tnef().file("winmail.dat", inner).file("outer.txt", "x").bytes();
    mapi::Message message = received_mail();
    mapi::Attachment forwarded;
    forwarded.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
    forwarded.embedded = std::make_unique<mapi::Message>(mail_with_tnef(outer));
    message.attachments.push_back(std::move(forwarded));
    const MadeMail mail = unpacked(message);
    EXPECT_THAT(mail.text, HasSubstr("outer.txt"));
    EXPECT_THAT(mail.text, HasSubstr("inner.txt"));
    EXPECT_THAT(mail.text, Not(HasSubstr("winmail.dat")));
}

TEST(UnpackTnef, MakesAMessageOfABodyThatFindsItsPlaceTaken) {
    mapi::Message message = mail_with_tnef(
        Tnef()
            .message(TnefList().text(0x0037001F, "Forwarded").piece(kHtml, "<p>Inner</p>"))
            .bytes());
    message.properties.set(mapi::PidTagHtml, base::to_bytes("<p>Outer</p>"));
    const MadeMail mail = unpacked(message);
    EXPECT_EQ(mail.tree,
              "multipart/mixed(multipart/alternative(text/plain,text/html),"
              "message/rfc822(multipart/alternative(text/plain,text/html)))");
    EXPECT_THAT(mail.text, HasSubstr("<p>Outer</p>"));
    EXPECT_THAT(mail.text, HasSubstr("<p>Inner</p>"));
    EXPECT_THAT(mail.text, HasSubstr("Subject: Forwarded"));
}

TEST(UnpackTnef, KeepsADamagedStreamBesideWhatItCouldTake) {
    const MadeMail mail =
        unpacked(mail_with_tnef(Tnef().file("a.txt", "data").bytes() + "garbage behind it"));
    EXPECT_THAT(mail.text, HasSubstr("a.txt"));
    EXPECT_THAT(mail.text, HasSubstr("winmail.dat"));
    EXPECT_TRUE(mail.lost("lossy-tnef"));
}

TEST(UnpackTnef, GoesBeforeTheExactSource) {
    const std::string tnef = Tnef().file("a.txt", "data").bytes();
    mail::Message source;
    source.source = base::memory_source(
        "From: a@x.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" +
        tnef);
    base::IgnoreDiagnostics ignore;
    const mapi::Message message = to_mapi(source, {}, ignore);
    ToMailOptions options;
    EXPECT_EQ(to_mail(message, options, ignore).origin, SourceOrigin::Exact);
    options.unpack_tnef = true;
    const ConvertedMail mail = to_mail(message, options, ignore);
    EXPECT_EQ(mail.origin, SourceOrigin::Rebuilt);
    EXPECT_THAT(base::read_all_text(*mail.message.source, 1U << 20), HasSubstr("a.txt"));
}

TEST(CorpusOfTnef, BecomesSoundMail) {
    const auto files = mbx::test::corpus_files(".tnef");
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    for (const auto& path : files) {
        SCOPED_TRACE(path.string());
        const std::string bytes = base::read_all_text(*base::file_source(path.string()), 1U << 30);
        const MadeMail mail = unpacked(mail_with_tnef(bytes, ""));
        if (const char* folder = std::getenv("MBX_KEEP_MAILS")) {  // for people who want to look
            std::ofstream(std::string(folder) + "/" + path.stem().string() + ".eml") << mail.text;
        }
        const auto content = read_tnef(base::memory_source(bytes));
        EXPECT_TRUE(!content || content->complete || mail.lost("lossy-tnef"));
    }
}

}  // namespace
}  // namespace mbx::convert
