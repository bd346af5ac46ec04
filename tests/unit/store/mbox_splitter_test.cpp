#include "store/mbox_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"

namespace mbx::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kPostmark = "From a@b Sat Jan  3 01:05:34 1996\n";

MboxSplitter splitter_of(const std::string& text, MboxQuoting quoting = MboxQuoting::Detect) {
    return MboxSplitter(
        [text](std::uint64_t offset, base::MutableByteView out) {
            if (offset >= text.size()) {
                return std::size_t{0};
            }
            const std::size_t n =
                std::min<std::size_t>(out.size(), text.size() - static_cast<std::size_t>(offset));
            std::memcpy(out.data(), text.data() + offset, n);
            return n;
        },
        text.size(), quoting);
}

/// The messages, unquoted.
std::vector<std::string> split(const std::string& text, MboxQuoting quoting = MboxQuoting::Detect) {
    MboxSplitter splitter = splitter_of(text, quoting);
    std::vector<std::string> messages;
    while (const auto entry = splitter.next()) {
        const std::string quoted = text.substr(static_cast<std::size_t>(entry->begin),
                                               static_cast<std::size_t>(entry->end - entry->begin));
        base::Bytes bytes;
        FromLineFilter filter(entry->from_lines);
        filter.feed(base::as_bytes(quoted), bytes);
        filter.finish(bytes);
        messages.emplace_back(base::as_text(bytes));
    }
    return messages;
}

std::string mark(const std::string& message) {
    return kPostmark + message;
}

TEST(MboxSplitter, PartsMessagesAndDropsTheEmptyLineBetween) {
    EXPECT_THAT(split(mark("S: 1\n\none\n\n") + mark("S: 2\n\ntwo\n\n\n") + mark("S: 3\n\n3\n")),
                ElementsAre("S: 1\n\none\n", "S: 2\n\ntwo\n\n", "S: 3\n\n3\n"));
    EXPECT_THAT(split(""), IsEmpty());
    EXPECT_THAT(split("\n\n"), IsEmpty());
}

TEST(MboxSplitter, KeepsAMessageWithoutFinalNewline) {
    EXPECT_THAT(split(mark("S: 1\n\none")), ElementsAre("S: 1\n\none"));
    EXPECT_THAT(split(mark("")), ElementsAre(""));
}

TEST(MboxSplitter, TakesCrlf) {
    EXPECT_THAT(split("From a@b Sat Jan  3 01:05:34 1996\r\nS: 1\r\n\r\none\r\n\r\n"
                      "From a@b Sat Jan  3 01:05:34 1996\r\nS: 2\r\n\r\ntwo\r\n\r\n"),
                ElementsAre("S: 1\r\n\r\none\r\n", "S: 2\r\n\r\ntwo\r\n"));
}

TEST(MboxSplitter, PartsMessagesThatLackTheEmptyLine) {
    EXPECT_THAT(split(mark("S: 1\n\none\n") + mark("S: 2\n\ntwo\n") + mark("S: 3\n")),
                ElementsAre("S: 1\n\none\n", "S: 2\n\ntwo\n", "S: 3\n"));
}

TEST(MboxSplitter, AMessageMayEndWithinItsHeader) {
    EXPECT_THAT(split(mark("S: 1\n") + mark("S: 2\n\n") + mark("S: 3\n\nx\n")),
                ElementsAre("S: 1\n", "S: 2\n", "S: 3\n\nx\n"));
}

TEST(MboxSplitter, TextThatBeginsWithFromIsNoPostmark) {
    const std::string body =
        "\nFrom the desk of John\n\nFrom here: on\nFrom me@x to you\n\nFrom me@x\nno header\n"
        "\nFrom a@b Sat Jan  3\n";
    EXPECT_THAT(split(mark("S: 1\n" + body)), ElementsAre("S: 1\n" + body));
}

TEST(MboxSplitter, ADatedLineWithinAParagraphIsTextUnlessAHeaderFollows) {
    const std::string text = "S: 1\n\nhe wrote\nFrom a@b Sat Jan  3 01:05:34 1996\nin the log\n";
    EXPECT_THAT(split(mark(text)), ElementsAre(text));
}

TEST(MboxSplitter, AcceptsPostmarksWithoutADate) {
    EXPECT_THAT(split("From - \nS: 1\n\none\n\nFrom -\nS: 2\n\ntwo\n\nFrom 123@xxx\nS: 3\n\n3\n"),
                ElementsAre("S: 1\n\none\n", "S: 2\n\ntwo\n", "S: 3\n\n3\n"));
}

TEST(MboxSplitter, PatchesWithinMessagesAreText) {
    const std::string patch =
        "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: a\n\nx\n";
    EXPECT_THAT(split(mark("S: 1\n\nsee\n\n" + patch)), ElementsAre("S: 1\n\nsee\n\n" + patch));
    EXPECT_THAT(split(patch + "\n" + patch), ElementsAre("From: a\n\nx\n", "From: a\n\nx\n"));
}

