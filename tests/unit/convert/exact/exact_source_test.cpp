#include "convert/exact/exact_source.hpp"

#include <gtest/gtest.h>

#include <string>

#include "convert/exact/recipe_encoder.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::exact {
namespace {

const std::string kHeader =
    "From: Anna <anna@example.org>\nTo: john@example.com\nSubject: x\nDate: Mon, 02 Mar 2026 "
    "09:15:00 +0100\n";

std::string with_crlf(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result += c == '\n' ? "\r\n" : std::string(1, c);
    }
    return result;
}

std::size_t recipe_size(const mapi::Message& message) {
    return message.properties.get<base::Bytes>(exact_source_name())->size();
}

/// Keeps the source, and says whether it comes back; `largest` bounds the recipe.
void expect_exact(mapi::Message& message, const std::string& source, std::size_t largest) {
    keep_exact_source(message, base::memory_source(source), {});
    const ExactSource exact = exact_source(message);
    ASSERT_EQ(exact.origin, SourceOrigin::Exact);
    EXPECT_EQ(base::read_all_text(*exact.source, source.size()), source);
    EXPECT_LE(recipe_size(message), largest);
}

mapi::Message message_with(const std::string& header, const std::string& body) {
    mapi::Message message;
    message.properties.set(mapi::PidTagTransportMessageHeaders, with_crlf(header));
    if (!body.empty()) {
        message.properties.set(mapi::PidTagBody, with_crlf(body));
    }
    return message;
}

void attach(mapi::Message& message, const std::string& data) {
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{1});
    attachment.data = base::memory_source(data);
    message.attachments.push_back(std::move(attachment));
}

std::string long_text() {
    std::string text;
    for (int i = 0; i < 200; ++i) {
        text += "This is line " + std::to_string(i * 7919 % 1000) +
                " of a text that goes on for some time.\n";
    }
    return text;
}

TEST(ExactSource, PlainTextCostsLittleMoreThanItsHead) {
    mapi::Message message = message_with(kHeader, long_text());
    expect_exact(message, kHeader + "\n" + long_text(), 100);
}

TEST(ExactSource, KeepsCrlf) {
    mapi::Message message = message_with(kHeader, long_text());
    expect_exact(message, with_crlf(kHeader + "\n" + long_text()), 100);
}

TEST(ExactSource, KeepsMixedLineEndsNulAndBareCr) {
    mapi::Message message = message_with(kHeader, long_text() + "a b\nend");
    const std::string source =
        with_crlf(kHeader) + "\n" + long_text() + std::string("a\0b\r\nend", 8);
    expect_exact(message, source, 130);
}

TEST(ExactSource, KeepsLegacySingleByteText) {
    const std::string header = kHeader + "Content-Type: text/plain; charset=iso-8859-1\n";
    mapi::Message message = message_with(header, long_text() + "Gr\u00fc\u00dfe \u20ac\n");
    expect_exact(message,
                 header + "\n" + long_text() +
                     "Gr\xfc\xdf"
                     "e \x80\n",
                 110);
}

TEST(ExactSource, RefersToBase64Attachments) {
    std::string data;
    std::string encoded;
    for (int i = 0; i < 5700; ++i) {
        data += static_cast<char>(i * 31 % 256);
    }
    mapi::Message message = message_with(kHeader, "hello there, this is the text\n");
    attach(message, data);
    const Base64 op{{}, 0, data.size() / 3 * 4, 76, false, true};
    encode_base64(op, *base::memory_source(data),
                  [&](base::ByteView piece) { encoded += base::as_text(piece); });
    const std::string header =
        kHeader + "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n";
    message.properties.set(mapi::PidTagTransportMessageHeaders, with_crlf(header));
    expect_exact(
        message,
        header +
            "\n--b\nContent-Type: text/plain\n\nhello there, this is the text\n\n--b\n"
            "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" +
            encoded + "\n--b--\n",
        200);
}

TEST(ExactSource, RefersToQuotedPrintableText) {
    const std::string header =
        kHeader +
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n";
    mapi::Message message =
        message_with(header, long_text() +
                                 "Grüße aus Köln, und eine lange Zeile dazu, die nicht in eine "
                                 "Zeile passt, sondern zwei braucht\n");
    expect_exact(message,
                 header + "\n" + long_text() +
                     "Gr=C3=BC=C3=9Fe aus K=C3=B6ln, und eine lange Zeile dazu, die nicht in "
                     "eine=\n Zeile passt, sondern zwei braucht\n",
                 130);
}

