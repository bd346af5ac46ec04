#include "store/imap/response.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::store::imap {
namespace {

class TextSource final : public LineSource {
  public:
    explicit TextSource(std::string text) : text_(std::move(text)) {}

    std::string read_line(std::size_t limit) override {
        const std::size_t end = text_.find("\r\n", at_);
        if (end == std::string::npos || end - at_ > limit) {
            throw Error(ErrorCode::Unavailable, "no more");
        }
        std::string line = text_.substr(at_, end - at_);
        at_ = end + 2;
        return line;
    }

    void read_bytes(std::uint64_t size, const std::function<void(base::ByteView)>& piece) override {
        if (size > text_.size() - at_) {
            throw Error(ErrorCode::Unavailable, "no more");
        }
        piece(base::as_bytes(std::string_view(text_).substr(at_, size)));
        at_ += size;
    }

  private:
    std::string text_;
    std::size_t at_ = 0;
};

Response parse(const std::string& text) {
    TextSource source(text + "\r\n");
    return read_response(source);
}

TEST(ImapResponse, TaggedStatusHasItsCode) {
    const Response r = parse("m1 OK [APPENDUID 38505 3955] APPEND completed");
    EXPECT_EQ(r.tag, "m1");
    EXPECT_EQ(r.status, Status::Ok);
    EXPECT_EQ(r.code.name, "APPENDUID");
    ASSERT_EQ(r.code.arguments.size(), 2U);
    EXPECT_EQ(r.code.arguments[1].number(), 3955U);
    EXPECT_EQ(r.text, "APPEND completed");
}

TEST(ImapResponse, FlagsInACodeAreAList) {
    const Response r = parse("* OK [PERMANENTFLAGS (\\Seen \\*)] Limited");
    ASSERT_EQ(r.code.arguments.size(), 1U);
    ASSERT_TRUE(r.code.arguments[0].is_list());
    EXPECT_EQ(r.code.arguments[0].items[1].text, "\\*");
}

TEST(ImapResponse, FetchKeepsShortAndLongLiterals) {
    const std::string body(10'000, 'x');
    const Response r =
        parse("* 12 FETCH (UID 7 BODY[HEADER.FIELDS (DATE)] {3}\r\nab\n BODY[] {10000}\r\n" + body +
              " FLAGS (\\Seen $Forwarded))");
    EXPECT_EQ(r.number, 12U);
    EXPECT_EQ(r.name, "FETCH");
    ASSERT_EQ(r.data.size(), 1U);
    const std::vector<Element>& items = r.data[0].items;
    ASSERT_EQ(items.size(), 8U);
    EXPECT_EQ(items[2].text, "BODY[HEADER.FIELDS (DATE)]");
    EXPECT_EQ(items[3].text, "ab\n");
    ASSERT_NE(items[5].source, nullptr);
    EXPECT_EQ(base::read_all_text(*items[5].bytes(), 20'000), body);
    EXPECT_EQ(items[7].items[1].text, "$Forwarded");
}

TEST(ImapResponse, ListWithQuotedAndNil) {
    const Response r = parse(R"(* LIST (\HasNoChildren \Sent) NIL "a \"b\" \\c")");
    ASSERT_EQ(r.data.size(), 3U);
    EXPECT_EQ(r.data[1].kind, Element::Kind::Nil);
    EXPECT_EQ(r.data[2].text, "a \"b\" \\c");
}

TEST(ImapResponse, MailboxNameMayBeALiteral) {
    const Response r = parse("* LIST () \"/\" {5}\r\na\"b c");
    EXPECT_EQ(r.data[2].text, "a\"b c");
}

TEST(ImapResponse, ContinuationHasItsText) {
    EXPECT_EQ(parse("+ idling").text, "idling");
    EXPECT_TRUE(parse("+").is_continuation());
}

TEST(ImapResponse, EmptyCodeIsNoCode) {
    EXPECT_EQ(parse("* OK [] hello").text, "hello");
}

TEST(ImapResponse, RefusesWhatIsNotImap) {
    EXPECT_THROW(parse(""), Error);
    EXPECT_THROW(parse("m1 MAYBE so"), Error);
    EXPECT_THROW(parse("* LIST (a"), Error);
    EXPECT_THROW(parse("* LIST \"a"), Error);
    EXPECT_THROW(parse("* LIST {x}"), Error);
    EXPECT_THROW(parse("* LIST )"), Error);
    EXPECT_THROW(parse("* X " + std::string(1000, '(')), Error);
    EXPECT_THROW(parse("* LIST {99999999999999999999}"), Error);
}

}  // namespace
}  // namespace mbx::store::imap