TEST(MboxSplitter, UnquotesMboxrd) {
    const std::string text = mark("S: 1\n\n>From a\n>>From b\n>from c\n> From d\n>>>Fromage\n");
    EXPECT_THAT(split(text),
                ElementsAre("S: 1\n\nFrom a\n>From b\n>from c\n> From d\n>>>Fromage\n"));
    EXPECT_THAT(split(text, MboxQuoting::Mboxo),
                ElementsAre("S: 1\n\nFrom a\n>>From b\n>from c\n> From d\n>>>Fromage\n"));
    EXPECT_THAT(split(text, MboxQuoting::Mboxcl2),
                ElementsAre("S: 1\n\n>From a\n>>From b\n>from c\n> From d\n>>>Fromage\n"));
}

TEST(MboxSplitter, BelievesAContentLengthThatLeadsToAPostmark) {
    const std::string body = mark("S: not a message\n\nx\n") + "\n>From y\n";
    const std::string first = "Content-Length: " + std::to_string(body.size()) + "\n\n" + body;
    EXPECT_THAT(split(mark(first) + "\n" + mark("S: 2\n\n2\n")), ElementsAre(first, "S: 2\n\n2\n"));
    EXPECT_THAT(split(mark(first)), ElementsAre(first));
    EXPECT_THAT(split(mark(first) + mark("S: 2\n\n2\n")), ElementsAre(first, "S: 2\n\n2\n"));
}

TEST(MboxSplitter, DoesNotBelieveAnotherContentLength) {
    for (const char* length : {"0", "3", "999999999", "18446744073709551615", "-1", "x", ""}) {
        const std::string first = std::string("Content-Length: ") + length + "\n\nbody\n";
        EXPECT_THAT(split(mark(first) + "\n" + mark("S: 2\n\n2\n")),
                    ElementsAre(first, "S: 2\n\n2\n"))
            << length;
    }
}

TEST(MboxSplitter, AQuotedFileWithContentLengthIsMboxcl) {
    const std::string quoted = "Content-Length: 9\n\n>From me\n";
    const std::string plain = "Content-Length: 8\n\nFrom us\n";
    EXPECT_THAT(split(mark(quoted) + "\n" + mark(quoted)),
                ElementsAre("Content-Length: 9\n\nFrom me\n", "Content-Length: 9\n\nFrom me\n"));
    // One plain line anywhere shows that nothing is quoted.
    EXPECT_THAT(split(mark(quoted) + "\n" + mark(plain) + "\n" + mark(quoted)),
                ElementsAre(quoted, plain, quoted));
}

TEST(MboxSplitter, TextBeforeTheFirstPostmarkIsReportedOnce) {
    MboxSplitter splitter = splitter_of("rubbish\n\n" + mark("S: 1\n\none\n"));
    try {
        splitter.next();
        ADD_FAILURE() << "not reported";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        EXPECT_THAT(error.text(), testing::HasSubstr("8 bytes"));
    }
    EXPECT_TRUE(splitter.next());
    EXPECT_FALSE(splitter.next());
}

TEST(MboxSplitter, SkipsAByteOrderMarkAndEmptyLines) {
    EXPECT_THAT(split("\xef\xbb\xbf" + mark("S: 1\n\none\n")), ElementsAre("S: 1\n\none\n"));
    EXPECT_THAT(split("\n\r\n" + mark("S: 1\n\none\n")), ElementsAre("S: 1\n\none\n"));
    EXPECT_TRUE(
        MboxSplitter::looks_like_mbox("\xef\xbb\xbf"
                                      "From - "));
    EXPECT_FALSE(MboxSplitter::looks_like_mbox("Subject: x"));
}

TEST(MboxSplitter, AFileWithBareCrLineEndsIsNotOneMessage) {
    std::string text = mark("S: 1\n\none\n\n") + mark("S: 2\n\ntwo\n");
    std::replace(text.begin(), text.end(), '\n', '\r');
    EXPECT_FALSE(MboxSplitter::looks_like_mbox(text));
    MboxSplitter splitter = splitter_of(text);
    EXPECT_THROW(splitter.next(), Error);
    EXPECT_FALSE(splitter.next());
}

TEST(MboxSplitter, APostmarkWithBareCrLineEndsStaysInTheMessageBefore) {
    std::string second = "From a@b Sat Jan  3 01:05:34 1996 +0000\nS: 2\n\ntwo\n";
    std::replace(second.begin(), second.end(), '\n', '\r');
    EXPECT_THAT(split(mark("S: 1\n\none\n\n") + second), ElementsAre("S: 1\n\none\n\n" + second));
}

TEST(MboxSplitter, TakesCrlfMadeTwice) {
    EXPECT_TRUE(MboxSplitter::looks_like_mbox("From a@b Sat Jan  3 01:05:34 1996\r\r\nS: 1\r\r\n"));
}

