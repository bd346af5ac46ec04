#include "convert/flowed_text.hpp"

#include <gtest/gtest.h>

#include "convert/exact/exact_source.hpp"
#include "mapi_text.hpp"

namespace mbx::convert {
namespace {

using test::crlf;

std::string unflowed(std::string_view text, bool delete_space = false) {
    return unflow(crlf(text), delete_space);
}

// RFC 3676 4.2 and 5, with the trailing blanks that print cannot show.
TEST(Unflow, JoinsParagraphs) {
    EXPECT_EQ(unflowed("`Take some more tea,' the March Hare said to Alice, \nvery earnestly.\n"
                       "\n`I've had nothing yet,' Alice replied in an offended \ntone, `so I "
                       "can't take more.'\n"),
              crlf("`Take some more tea,' the March Hare said to Alice, very earnestly.\n"
                   "\n`I've had nothing yet,' Alice replied in an offended tone, `so I "
                   "can't take more.'\n"));
}

// The sample of RFC 3676 6.
TEST(Unflow, RespectsTheDepthOfQuotes) {
    EXPECT_EQ(unflowed(">>>Take some more tea.\n"
                       ">>T've had nothing yet, so I can't take more. \n"
                       ">>You mean you can't take LESS, it's very easy to take \n"
                       ">>MORE than nothing.\n"
                       "> Nobody asked YOUR \n>opinion.\n"
                       "Who's making personal remarks \nnow?\n"),
              crlf(">>>Take some more tea.\n"
                   ">>T've had nothing yet, so I can't take more. "
                   "You mean you can't take LESS, it's very easy to take MORE than nothing.\n"
                   "> Nobody asked YOUR opinion.\n"
                   "Who's making personal remarks now?\n"));
    EXPECT_EQ(unflowed("> one \n>> two\n"), crlf("> one \n>> two\n"))
        << "a paragraph ends where the depth changes";
}

TEST(Unflow, UndoesStuffing) {
    EXPECT_EQ(unflowed(" From here\n >no quote\n  two blanks\n> quoted\n"),
              crlf("From here\n>no quote\n two blanks\n> quoted\n"));
    EXPECT_EQ(unflowed("a \n From here\n"), crlf("a From here\n"));
}

TEST(Unflow, DeletesTheBlankOnlyWhereLinesAreJoined) {
    EXPECT_EQ(unflowed("日本 \n語 です\n", true), crlf("日本語 です\n"));
    EXPECT_EQ(unflowed("a  \nb\n", true), crlf("a b\n"));
    EXPECT_EQ(unflowed("a \n\nb", true), crlf("a \n\nb"));
}

TEST(Unflow, SignaturesAndEmptyLinesStandAlone) {
    EXPECT_EQ(unflowed("bye \n-- \nAlice\n> -- \n> Bob\n"),
              crlf("bye \n-- \nAlice\n> -- \n> Bob\n"));
    EXPECT_EQ(unflowed("a \n\nb \n> \n> c\n"), crlf("a \n\nb \n> \n> c\n"));
}

TEST(Unflow, LeavesWhatIsSignedAlone) {
    const std::string text = crlf("-----BEGIN PGP SIGNED MESSAGE-----\n\na \nb\n");
    EXPECT_EQ(unflow(text, false), text);
}

TEST(Unflow, EndsAreNoTrap) {
    EXPECT_EQ(unflow("", false), "");
    EXPECT_EQ(unflowed("a "), "a ");
    EXPECT_EQ(unflowed("a \nb"), "a b");
    EXPECT_EQ(unflow("\r\n", true), "\r\n");
    EXPECT_EQ(unflowed(">"), ">");
    EXPECT_EQ(unflow("a\rb \r\nc", false), "a\rb c");
}

TEST(ToMapiFlowed, TheBodyIsForDisplayAndTheSourceStaysExact) {
    const std::string long_line(66, 'x');
    std::string lines;
    std::string paragraphs;
    for (int i = 0; i < 40; ++i) {
        const std::string quote = i % 2 == 0 ? "" : "> ";
        lines += quote + long_line + " \n" + quote + long_line + " \n" + quote + "end\n";
        paragraphs += quote + long_line + " " + long_line + " end\n";
    }
    const auto source_of = [&](std::string_view parameters) {
        return crlf("From: a@x.example\nContent-Type: text/plain; " + std::string(parameters) +
                    "\n\n" + lines + " stuffed\n");
    };
    base::IgnoreDiagnostics ignore;
    for (const char* parameters : {"format=flowed", "FORMAT=Flowed; charset=utf-8; DelSp=no"}) {
        const std::string source = source_of(parameters);
        const mapi::Message message = to_mapi(test::mail_of(source), {}, ignore);
        EXPECT_EQ(test::text(message, mapi::PidTagBody), crlf(paragraphs + "stuffed\n"));
        const auto exact = exact::exact_source(message);
        ASSERT_TRUE(exact.source);
        EXPECT_EQ(base::read_all_text(*exact.source, 1U << 20U), source);
        const auto* recipe = message.properties.find(exact::exact_source_name());
        ASSERT_NE(recipe, nullptr);
        EXPECT_LT(std::get<base::Bytes>(recipe->value).size(), source.size() / 20);
    }
    EXPECT_EQ(test::text(test::mapi_of(test::mail_of(source_of("format=fixed"))), mapi::PidTagBody),
              crlf(lines + " stuffed\n"));
}

TEST(ToMapiFlowed, BlanksThatWereDeletedComeBack) {
    const std::string line(60, 'y');
    const std::string source =
        "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\n" + line + " \n" +
        line + "  \n  " + line + "\n";
    base::IgnoreDiagnostics ignore;
    const mapi::Message message = to_mapi(test::mail_of(source), {}, ignore);
    EXPECT_EQ(test::text(message, mapi::PidTagBody), line + line + "  " + line + "\r\n");
    EXPECT_EQ(base::read_all_text(*exact::exact_source(message).source, 1U << 20U), source);
}

}  // namespace
}  // namespace mbx::convert
