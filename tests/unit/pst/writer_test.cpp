#include "pst/writer.hpp"

#include <filesystem>

#include "base/error.hpp"
#include "base/sha256.hpp"
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

TEST_F(WriterTest, DatesNoUndatedMessageAtTheTimeOfWriting) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    writer->add(inbox, message("undated"));
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const auto properties = store().properties(store().node(kFirstMessage));
    const std::string none("\x00\x40\xDD\xA3\x57\x45\xB3\x0C", 8);  // 1 January 4501
    EXPECT_EQ(properties.at(0x0E060040).bytes, none);
    EXPECT_NE(properties.at(0x30070040).bytes, none);
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
    explicit HugeSource(std::uint64_t size) : size_(size) {}
    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override {
        ADD_FAILURE() << "the content is read though it cannot be held";
        return nullptr;
    }

  private:
    std::uint64_t size_;
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

/// Says another size than what it gives: a file that grows or shrinks while it is read.
class ChangingSource final : public base::ByteSource {
  public:
    ChangingSource(std::uint64_t announced, std::size_t given)
        : announced_(announced), given_(base::memory_source(std::string(given, 'x'))) {}
    std::uint64_t size() const override { return announced_; }
    std::unique_ptr<base::ByteReader> open() const override { return given_->open(); }

  private:
    std::uint64_t announced_;
    base::SharedSource given_;
};

TEST_F(WriterTest, RefusesAMessageWhoseSourceGivesAnotherSizeThanItSaid) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    writer->add(inbox, message("before"));
    const std::pair<std::uint64_t, std::size_t> sizes[] = {
        {100'000, 99'999}, {100'000, 100'001}, {100, 0}, {0, 100}, {9000, 8000}};
    for (const auto& [announced, given] : sizes) {
        mapi::Message changing = message("changing");
        changing.attachments.push_back(
            attachment(std::make_shared<ChangingSource>(announced, given)));
        try {
            writer->add(inbox, changing);
            ADD_FAILURE() << announced << " announced, " << given << " given";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::BadData);
            EXPECT_THAT(error.what(), testing::HasSubstr("changed while they were read"));
        }
    }
    writer->add(inbox, message("after"));
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
}

