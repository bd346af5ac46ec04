#include "pst/writer.hpp"

#include "base/error.hpp"
#include "unit/pst/writer_fixture.hpp"

namespace mbx::pst {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(WriterTest, MakesASoundEmptyStore) {
    EXPECT_THAT(problems_after_close(*open()), IsEmpty());
}

TEST_F(WriterTest, WritesAMessageWithEverything) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    EXPECT_EQ(inbox.value, kInbox);
    mapi::Message m = message("RE: hello");
    m.recipients = {recipient("a@example.com"), recipient("b@example.com", 2)};
    m.attachments.push_back(attachment(bytes(100)));
    m.attachments.push_back(attachment(bytes(20'000)));
    mapi::Attachment inner;
    inner.embedded = std::make_unique<mapi::Message>(message("inner"));
    m.attachments.push_back(std::move(inner));
    m.properties.set({mapi::PSETID_Common, 0x8503U}, mapi::PropertyType::Boolean, true);
    const auto added = writer->add(inbox, m);
    EXPECT_EQ(added.nid.value, kFirstMessage);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    EXPECT_EQ(added.size, store().size_of(store().node(kFirstMessage)));
    const auto properties = store().properties(store().node(kFirstMessage));
    EXPECT_EQ(properties.at(0x0037001F).bytes,
              std::string("\1\0\5\0", 4) + test::wide("RE: hello"));
    EXPECT_EQ(properties.at(0x0070001F).bytes, test::wide("hello"));
    EXPECT_EQ(properties.at(0x0E04001F).bytes, test::wide("Name of a@example.com"));
    EXPECT_EQ(properties.at(0x0E03001F).bytes, test::wide("Name of b@example.com"));
    EXPECT_EQ(test::integer_of(properties, 0x0E070003), 0x11U);
}

// A source that fails after some bytes, as a damaged mailbox does.
class FailingSource final : public base::ByteSource {
  public:
    explicit FailingSource(std::uint64_t size) : size_(size) {}
    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<Reader>(size_ / 2);
    }

  private:
    class Reader final : public base::ByteReader {
      public:
        explicit Reader(std::uint64_t good) : left_(good) {}
        std::size_t read(base::MutableByteView out) override {
            if (left_ < out.size()) {
                throw Error(ErrorCode::Io, "the disk has a bad block");
            }
            left_ -= out.size();
            return out.size();
        }

      private:
        std::uint64_t left_;
    };
    std::uint64_t size_;
};

class HugeSource final : public base::ByteSource {
  public:
    std::uint64_t size() const override { return std::uint64_t{1} << 31; }
    std::unique_ptr<base::ByteReader> open() const override {
        ADD_FAILURE() << "the content is read though it cannot be held";
        return nullptr;
    }
};

template <typename Call>
ErrorCode code_of(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "no error";
    return ErrorCode::Internal;
}

TEST_F(WriterTest, TakesBackAMessageWhoseSourceFails) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    writer->add(inbox, message("before"));
    for (const std::uint64_t size : {10'000, 300'000, 12'000'000}) {
        mapi::Message bad = message("bad");
        bad.attachments.push_back(attachment(bytes(700'000)));
        bad.attachments.push_back(attachment(std::make_shared<FailingSource>(size)));
        EXPECT_EQ(code_of([&] { writer->add(inbox, bad); }), ErrorCode::Io);
    }
    const auto after = writer->add(inbox, message("after"));
    EXPECT_EQ(after.nid.value, kFirstMessage + 0x20);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    EXPECT_EQ(store().table(store().node(kInbox - 2 + 0xE)).rows.size(), 2U);
    EXPECT_EQ(store().pst().size(), 0x42400U) << "nothing of the bad messages takes room";
}

TEST_F(WriterTest, RefusesAnAttachmentOf2GiBWithoutReadingIt) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    mapi::Message outer = message("outer");
    mapi::Attachment inner;
    inner.embedded = std::make_unique<mapi::Message>(message("inner"));
    inner.embedded->attachments.push_back(attachment(std::make_shared<HugeSource>()));
    outer.attachments.push_back(std::move(inner));
    EXPECT_EQ(code_of([&] { writer->add(inbox, outer); }), ErrorCode::BadData);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
}

mapi::Message nested(int depth) {
    mapi::Message result;
    result.properties.set(mapi::PidTagSubject, "level " + std::to_string(depth));
    if (depth > 0) {
        mapi::Attachment attachment;
        attachment.embedded = std::make_unique<mapi::Message>(nested(depth - 1));
        result.attachments.push_back(std::move(attachment));
    }
    return result;
}

TEST_F(WriterTest, FollowsEmbeddedMessagesToTheDeepestLevelAndNoDeeper) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    writer->add(inbox, nested(mapi::kDeepestEmbedding));
    EXPECT_EQ(code_of([&] { writer->add(inbox, nested(mapi::kDeepestEmbedding + 1)); }),
              ErrorCode::BadData);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
}

TEST_F(WriterTest, HoldsMoreAttachmentsThanOneSubnodeBlock) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    for (const std::size_t count : {337U, 338U, 339U, 700U}) {  // 340 entries are one SLBLOCK
        mapi::Message m = message(std::to_string(count));
        for (std::size_t i = 0; i < count; ++i) {
            m.attachments.push_back(attachment(bytes(i)));
        }
        writer->add(inbox, m);
    }
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
}

TEST_F(WriterTest, KeepsValuesOfEverySize) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    const std::vector<std::size_t> sizes{0,     1,      3'580,     3'581,     8'176,
                                         8'177, 16'352, 8'347'696, 8'347'697, 9'000'000};
    for (const std::size_t size : sizes) {
        mapi::Message m = message(std::to_string(size));
        m.properties.set(mapi::PidTagHtml, base::read_all(*bytes(size), size));
        m.attachments.push_back(attachment(bytes(size)));
        writer->add(inbox, m);
    }
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    std::uint32_t nid = kFirstMessage;
    for (const std::size_t size : sizes) {
        const auto all = store().properties(store().node(nid));
        const base::Bytes expected = base::read_all(*bytes(size), size);
        EXPECT_TRUE(all.at(0x10130102).bytes == base::as_text(expected)) << size;
        nid += 0x20;
    }
}

}  // namespace
}  // namespace mbx::pst
