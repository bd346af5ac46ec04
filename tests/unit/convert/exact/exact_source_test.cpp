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

struct Part {
    std::string bytes;  // as they stand in the source
    RecipeValue value = RecipeValue::Body;
    mail::TransferEncoding encoding = mail::TransferEncoding::Identity;
    std::string charset = "utf-8";
};

/// The header, and the last place of each part; attachments are numbered as they come.
Origins origins_in(const std::string& source, const std::vector<Part>& parts) {
    Origins origins(1);
    origins[0].range.end = std::min(source.find("\n\n"), source.find("\n\r\n")) + 1;
    std::size_t attachment = 0;
    for (const Part& part : parts) {
        Origin origin;
        origin.value = part.value;
        origin.range.begin = source.rfind(part.bytes);
        origin.range.end = origin.range.begin + part.bytes.size();
        origin.encoding = part.encoding;
        origin.charset = part.charset;
        const bool attached =
            part.value == RecipeValue::AttachmentData || part.value == RecipeValue::EmbeddedSource;
        origin.attachment = attached ? attachment++ : 0;
        origins.push_back(std::move(origin));
    }
    return origins;
}

/// Keeps the source, and says whether it comes back; `largest` bounds the recipe.
void expect_exact(mapi::Message& message, const std::string& source, std::size_t largest,
                  const std::vector<Part>& parts) {
    keep_exact_source(message, base::memory_source(source), origins_in(source, parts), {});
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
    expect_exact(message, kHeader + "\n" + long_text(), 100, {{long_text()}});
}

TEST(ExactSource, KeepsCrlf) {
    mapi::Message message = message_with(kHeader, long_text());
    expect_exact(message, with_crlf(kHeader + "\n" + long_text()), 100, {{with_crlf(long_text())}});
}

TEST(ExactSource, KeepsMixedLineEndsNulAndBareCr) {
    mapi::Message message = message_with(kHeader, long_text() + "a b\nend");
    const std::string body = long_text() + std::string("a\0b\r\nend", 8);
    expect_exact(message, with_crlf(kHeader) + "\n" + body, 130, {{body}});
}

TEST(ExactSource, KeepsLegacySingleByteText) {
    const std::string header = kHeader + "Content-Type: text/plain; charset=iso-8859-1\n";
    mapi::Message message = message_with(header, long_text() + "Gr\u00fc\u00dfe \u20ac\n");
    const std::string body = long_text() +
                             "Gr\xfc\xdf"
                             "e \x80\n";
    Part part{body};
    part.charset = "iso-8859-1";
    expect_exact(message, header + "\n" + body, 110, {part});
}

TEST(ExactSource, RefersToTextWhoseCharsetOnlyItsBytesTell) {
    for (const char* charset : {"", "us-ascii"}) {
        mapi::Message message = message_with(kHeader, long_text() + "Gr\u00fc\u00dfe \u20ac\n");
        Part latin{long_text() + "Gr\xfc\xdf" + "e \x80\n"};
        latin.charset = charset;
        expect_exact(message, kHeader + "\n" + latin.bytes, 110, {latin});
        Part utf8{long_text() + "Gr\u00fc\u00dfe \u20ac\n"};
        utf8.charset = charset;
        expect_exact(message, kHeader + "\n" + utf8.bytes, 110, {utf8});
    }
}

TEST(ExactSource, RefersToBase64Attachments) {
    std::string data;
    std::string encoded;
    for (int i = 0; i < 5700; ++i) {
        data += static_cast<char>(i * 31 % 256);
    }
    mapi::Message message = message_with(kHeader, "hello there, this is the text\n");
    attach(message, data);
    const Base64 op{{}, 0, data.size() / 3 * 4, 76, false, true, {}};
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
        200,
        {{"hello there, this is the text\n"},
         {encoded, RecipeValue::AttachmentData, mail::TransferEncoding::Base64}});
}