TEST_F(WriterTest, RefusesAnAttachmentOf2GiBOrMoreWithoutReadingIt) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    // The last two are small numbers when they are cut down to 32 bits.
    for (const std::uint64_t size :
         {std::uint64_t{1} << 31, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 100}) {
        mapi::Message outer = message("outer");
        mapi::Attachment inner;
        inner.embedded = std::make_unique<mapi::Message>(message("inner"));
        inner.embedded->attachments.push_back(attachment(std::make_shared<HugeSource>(size)));
        outer.attachments.push_back(std::move(inner));
        try {
            writer->add(inbox, outer);
            ADD_FAILURE() << size;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::BadData);
            EXPECT_EQ(error.text(), std::to_string(size) +
                                        " bytes in one attachment or property, a PST can hold "
                                        "2147483647");
        }
    }
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
    const std::vector<std::size_t> sizes{0,     1,      3'580,     3'581,    8'176,
                                         8'177, 16'352, 8'347'696, 8'347'697};
    for (const std::size_t size : sizes) {
        mapi::Message m = message(std::to_string(size));
        m.properties.set(mapi::PidTagRtfCompressed, base::read_all(*bytes(size % 10'000), size));
        m.properties.set(mapi::PidTagHtml, bytes(size));
        writer->add(inbox, m);
    }
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    std::uint32_t nid = kFirstMessage;
    for (const std::size_t size : sizes) {
        const auto all = store().properties(store().node(nid));
        const base::Bytes expected = base::read_all(*bytes(size), size);
        EXPECT_TRUE(all.at(0x10130102).bytes == base::as_text(expected)) << size;
        EXPECT_EQ(all.at(0x10090102).bytes.size(), size % 10'000);
        nid += 0x20;
    }
}

TEST_F(WriterTest, KeepsEmptyValuesWithoutBytes) {
    const auto writer = open();
    mapi::Message m = message("");
    m.properties.set(mapi::PidTagBody, std::string());
    m.properties.set(mapi::PidTagSentRepresentingName, std::string());
    m.properties.set(mapi::PidTagHtml, base::Bytes());
    m.properties.set({mapi::PS_PUBLIC_STRINGS, std::string("Keywords")},
                     mapi::PropertyType::MultipleString, std::vector<std::string>{""});
    m.attachments.push_back(attachment(base::memory_source(base::Bytes())));
    mapi::Attachment reference;
    reference.properties.set(mapi::PidTagAttachMethod,
                             static_cast<std::int32_t>(mapi::AttachMethod::ByReference));
    m.attachments.push_back(std::move(reference));
    m.recipients.emplace_back();
    writer->add(make_inbox(*writer), m);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const auto all = store().properties(store().node(kFirstMessage));
    for (const std::uint32_t tag : {0x0037001FU, 0x0042001FU, 0x0070001FU, 0x1000001FU}) {
        EXPECT_EQ(all.at(tag).bytes, "") << std::hex << tag;
        EXPECT_EQ(all.at(tag).hnid, 0U) << std::hex << tag;
    }
    EXPECT_FALSE(all.contains(0x0E04001F)) << "SCANPST deletes empty display lists";
}

TEST_F(WriterTest, DropsWhatTheStoreComputesItself) {
    const auto writer = open();
    mapi::Message m = message("x");
    m.properties.set(mapi::PidTagDisplayTo, std::string("someone else"));
    m.properties.set(mapi::PidTagMessageSize, std::int32_t{7});
    m.properties.set(mapi::PidTagReplItemid, base::Bytes(16));
    m.properties.set(mapi::PidTagConversationId, base::Bytes(16));
    m.properties.set(mapi::PidTagLtpRowId, std::int32_t{9});
    m.properties.set(mapi::PidTagEntryId, base::Bytes(24));
    m.properties.set({0x0017, mapi::PropertyType::String}, std::string("no number"));
    mapi::PropertyBag to = recipient("a@example.com");
    to.set(mapi::PidTagLtpRowId, std::int32_t{99});
    to.set(mapi::PidTagRowId, std::int32_t{0});
    m.recipients.push_back(to);
    writer->add(make_inbox(*writer), m);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const auto all = store().properties(store().node(kFirstMessage));
    for (const std::uint32_t tag :
         {0x0E300102U, 0x30130102U, 0x67F20003U, 0x0FFF0102U, 0x0017001FU}) {
        EXPECT_FALSE(all.contains(tag)) << std::hex << tag;
    }
    EXPECT_EQ(all.at(0x0E04001F).bytes, test::wide("Name of a@example.com"));
}

TEST_F(WriterTest, GivesRecipientsWhatOutlookWants) {
    const auto writer = open();
    mapi::Message m = message("x");
    mapi::PropertyBag bare;
    bare.set(mapi::PidTagEmailAddress, std::string("john@example.com"));
    m.recipients = {bare};
    m.recipients.push_back(recipient("b@example.com"));
    m.recipients.back().set({mapi::PSETID_MbxTools, std::string("tag")}, mapi::PropertyType::String,
                            std::string("value"));
    writer->add(make_inbox(*writer), m);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const auto subnodes = store().subnodes(store().node(kFirstMessage).sub);
    const auto table = store().table(subnodes.at(0x692));
    EXPECT_EQ(table.columns.size(), 14U + 2);
    const auto& row = table.rows.at(1);
    EXPECT_EQ(row.at(0x300B0102).bytes, std::string("SMTP:JOHN@EXAMPLE.COM\0", 22));
    EXPECT_EQ(row.at(0x3001001F).bytes, test::wide("john@example.com"));
    EXPECT_EQ(row.at(0x3002001F).bytes, test::wide("SMTP"));
    EXPECT_EQ(test::integer_of(row, 0x0C150003), 1U);
    EXPECT_EQ(test::integer_of(row, 0x0FFE0003), 6U);
    EXPECT_EQ(base::to_hex(base::as_bytes(row.at(0x0FFF0102).bytes.substr(0, 24))),
              "00000000812b1fa4bea310199d6e00dd010f540200000190");
    EXPECT_FALSE(row.contains(0x39FE001F));
    EXPECT_TRUE(table.rows.at(2).contains(0x39FE001F));
}

TEST_F(WriterTest, RefusesRecipientsThatNeedTooManyColumns) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    mapi::Message m = message("x");
    m.recipients.push_back(recipient("a@example.com"));
    for (std::uint32_t i = 0; i < 250; ++i) {
        m.recipients[0].set({mapi::PSETID_Note, i}, mapi::PropertyType::Boolean, true);
    }
    EXPECT_EQ(code_of([&] { writer->add(inbox, m); }), ErrorCode::BadData);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
}

TEST_F(WriterTest, SharesALongDisplayListBetweenMessageAndRow) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    for (const std::size_t length : {1'023U, 1'024U, 1'790U, 5'000U}) {
        mapi::Message m = message("x");
        m.recipients.push_back(recipient("a"));
        m.recipients[0].set(mapi::PidTagDisplayName, std::string(length, 'n'));
        writer->add(inbox, m);
    }
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const test::RawNode contents = store().node(kInbox - 2 + 0xE);
    const auto rows = store().table(contents).rows;
    const auto in_table = store().subnodes(contents.sub);
    std::uint32_t nid = kFirstMessage;
    for (const bool shared : {false, true, true, true}) {
        const auto& cell = rows.at(nid).at(0x0E04001F);
        EXPECT_EQ((cell.hnid & 0x1F) != 0, shared);
        if (shared) {
            const auto value = store().properties(store().node(nid)).at(0x0E04001F);
            const auto own = store().subnodes(store().node(nid).sub).at(value.hnid);
            EXPECT_EQ(in_table.at(cell.hnid).data, own.data);
            EXPECT_EQ(store().pst().blocks().at(own.data).cref, 3);
        }
        nid += 0x20;
    }
}

TEST_F(WriterTest, KeepsAFolderOf5000MessagesInOrder) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    mapi::Folder other;
    other.display_name = "Other";
    const ndb::Nid second = writer->add_folder(inbox, other);
    for (int i = 0; i < 5'000; ++i) {
        mapi::Message m = message("message " + std::to_string(i));
        m.properties.set(mapi::PidTagMessageFlags, std::int32_t{i % 3 == 0 ? 0 : 1});
        writer->add(i % 10 == 0 ? second : inbox, m);
    }
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const auto table = store().table(store().node(kInbox - 2 + 0xE));
    EXPECT_EQ(table.rows.size(), 4'500U);
    EXPECT_NE(table.matrix & 0x1F, 0U);
}

TEST_F(WriterTest, PutsAssociatedMessagesIntoTheirOwnTable) {
    const auto writer = open();
    const ndb::Nid inbox = make_inbox(*writer);
    mapi::Message m = message("view");
    m.associated = true;
    m.properties.set(mapi::PidTagDisplayName, std::string("a view"));
    m.properties.set({0x6805, mapi::PropertyType::MultipleInteger32},
                     std::vector<std::int32_t>{1, 2, 3});
    const auto added = writer->add(inbox, m);
    EXPECT_EQ(added.nid.value, 0x100028U);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    EXPECT_EQ(store().table(store().node(kInbox - 2 + 0xF)).rows.size(), 1U);
    const auto all = store().properties(store().node(0x100028));
    EXPECT_EQ(test::integer_of(all, 0x0E070003) & 0x40, 0x40U);
    EXPECT_FALSE(all.contains(0x0070001F));
}

// Columns and values as in files of Outlook 2010: clients ask this table.
TEST_F(WriterTest, TellsNamesAndWhatIsHiddenInTheAttachmentTable) {
    const auto writer = open();
    mapi::Message m = message("pictures");
    m.attachments.push_back(attachment(bytes(10), "long name.jpeg"));
    mapi::PropertyBag& properties = m.attachments.back().properties;
    properties.set(mapi::PidTagAttachContentId, std::string("a@b"));
    properties.set(mapi::PidTagAttachmentHidden, true);
    writer->add(make_inbox(*writer), m);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());

    const auto subnodes = store().subnodes(store().node(kFirstMessage).sub);
    const test::RawTable table = store().table(subnodes.at(0x671));
    EXPECT_EQ(table.columns.size(), 28U);
    ASSERT_EQ(table.rows.size(), 1U);
    const test::RawProperties& row = table.rows.begin()->second;
    EXPECT_EQ(row.at(0x3707001F).bytes, test::wide("long name.jpeg"));
    EXPECT_EQ(row.at(0x3712001F).bytes, test::wide("a@b"));
    EXPECT_EQ(row.at(0x7FFE000B).bytes, "\x01");
    EXPECT_FALSE(row.contains(0x3713001F));
}

