#include "migration/content_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace mbx::migration {
namespace {

ContentKey key(const std::string& text) {
    return content_key(*base::memory_source(text));
}

/// A source that gives its bytes one by one.
class Drops final : public base::ByteSource {
  public:
    explicit Drops(std::string text) : text_(std::move(text)) {}
    std::uint64_t size() const override { return text_.size(); }
    std::unique_ptr<base::ByteReader> open() const override {
        class Reader final : public base::ByteReader {
          public:
            explicit Reader(std::string_view text) : text_(text) {}
            std::size_t read(base::MutableByteView out) override {
                if (text_.empty() || out.empty()) {
                    return 0;
                }
                out[0] = static_cast<std::byte>(text_.front());
                text_.remove_prefix(1);
                return 1;
            }

          private:
            std::string_view text_;
        };
        return std::make_unique<Reader>(text_);
    }

  private:
    std::string text_;
};

TEST(ContentKey, DoesNotSeeTheKindOfLineEnds) {
    EXPECT_EQ(key("A: 1\n\nx\n\ny\n"), key("A: 1\r\n\r\nx\r\n\r\ny\r\n"));
    EXPECT_EQ(key("a\nb"), key("a\r\nb\r\n\r\n"));
    EXPECT_EQ(key(""), key("\r\n"));
}

TEST(ContentKey, SeesEverythingElse) {
    EXPECT_NE(key("a\n\nb"), key("a\nb"));
    EXPECT_NE(key("a\rb"), key("a\nb"));
    EXPECT_NE(key("a\r\r\nb"), key("a\r\nb"));
    EXPECT_NE(key("a b"), key("ab"));
    EXPECT_NE(key(std::string("a\0b", 3)), key("ab"));
}

TEST(ContentKey, IsTheSameHoweverTheBytesCome) {
    for (const std::string text :
         {"A: 1\r\n\r\nx\r\r\n\n\n\r\ny", "\r\r\r", "\n\n\na\r", "a\r\nb\r\n", "\r\n\r\n\rx\n"}) {
        EXPECT_EQ(key(text), content_key(Drops(text))) << text;
    }
}

TEST(ContentKey, KnowsAMessageByItsHeader) {
    const auto one = key("Message-ID: <a@b>\nDate: x\nSubject: s\n\nbody");
    const auto other =
        key("Received: z\r\nDate: x\r\nmessage-id:  <a@b>\r\nSubject:\r\n s\r\n\r\n?");
    EXPECT_NE(one.bytes, other.bytes);
    ASSERT_TRUE(one.header);
    EXPECT_EQ(one.header, other.header);
    EXPECT_FALSE(key("Subject: s\n\nMessage-ID: <a@b>\n").header);
}

TEST(ContentKey, KnowsAHeaderWhoseNulBytesHaveBecomeOthers) {
    const std::string text("Message-ID: <a@b>\nSubject: a\0b\n\nx\n", 34);
    std::string stored = text;
    std::replace(stored.begin(), stored.end(), '\0', '\x80');
    EXPECT_NE(key(text).bytes, key(stored).bytes);
    EXPECT_EQ(key(text).header, key(stored).header);
}

TEST(ContentKey, KnowsAHeaderWhoseBytesBeyondAsciiHaveBecomeX) {
    const auto sent =
        key("Message-ID: <\xc3\xa9@b>\nFrom: \xc3\xb6 <a@b>\nSubject: \xe9t\xe9\n\nx\n");
    const auto stored = key("Message-ID: <XX@b>\nFrom: XX <a@b>\nSubject: XtX\n\nx\n");
    EXPECT_NE(sent.bytes, stored.bytes);
    EXPECT_EQ(sent.header, stored.header);
    EXPECT_NE(sent.header, key("Message-ID: <XX@b>\nFrom: X <a@b>\nSubject: XtX\n\nx\n").header);
}

TEST(ContentKey, ComesBackFromText) {
    const auto digest = key("x").bytes;
    EXPECT_EQ(parse_digest(to_string(digest)), digest);
    EXPECT_EQ(parse_digest("00"), std::nullopt);
    EXPECT_EQ(parse_digest(std::string(64, 'g')), std::nullopt);
}

}  // namespace
}  // namespace mbx::migration