TEST(ExactSource, RefersToBase64InLinesOfAnyLength) {
    std::string data;
    for (unsigned i = 0; i < 57'000; ++i) {
        data += static_cast<char>(i * i % 251);
    }
    Base64 op{{}, 0, data.size() / 3 * 4, 0, true, true, {}};
    for (std::uint64_t left = op.count; left > 0; left -= op.line_lengths.back()) {
        op.line_lengths.push_back(
            std::min<std::uint64_t>(left, op.line_lengths.size() % 2 == 0 ? 61 : 60));
    }
    std::string encoded;
    encode_base64(op, *base::memory_source(data),
                  [&](base::ByteView piece) { encoded += base::as_text(piece); });
    EXPECT_EQ(encoded.size(), op.count + 2 * op.line_lengths.size());
    EXPECT_EQ(encoded.find("\r\n"), 61U);
    mapi::Message message = message_with(kHeader, "");
    attach(message, data);
    expect_exact(message, kHeader + "\n" + encoded + "\n*** a footer ***\n", 190,
                 {{encoded, RecipeValue::AttachmentData, mail::TransferEncoding::Base64}});
}

TEST(ExactSource, RefersToUuencodedAttachments) {
    std::string data;
    for (unsigned i = 0; i < 57'001; ++i) {
        data += static_cast<char>(i * i % 7 == 0 ? 0 : i * i % 251);
    }
    for (const auto& [grave, trimmed] :
         {std::pair(true, false), std::pair(false, false), std::pair(false, true)}) {
        std::string lines;
        encode_uu({{}, data.size(), false, grave, trimmed}, *base::memory_source(data),
                  [&](base::ByteView piece) { lines += base::as_text(piece); });
        EXPECT_EQ(lines.front(), 'M');
        const std::string encoded = "begin 644 a.bin\n" + lines + "`\nend\n";
        const std::string source = trimmed ? with_crlf(encoded) : encoded;
        mapi::Message message = message_with(kHeader, "");
        attach(message, data);
        expect_exact(message, kHeader + "\n" + source, 150,
                     {{source, RecipeValue::AttachmentData, mail::TransferEncoding::UuEncode}});
    }
}

TEST(ExactSource, UuencodedTextIsLikeThatOfOtherPrograms) {
    std::string text;
    encode_uu({{}, 5, false, true, false}, *base::memory_source(std::string("Cat\0s", 5)),
              [&](base::ByteView piece) { text += base::as_text(piece); });
    EXPECT_EQ(text, "%0V%T`',`\n");
}

TEST(ExactSource, Base64ThatEndsWronglyIsLiteralAtItsEndOnly) {
    std::string data;
    std::string encoded;
    for (int i = 0; i < 5701; ++i) {
        data += static_cast<char>(i * 31 % 256);
    }
    const Base64 op{{}, 0, 7604, 76, false, true, {}};
    encode_base64(op, *base::memory_source(data),
                  [&](base::ByteView piece) { encoded += base::as_text(piece); });
    ASSERT_TRUE(encoded.ends_with("==\n"));
    const std::string lines = encoded.substr(0, encoded.size() - 5);
    const std::string one_line = [&] {
        std::string text = lines;
        std::erase(text, '\n');
        return text;
    }();
    // Bits of the last byte that mean nothing are set; padding is absent; data in one line.
    for (const std::string& wrong : {lines + "5V==\n", lines + "5R", one_line + "5V=\n"}) {
        mapi::Message message = message_with(kHeader, "");
        attach(message, data);
        expect_exact(message, kHeader + "\n" + wrong, 160,
                     {{wrong, RecipeValue::AttachmentData, mail::TransferEncoding::Base64}});
    }
}

TEST(ExactSource, RefersToQuotedPrintableText) {
    const std::string header =
        kHeader +
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n";
    mapi::Message message =
        message_with(header, long_text() +
                                 "Grüße aus Köln, und eine lange Zeile dazu, die nicht in eine "
                                 "Zeile passt, sondern zwei braucht\n");
    const std::string body =
        long_text() +
        "Gr=C3=BC=C3=9Fe aus K=C3=B6ln, und eine lange Zeile dazu, die nicht in eine=\n Zeile "
        "passt, sondern zwei braucht\n";
    expect_exact(message, header + "\n" + body, 130,
                 {{body, RecipeValue::Body, mail::TransferEncoding::QuotedPrintable}});
}

TEST(ExactSource, KeepsWhatItCannotReferTo) {
    mapi::Message message = message_with("", "");
    const std::string source("\x00\xff\x01garbage without any structure\r\r\n\n", 36);
    expect_exact(message, source, source.size() + 64, {});
}

TEST(ExactSource, KeepsNothing) {
    mapi::Message message;
    expect_exact(message, "", 64, {});
}