TEST_F(WriterTest, KeepsOleDataInASubnodeOfItsOwnType) {
    const auto writer = open();
    mapi::Message m = message("ole");
    for (const std::size_t size : {0U, 10U, 50'000U}) {
        m.attachments.push_back(attachment(bytes(size)));
        m.attachments.back().properties.set(mapi::PidTagAttachMethod,
                                            static_cast<std::int32_t>(mapi::AttachMethod::Ole));
    }
    writer->add(make_inbox(*writer), m);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    const auto subnodes = store().subnodes(store().node(kFirstMessage).sub);
    std::vector<std::uint32_t> types;
    for (const auto& [nid, node] : subnodes) {
        for (const auto& [inner, content] : store().subnodes(node.sub)) {
            types.push_back(inner & 0x1F);
        }
    }
    EXPECT_THAT(types, ElementsAre(9U, 9U));
}

TEST_F(WriterTest, NamesTheSpecialFolders) {
    const auto writer = open();
    const auto make = [&](const std::string& name, mapi::SpecialFolder special) {
        mapi::Folder folder;
        folder.display_name = name;
        folder.special = special;
        return writer->add_folder(writer->ipm_subtree(), folder).value;
    };
    using mapi::SpecialFolder;
    const std::uint32_t inbox = make("Posteingang", SpecialFolder::Inbox);
    const std::uint32_t sent = make("Gesendet", SpecialFolder::SentItems);
    const std::uint32_t outbox = make("Postausgang", SpecialFolder::Outbox);
    const std::uint32_t drafts = make("Entwürfe", SpecialFolder::Drafts);
    const std::uint32_t calendar = make("Kalender", SpecialFolder::Calendar);
    const std::uint32_t junk = make("Junk", SpecialFolder::JunkEmail);
    EXPECT_EQ(make("Papierkorb", SpecialFolder::DeletedItems), 0x8062U);
    EXPECT_EQ(code_of([&] { make("again", SpecialFolder::Inbox); }), ErrorCode::Internal);
    mapi::Folder orphan;
    orphan.display_name = "orphan";
    EXPECT_EQ(code_of([&] { writer->add_folder({0x99922}, orphan); }), ErrorCode::Internal);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());

    const auto all = store().properties(store().node(0x21));
    const auto names = [&](const std::string& entry_id, std::uint32_t nid) {
        return entry_id.size() == 24 && entry_id.substr(4, 16) == all.at(0x0FF90102).bytes &&
               test::u32_at(entry_id, 20) == nid;
    };
    EXPECT_TRUE(names(all.at(0x35E20102).bytes, outbox));
    EXPECT_TRUE(names(all.at(0x35E40102).bytes, sent));
    EXPECT_EQ(test::integer_of(all, 0x35DF0003), 0xDFU);
    for (const std::uint32_t nid : {0x122U, inbox}) {
        const auto links = store().properties(store().node(nid));
        EXPECT_TRUE(names(links.at(0x36D00102).bytes, calendar));
        EXPECT_TRUE(names(links.at(0x36D70102).bytes, drafts));
        const std::string& more = links.at(0x36D81102).bytes;
        EXPECT_EQ(test::u32_at(more, 0), 5U);
        EXPECT_TRUE(names(more.substr(test::u32_at(more, 20)), junk));
        EXPECT_FALSE(links.contains(0x36D10102));
    }
    const auto receive = store().table(store().node(0x62B)).rows;
    EXPECT_EQ(receive.size(), 4U);
    EXPECT_TRUE(receive.at(1).contains(0x001A001F)) << "the empty class is there";
    EXPECT_EQ(receive.at(1).at(0x001A001F).bytes, "");
    EXPECT_EQ(test::integer_of(receive.at(1), 0x66050003), inbox);
}