TEST(ExactSource, KeepsWhatItCannotReferTo) {
    mapi::Message message = message_with("", "");
    const std::string source("\x00\xff\x01garbage without any structure\r\r\n\n", 36);
    expect_exact(message, source, source.size() + 64);
}

TEST(ExactSource, KeepsNothing) {
    mapi::Message message;
    expect_exact(message, "", 64);
}

TEST(ExactSource, EmbeddedMessageHasItsOwn) {
    const std::string inner_source = kHeader + "\n" + long_text();
    mapi::Message message = message_with(kHeader, "");
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
    attachment.embedded = std::make_unique<mapi::Message>(message_with(kHeader, long_text()));
    keep_exact_source(*attachment.embedded, base::memory_source(inner_source), {});
    message.attachments.push_back(std::move(attachment));
    const std::string header = kHeader + "Content-Type: multipart/mixed; boundary=b\n";
    message.properties.set(mapi::PidTagTransportMessageHeaders, with_crlf(header));
    expect_exact(message,
                 header + "\n--b\nContent-Type: message/rfc822\n\n" + inner_source + "\n--b--\n",
                 150);
}

class EditedMessage : public testing::Test {
  protected:
    EditedMessage() : message_(message_with(kHeader, long_text())) {
        message_.properties.set(mapi::PidTagSubject, std::string("x"));
        attach(message_, "some attached bytes, not in the source");
        keep_exact_source(message_, base::memory_source(kHeader + "\n" + long_text()), {});
    }
    SourceOrigin origin() const { return exact_source(message_).origin; }

    mapi::Message message_;
};

TEST_F(EditedMessage, IsNoticedBySubject) {
    ASSERT_EQ(origin(), SourceOrigin::Exact);
    message_.properties.set(mapi::PidTagSubject, std::string("y"));
    EXPECT_EQ(origin(), SourceOrigin::Edited);
}

TEST_F(EditedMessage, IsNoticedByBody) {
    message_.properties.set(mapi::PidTagBody, with_crlf(long_text() + "PS\n"));
    EXPECT_EQ(origin(), SourceOrigin::Edited);
}

TEST_F(EditedMessage, IsNoticedByAttachment) {
    message_.attachments[0].data =
        base::memory_source(std::string("SOME attached bytes, not in the source"));
    EXPECT_EQ(origin(), SourceOrigin::Edited);
    message_.attachments.clear();
    EXPECT_EQ(origin(), SourceOrigin::Edited);
}

TEST_F(EditedMessage, IsNotOneThatWasReadFlaggedOrCategorised) {
    message_.properties.set(mapi::PidTagMessageFlags, std::int32_t{1});
    message_.properties.set(mapi::PidTagFlagStatus, std::int32_t{2});
    message_.properties.set(mapi::PidTagImportance, std::int32_t{2});
    message_.properties.set({mapi::PS_PUBLIC_STRINGS, std::string("Keywords")},
                            mapi::PropertyType::MultipleString, std::vector<std::string>{"Work"});
    EXPECT_EQ(origin(), SourceOrigin::Exact);
}

TEST_F(EditedMessage, EveryBrokenRecipeIsRefused) {
    const base::Bytes good = *message_.properties.get<base::Bytes>(exact_source_name());
    for (std::size_t i = 0; i < good.size(); ++i) {
        base::Bytes bad = good;
        bad[i] ^= std::byte{0x41};
        message_.properties.set(exact_source_name(), mapi::PropertyType::Binary, bad);
        const ExactSource exact = exact_source(message_);
        EXPECT_TRUE(exact.origin != SourceOrigin::Exact || i == 3) << "byte " << i;
    }
    for (std::size_t n = 0; n < good.size(); ++n) {
        message_.properties.set(
            exact_source_name(), mapi::PropertyType::Binary,
            base::Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n)));
        EXPECT_NE(origin(), SourceOrigin::Exact) << n << " bytes";
    }
}

}  // namespace
}  // namespace mbx::convert::exact