TEST(ExactSource, EmbeddedMessageHasItsOwn) {
    const std::string inner_source = kHeader + "\n" + long_text();
    mapi::Message message = message_with(kHeader, "");
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
    attachment.embedded = std::make_unique<mapi::Message>(message_with(kHeader, long_text()));
    keep_exact_source(*attachment.embedded, base::memory_source(inner_source),
                      origins_in(inner_source, {{long_text()}}), {});
    message.attachments.push_back(std::move(attachment));
    const std::string header = kHeader + "Content-Type: multipart/mixed; boundary=b\n";
    message.properties.set(mapi::PidTagTransportMessageHeaders, with_crlf(header));
    expect_exact(message,
                 header + "\n--b\nContent-Type: message/rfc822\n\n" + inner_source + "\n--b--\n",
                 150, {{inner_source, RecipeValue::EmbeddedSource}});
}

TEST(ExactSource, OriginsThatLieCostBytesAndNothingElse) {
    mapi::Message message = message_with(kHeader, long_text());
    attach(message, "some attached bytes, not in the source");
    const std::string source = kHeader + "\n" + long_text();
    Origins origins(6);
    for (std::size_t i = 0; i < origins.size(); ++i) {
        origins[i].value = static_cast<RecipeValue>(i % 5 + 1);
        origins[i].encoding = static_cast<mail::TransferEncoding>(i % 4);
        origins[i].attachment = i;
        origins[i].range = {i * 40, i * 1000};
    }
    origins[5].range.end = source.size() + 1;
    keep_exact_source(message, base::memory_source(source), origins, {});
    EXPECT_EQ(exact_source(message).origin, SourceOrigin::Exact);
}

TEST(ExactSource, AnEmbeddedMessageMayBeReferredToMoreThanOnce) {
    mapi::Message message = message_with(kHeader, long_text());
    const std::string innermost = kHeader + "\n" + long_text();
    keep_exact_source(message, base::memory_source(innermost),
                      origins_in(innermost, {{long_text()}}), {});
    std::string source = innermost;
    for (int depth = 0; depth < 12; ++depth) {
        mapi::Message outer;
        mapi::Attachment attachment;
        attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{5});
        attachment.embedded = std::make_unique<mapi::Message>(std::move(message));
        outer.attachments.push_back(std::move(attachment));
        Origins origins;
        for (std::size_t i = 0; i < 3; ++i) {
            Origin origin;
            origin.value = RecipeValue::EmbeddedSource;
            origin.range = {i * source.size(), (i + 1) * source.size()};
            origins.push_back(origin);
        }
        if (depth < 4) {
            source = source + source + source;
        } else {
            origins.resize(1);
        }
        keep_exact_source(outer, base::memory_source(source), origins, {});
        message = std::move(outer);
    }
    const ExactSource exact = exact_source(message);
    ASSERT_EQ(exact.origin, SourceOrigin::Exact);
    EXPECT_EQ(base::read_all_text(*exact.source, source.size()), source);
}

class EditedMessage : public testing::Test {
  protected:
    EditedMessage() : message_(message_with(kHeader, long_text())) {
        message_.properties.set(mapi::PidTagSubject, std::string("x"));
        attach(message_, "some attached bytes, not in the source");
        const std::string source = kHeader + "\n" + long_text();
        keep_exact_source(message_, base::memory_source(source),
                          origins_in(source, {{long_text()}}), {});
    }
    SourceOrigin origin() const { return exact_source(message_).origin; }

    mapi::Message message_;
};

TEST(ExactSource, AWholeSourceHoldsForTheViewThatAStoreGivesBack) {
    const std::string source = kHeader + "\n" + long_text();
    mapi::Message message = message_with(kHeader, long_text());
    message.properties.set(mapi::PidTagSubject, std::string("x"));
    keep_exact_source(message, base::memory_source(source), {}, {});
    message.properties.set(mapi::PidTagSubject, std::string("x, as the store has it"));
    ASSERT_EQ(exact_source(message).origin, SourceOrigin::Edited);

    const auto identity = recipe_identity(message);
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->source, base::sha256(base::as_bytes(source)));
    message.properties.set(mapi::PidTagSubject, std::string("x"));
    keep_exact_source(message, base::memory_source(source), {}, {true, identity->whole_view});
    EXPECT_EQ(exact_source(message).origin, SourceOrigin::Edited);
    message.properties.set(mapi::PidTagSubject, std::string("x, as the store has it"));
    EXPECT_EQ(exact_source(message).origin, SourceOrigin::Exact);
}

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