TEST_F(WriterTest, WritesTheSameBytesForTheSameCalls) {
    const auto write = [&](const std::string& name) {
        const auto writer = open({}, name);
        const ndb::Nid inbox = make_inbox(*writer);
        for (int i = 0; i < 30; ++i) {
            mapi::Message m = message(std::to_string(i));
            m.attachments.push_back(attachment(bytes(static_cast<std::size_t>(i) * 1'000)));
            writer->add(inbox, m);
        }
        writer->close();
        return base::to_hex(base::sha256(*base::file_source(path(name))));
    };
    EXPECT_EQ(write("a.pst"), write("b.pst"));
}

TEST_F(WriterTest, WritesWithoutEncodingToo) {
    PstWriterOptions options;
    options.crypt = ndb::CryptMethod::None;
    const auto writer = open(options);
    writer->add(make_inbox(*writer), message("plain"));
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    EXPECT_EQ(store().pst().u8(513), 0);
}

TEST_F(WriterTest, AppearsOnlyWhenClosed) {
    auto writer = open();
    EXPECT_EQ(writer->part_path(), path() + ".part");
    make_inbox(*writer);
    writer->finish();
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_TRUE(std::filesystem::exists(writer->part_path()));
    writer->close();
    EXPECT_TRUE(std::filesystem::exists(path()));
    EXPECT_FALSE(std::filesystem::exists(path() + ".part"));
    EXPECT_EQ(code_of([&] { open(); }), ErrorCode::CannotCreate);
    EXPECT_EQ(code_of([&] { writer->add({kInbox}, message("late")); }), ErrorCode::Internal);
}

TEST_F(WriterTest, LeavesNothingBehindWhenGivenUp) {
    auto writer = open();
    writer->add(make_inbox(*writer), message("x"));
    writer.reset();
    EXPECT_FALSE(std::filesystem::exists(path() + ".part"));
    EXPECT_EQ(code_of([&] { PstWriter("/nowhere/x.pst", {}, base::SystemClock(), *ids()); }),
              ErrorCode::CannotCreate);
}

TEST_F(WriterTest, StopsAtTheLargestSizeAllowed) {
    PstWriterOptions options;
    options.max_file_size = 2'000'000;
    const auto writer = open(options);
    const ndb::Nid inbox = make_inbox(*writer);
    mapi::Message large = message("large");
    large.attachments.push_back(attachment(bytes(3'000'000)));
    EXPECT_EQ(code_of([&] { writer->add(inbox, large); }), ErrorCode::CannotCreate);
    writer->add(inbox, message("small"));
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
}

TEST_F(WriterTest, HoldsManyPropertiesInOneMessage) {
    const auto writer = open();
    mapi::Message m = message("many");
    for (std::uint32_t i = 0; i < 2'000; ++i) {
        m.properties.set({mapi::PSETID_Note, i}, mapi::PropertyType::Integer64, std::int64_t{i});
    }
    writer->add(make_inbox(*writer), m);
    EXPECT_THAT(problems_after_close(*writer), IsEmpty());
    EXPECT_GT(store().properties(store().node(kFirstMessage)).size(), 2'000U);
}

}  // namespace
}  // namespace mbx::pst