TEST(MboxSplitter, LongLinesAreNoTrouble) {
    const std::string body = std::string(1'000'000, '>') + "From x\n" + std::string(700'000, 'y') +
                             "\n" + std::string(300'000, '\n');
    std::string quoted = ">" + body;
    EXPECT_THAT(split(mark("S: 1\n\n" + quoted + "\n") + mark("S: 2\n\n2\n")),
                ElementsAre("S: 1\n\n" + body, "S: 2\n\n2\n"));
}

TEST(MboxSplitter, TellsWhereMessagesLie) {
    const std::string text = mark("S: 1\n\none\n\n") + mark("S: 2\nT: x\n\ntwo\n");
    MboxSplitter splitter = splitter_of(text);
    splitter.next();
    const MboxEntry entry = splitter.next().value();
    EXPECT_EQ(entry.number, 2U);
    EXPECT_EQ(entry.offset, text.find(kPostmark, 10));
    EXPECT_EQ(entry.head, "S: 2\nT: x\n");
    EXPECT_EQ(entry.postmark.date, base::UnixTime{820631134});
}

struct PostmarkCase {
    const char* line;
    std::optional<std::int64_t> date;
};

class DatedPostmark : public testing::TestWithParam<PostmarkCase> {};

TEST_P(DatedPostmark, IsRead) {
    const auto postmark = parse_postmark(GetParam().line);
    ASSERT_TRUE(postmark);
    EXPECT_EQ(postmark->shape, Postmark::Shape::Dated);
    EXPECT_EQ(postmark->date ? std::optional(postmark->date->seconds) : std::nullopt,
              GetParam().date);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, DatedPostmark,
    testing::Values(PostmarkCase{"From a@b Sat Jan  3 01:05:34 1996", 820631134},
                    PostmarkCase{"From a@b  Sat Jan 3 01:05 1996", 820631100},
                    PostmarkCase{"From - Sat Jan 03 01:05:34 1996", 820631134},
                    PostmarkCase{"From a@b Sat Jan  3 01:05:34 1996 +0200", 820623934},
                    PostmarkCase{"From a@b Sat Jan  3 01:05:34 +0200 1996", 820623934},
                    PostmarkCase{"From a@b Sat Jan  3 01:05:34 MET DST 1996", 820631134},
                    PostmarkCase{"From a@b Sat, 3 Jan 1996 01:05:34 +0200", 820623934},
                    PostmarkCase{"From \"a b\"@c Sat Jan  3 01:05:34 1996", 820631134},
                    PostmarkCase{"From a Sat Jan  3 01:05:34 1996 remote from x", 820631134},
                    PostmarkCase{"From mboxrd@z Thu Jan  1 00:00:00 1970", std::nullopt}));

TEST(Postmark, RefusesOtherLines) {
    for (const char* line :
         {"", "From", "From ", "from a@b Sat Jan  3 01:05:34 1996", ">From a@b", "From a b",
          "From a@b Sat Jan 32 01:05:34 1996", "From a@b Sat Jan  3 25:05:34 1996",
          "From a@b Sat Foo  3 01:05:34 1996", "From a@b Sat Jan  3 01:05:34"}) {
        EXPECT_FALSE(parse_postmark(line)) << line;
    }
}

TEST(Postmark, IsWrittenInUtc) {
    EXPECT_EQ(make_postmark(base::UnixTime{820631134}), "From mboxrd@z Wed Jan  3 01:05:34 1996\n");
    EXPECT_EQ(make_postmark(std::nullopt), "From mboxrd@z Thu Jan  1 00:00:00 1970\n");
    EXPECT_EQ(make_postmark(base::UnixTime{-1}), make_postmark(std::nullopt));
    EXPECT_EQ(make_postmark(base::UnixTime{std::int64_t{1} << 60}), make_postmark(std::nullopt));
}

TEST(FromLineFilter, QuotingIsUndoneWhateverThePieces) {
    const std::string text = "From \n>From \n>>>From x\nFrom\nFro>From \n>>\n>Fr\n\nFrom y";
    for (std::size_t piece = 1; piece < text.size(); ++piece) {
        base::Bytes quoted;
        base::Bytes plain;
        FromLineFilter quote(FromLines::Quote);
        for (std::size_t i = 0; i < text.size(); i += piece) {
            quote.feed(base::as_bytes(std::string_view(text).substr(i, piece)), quoted);
        }
        quote.finish(quoted);
        EXPECT_EQ(base::as_text(quoted),
                  ">From \n>>From \n>>>>From x\nFrom\nFro>From \n>>\n>Fr\n\n>From y");
        FromLineFilter unquote(FromLines::UnquoteAny);
        for (std::size_t i = 0; i < quoted.size(); i += piece) {
            unquote.feed(base::ByteView(quoted).subspan(i, std::min(piece, quoted.size() - i)),
                         plain);
        }
        unquote.finish(plain);
        EXPECT_EQ(base::as_text(plain), text);
    }
}

}  // namespace
}  // namespace mbx::store
