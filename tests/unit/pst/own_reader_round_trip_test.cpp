// Stores that the writer makes, and damaged ones, through the reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "pst/ltp/property_context_writer.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/message_reader.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/own_reader.hpp"
#include "unit/pst/reader_comparison.hpp"
#include "unit/pst/writer_fixture.hpp"

namespace mbx::pst {
namespace {

using ndb::Nid;
using ndb::NidType;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class OwnReaderTest : public WriterTest {
  protected:
    std::unique_ptr<PstReader> read(ReaderKind kind = ReaderKind::Own) {
        PstReaderOptions options;
        options.kind = kind;
        return open_pst(path(), options, notes_);
    }
    std::vector<Nid> nids_in(Nid folder) {
        std::vector<Nid> result;
        const auto cursor = read()->messages(folder);
        while (const auto nid = cursor->next()) {
            result.push_back(*nid);
        }
        return result;
    }
    /// Changes one byte of the first block of a node.
    void damage(Nid nid) {
        std::uint64_t at = 0;
        {
            const ndb::BlockFile file(path());
            at = file.find_block(file.find_node(nid)->data)->ib.value;
        }
        change(at, 0x55);
    }
    void change(std::uint64_t at, int bits) {
        std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(file.get() ^ bits);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
    }

    base::DiagnosticList notes_;
};

// ---- what the writer makes

TEST_F(OwnReaderTest, GivesBackAMessageWithEverything) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    mapi::Message m = message("RE: hello");
    const mapi::PropertyName keywords{mapi::PS_PUBLIC_STRINGS, std::string("Keywords")};
    m.properties.set(keywords, mapi::PropertyType::MultipleString,
                     std::vector<std::string>{"red", "grün", ""});
    m.properties.set({mapi::PSETID_Common, 0x8503U}, mapi::PropertyType::Boolean, true);
    m.properties.set(mapi::PidTagTransportMessageHeaders, std::string(2'000'000, 'x') + "ü");
    m.properties.set({0x6801, mapi::PropertyType::Floating64}, 2.5);
    m.properties.set({0x6802, mapi::PropertyType::MultipleInteger32},
                     std::vector<std::int32_t>{1, -1});
    m.properties.set({0x6803, mapi::PropertyType::MultipleBinary},
                     std::vector<base::Bytes>{base::to_bytes("a"), {}, base::to_bytes("bc")});
    m.recipients = {recipient("a@example.com"), recipient("b@example.com", 2),
                    recipient("c@example.com", 3)};
    m.attachments.push_back(attachment(bytes(100), "small"));
    m.attachments.push_back(attachment(bytes(9'000'000), "large"));
    m.attachments.push_back(attachment(bytes(0), "empty"));
    mapi::Attachment inner;
    inner.embedded = std::make_unique<mapi::Message>(message("inner"));
    inner.embedded->attachments.push_back(attachment(bytes(70'000), "deep"));
    m.attachments.push_back(std::move(inner));
    const Nid nid = writer->add(inbox, m).nid;
    writer->close();

    const auto reader = read();
    const mapi::Message back = reader->message(nid);
    EXPECT_EQ(back.properties.text(mapi::PidTagSubject), "RE: hello");
    EXPECT_EQ(*back.properties.get<std::vector<std::string>>(keywords),
              (std::vector<std::string>{"red", "grün", ""}));
    EXPECT_TRUE(*back.properties.get<bool>(mapi::PropertyName{mapi::PSETID_Common, 0x8503U}));
    EXPECT_TRUE(std::holds_alternative<base::SharedSource>(
        *back.properties.find(mapi::PidTagTransportMessageHeaders)));
    EXPECT_EQ(back.properties.text(mapi::PidTagTransportMessageHeaders),
              std::string(2'000'000, 'x') + "ü");
    for (const std::uint16_t id : std::vector<std::uint16_t>{0x6801, 0x6802, 0x6803}) {
        EXPECT_EQ(back.properties.fixed().at(id).value, m.properties.fixed().at(id).value) << id;
    }
    ASSERT_EQ(back.recipients.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(back.recipients[i].text(mapi::PidTagEmailAddress),
                  m.recipients[i].text(mapi::PidTagEmailAddress));
        EXPECT_EQ(back.recipients[i].integer(mapi::PidTagRecipientType),
                  static_cast<std::int32_t>(i) + 1);
    }
    ASSERT_EQ(back.attachments.size(), 4U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(back.attachments[i].properties.text(mapi::PidTagAttachLongFilename),
                  m.attachments[i].properties.text(mapi::PidTagAttachLongFilename));
        ASSERT_NE(back.attachments[i].data, nullptr) << i;
        EXPECT_TRUE(base::read_all(*back.attachments[i].data, 1 << 30) ==
                    base::read_all(*m.attachments[i].data, 1 << 30));
    }
    EXPECT_TRUE(back.attachments[1].data->in_memory().empty()) << "large ones are not held";
    const mapi::Message& embedded = *back.attachments[3].embedded;
    EXPECT_EQ(embedded.properties.text(mapi::PidTagSubject), "inner");
    EXPECT_EQ(embedded.attachments.at(0).data->size(), 70'000U);
    EXPECT_THAT(notes_.items, IsEmpty());
}

TEST_F(OwnReaderTest, SeesTheSameAsLibpffInALargerStore) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    std::vector<Nid> folders{inbox};
    for (int i = 0; i < 30; ++i) {
        mapi::Folder folder;
        folder.display_name = "Folder " + std::to_string(i);
        folders.push_back(writer->add_folder(folders[static_cast<std::size_t>(i) / 3], folder));
    }
    std::map<Nid, std::vector<Nid>> added;
    for (std::size_t i = 0; i < 700; ++i) {
        mapi::Message m = message("Subject " + std::to_string(i));
        m.properties.set(mapi::PidTagBody, std::string(i * 13 % 9000, 'b'));
        m.recipients = {recipient("r" + std::to_string(i) + "@example.com")};
        if (i % 9 == 0) {
            m.attachments.push_back(attachment(bytes(i * 100)));
        }
        const Nid folder = i < 500 ? inbox : folders[i % folders.size()];
        added[folder].push_back(writer->add(folder, m).nid);
    }
    writer->close();
    for (const auto& [folder, nids] : added) {
        EXPECT_EQ(nids_in(folder), nids);
    }
    const auto own = read(ReaderKind::Own);
    const auto libpff = read(ReaderKind::Libpff);
    EXPECT_THAT(test::differences(*own, *libpff), IsEmpty());
    EXPECT_THAT(notes_.items, IsEmpty());
    const auto all = own->folders();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const PstFolder& folder) { return folder.nid == inbox; });
    ASSERT_NE(found, all.end());
    EXPECT_EQ(found->folder.special, mapi::SpecialFolder::Inbox);
    EXPECT_EQ(found->message_count, added[inbox].size());
}

TEST_F(OwnReaderTest, OpensALargeStoreForTheSamePriceAsASmallOne) {
    const auto bytes_read = [] {
        std::ifstream counters("/proc/self/io");
        std::string name;
        std::uint64_t value = 0;
        counters >> name >> value;
        EXPECT_EQ(name, "rchar:");
        return value;
    };
    const auto cost = [&](int messages) {
        const std::string name = std::to_string(messages) + ".pst";
        const auto writer = open({}, name);
        const Nid inbox = make_inbox(*writer);
        for (int i = 0; i < messages; ++i) {
            writer->add(inbox, message("Subject"));
        }
        writer->close();
        const std::uint64_t before = bytes_read();
        const auto reader = open_own(path(name), {}, notes_);
        static_cast<void>(reader->info());
        return bytes_read() - before;
    };
    const std::uint64_t small = cost(1);
    const std::uint64_t large = cost(3000);
    EXPECT_LT(small, 20'000U);
    EXPECT_LT(large, small + 8000) << "a few more levels of the trees";
}

// ---- damage that is survived

TEST_F(OwnReaderTest, FindsMessagesWithoutTheContentsTable) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    const Nid first = writer->add(inbox, message("one")).nid;
    writer->add(writer->deleted_items(), message("elsewhere"));
    const Nid third = writer->add(inbox, message("three")).nid;
    writer->close();
    damage(inbox.with_type(NidType::ContentsTable));
    EXPECT_EQ(nids_in(inbox), (std::vector<Nid>{first, third}));
    EXPECT_THAT(notes_.items,
                Contains(Field(&base::Diagnostic::text, HasSubstr("are found without it"))));
}

TEST_F(OwnReaderTest, FindsFoldersWithoutTheHierarchyTable) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    writer->close();
    damage(writer->ipm_subtree().with_type(NidType::HierarchyTable));
    const auto folders = read()->folders();
    EXPECT_THAT(folders, Contains(Field(&PstFolder::nid, inbox)));
    EXPECT_THAT(notes_.items,
                Contains(Field(&base::Diagnostic::text, HasSubstr("are found without it"))));
}

PstFolder folder_of(PstReader& reader, Nid nid) {
    for (PstFolder& folder : reader.folders()) {
        if (folder.nid == nid) {
            return std::move(folder);
        }
    }
    ADD_FAILURE() << "no folder " << to_string(nid);
    return {};
}

TEST_F(OwnReaderTest, KeepsAFolderWhosePropertiesAreDamagedAndAllBelowIt) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    const Nid first = writer->add(inbox, message("one")).nid;
    mapi::Folder work;
    work.display_name = "Work";
    const Nid below = writer->add_folder(inbox, work);
    writer->add(below, message("two"));
    writer->close();
    for (const Nid nid : {inbox, writer->ipm_subtree(), ndb::kNidRootFolder}) {
        damage(nid);
    }
    const auto reader = read();
    const PstFolder kept = folder_of(*reader, inbox);
    EXPECT_EQ(kept.folder.display_name, "Inbox") << "the table of the folder above has it, too";
    EXPECT_EQ(kept.folder.special, mapi::SpecialFolder::Inbox);
    EXPECT_TRUE(kept.below_ipm_subtree);
    EXPECT_EQ(kept.message_count, 1U);
    EXPECT_EQ(kept.lost, "");
    EXPECT_EQ(folder_of(*reader, below).message_count, 1U);
    EXPECT_EQ(nids_in(inbox), std::vector<Nid>{first});
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::text,
                                             HasSubstr("without its properties, as \"Inbox\""))));
}

TEST_F(OwnReaderTest, NamesAFolderByItsNodeWhenItsNameIsLost) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    const Nid first = writer->add(inbox, message("one")).nid;
    writer->close();
    damage(inbox);
    damage(inbox.with_type(NidType::ContentsTable));
    damage(writer->ipm_subtree().with_type(NidType::HierarchyTable));
    const PstFolder kept = folder_of(*read(), inbox);
    EXPECT_EQ(kept.folder.display_name, "Folder 0x80a2");
    EXPECT_EQ(kept.message_count, 1U);
    EXPECT_EQ(nids_in(inbox), std::vector<Nid>{first});
}

TEST_F(OwnReaderTest, TellsThatPartOfTheNodesCannotBeRead) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    for (int i = 0; i < 100; ++i) {
        writer->add(inbox, message("one"));
    }
    writer->close();
    {
        const ndb::BlockFile file(path());
        const auto root = file.page(ndb::PageType::Nbt, file.header().nbt);
        ASSERT_GT(root->children.size(), 3U);
        change((root->children.end() - 2)->at.ib.value, 0x55);
    }
    const auto reader = read();
    EXPECT_EQ(folder_of(*reader, inbox).message_count, 100U);
    EXPECT_THAT(reader->folders(),
                Contains(Field(&PstFolder::lost, HasSubstr("some folders may not be known"))));
}

TEST_F(OwnReaderTest, LibpffTellsWhichFoldersItCannotRead) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    writer->add(inbox, message("one"));
    writer->close();
    damage(inbox);
    EXPECT_THAT(read(ReaderKind::Libpff)->folders(),
                Contains(AllOf(Field(&PstFolder::parent, writer->ipm_subtree()),
                               Field(&PstFolder::lost, testing::Ne("")))));
}

TEST_F(OwnReaderTest, NamesAMessageThatIsDamagedAndGoesOn) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    const Nid first = writer->add(inbox, message("one")).nid;
    writer->add(inbox, message("two"));
    writer->close();
    damage(first);
    const auto reader = read();
    const auto cursor = reader->messages(inbox);
    ASSERT_EQ(cursor->next(), first);
    try {
        cursor->message();
        ADD_FAILURE() << "read";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        EXPECT_THAT(error.what(), HasSubstr("message " + to_string(first) + ": block 0x"));
        EXPECT_THAT(error.what(), HasSubstr("dwCRC"));
    }
    ASSERT_TRUE(cursor->next());
    EXPECT_EQ(cursor->message().properties.text(mapi::PidTagSubject), "two");
    EXPECT_FALSE(cursor->next());
}

TEST_F(OwnReaderTest, SaysOfWhichMessageAPartIsLost) {
    PstWriterOptions options;
    options.crypt = ndb::CryptMethod::None;
    const auto writer = open(options);
    const Nid inbox = make_inbox(*writer);
    const std::string content(5'000, '#');
    mapi::Message outer = message("outer");
    mapi::Attachment inner;
    inner.embedded = std::make_unique<mapi::Message>(message("inner"));
    inner.embedded->attachments.push_back(attachment(base::memory_source(content), "deep"));
    outer.attachments.push_back(std::move(inner));
    const Nid damaged = writer->add(inbox, outer).nid;
    const Nid sound = writer->add(inbox, message("sound")).nid;
    writer->close();
    const std::size_t at = base::read_file(path(), 10'000'000).find(content);
    ASSERT_NE(at, std::string::npos);
    change(at, 0x55);
    const auto reader = read();
    EXPECT_THAT(reader->message(damaged).damage,
                AllOf(HasSubstr("message " + to_string(damaged) + ", attachment 0, attachment 0"),
                      HasSubstr("dwCRC")));
    EXPECT_EQ(reader->message(sound).damage, "");
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "damaged-part")));
}

TEST_F(OwnReaderTest, GoesOnWithoutTheNameMap) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    mapi::Message m = message("one");
    m.properties.set({mapi::PSETID_Common, 0x8503U}, mapi::PropertyType::Boolean, true);
    const Nid nid = writer->add(inbox, m).nid;
    writer->close();
    damage(ndb::kNidNameToIdMap);
    const auto reader = read();
    const mapi::Message back = reader->message(nid);
    EXPECT_EQ(back.properties.text(mapi::PidTagSubject), "one");
    EXPECT_TRUE(back.properties.named().empty());
    EXPECT_THAT(back.damage, HasSubstr("name-to-id map: block 0x"));
    EXPECT_THAT(reader->message(nid).damage, HasSubstr("has no name in this store"));
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "damaged-node")));
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "unnamed-property")));
}

TEST_F(OwnReaderTest, ReadsAFileWhoseStoreIsDamagedInEitherEncoding) {
    for (const ndb::CryptMethod crypt : {ndb::CryptMethod::None, ndb::CryptMethod::Permute}) {
        PstWriterOptions options;
        options.crypt = crypt;
        const auto writer = open(options);
        const Nid nid = writer->add(make_inbox(*writer), message("one")).nid;
        writer->close();
        damage(ndb::kNidMessageStore);
        const auto reader = read(ReaderKind::Auto);
        EXPECT_EQ(reader->info().reader, "own");
        EXPECT_EQ(reader->message(nid).properties.text(mapi::PidTagSubject), "one");
        std::filesystem::remove(path());
    }
}

TEST_F(OwnReaderTest, ReadsAFileWhoseHeaderIsDamagedWhereItDoesNotMatter) {
    const auto writer = open();
    const Nid inbox = make_inbox(*writer);
    writer->add(inbox, message("one"));
    writer->close();
    change(44, 1);  // rgnid
    const auto reader = read(ReaderKind::Auto);
    EXPECT_EQ(reader->info().reader, "own");
    EXPECT_EQ(nids_in(inbox).size(), 1U);
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "damaged-header")));
}

TEST_F(OwnReaderTest, LetsLibpffTryWhereTheHeaderDoesNotLeadToTheTrees) {
    const auto writer = open();
    make_inbox(*writer);
    writer->close();
    change(224, 1);  // BREFNBT.ib
    EXPECT_THROW(read(ReaderKind::Own), Error);
    EXPECT_THAT(notes_.items, IsEmpty());
    EXPECT_THROW(read(ReaderKind::Auto), Error) << "libpff refuses the header's CRC";
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "other-reader")));
}

// ---- folders that no writer makes

class HostileFolderTest : public OwnReaderTest {
  protected:
    HostileFolderTest() : ndb_(path(), ndb::NdbWriterOptions{}) {
        add_folder(ndb::kNidRootFolder, ndb::kNidRootFolder, {ndb::kNidIpmSubtree});
    }

    ndb::Bid properties() { return ltp::write_property_context(ndb_, {}).data.bid; }
    ndb::Bid table(const std::vector<Nid>& rows) {
        const std::vector<mapi::PropertyTag> tags{mapi::PidTagLtpRowId, mapi::PidTagLtpRowVer};
        const ltp::TableLayout layout(tags);
        ltp::SubnodeWriter subnodes(ndb_);
        ltp::TableWriter writer(subnodes, layout, rows.size());
        for (const Nid row : rows) {
            writer.add_row(row.value, 1, {});
        }
        const ndb::Bid data = writer.finish().bid;
        subnodes.finish();
        return data;
    }
    void add_folder(Nid nid, Nid parent, const std::vector<Nid>& children,
                    const std::vector<Nid>& messages = {}) {
        ndb_.add_node(nid, properties(), {}, parent);
        ndb_.add_node(nid.with_type(NidType::HierarchyTable), table(children), {}, ndb::kNidNone);
        ndb_.add_node(nid.with_type(NidType::ContentsTable), table(messages), {}, ndb::kNidNone);
    }
    void add_message(Nid nid, Nid parent) { ndb_.add_node(nid, properties(), {}, parent); }

    ndb::NdbWriter ndb_;
};

constexpr Nid kFolder = Nid::make(NidType::NormalFolder, 0x500);
constexpr Nid kOther = Nid::make(NidType::NormalFolder, 0x501);
constexpr Nid kOne = Nid::make(NidType::NormalMessage, 0x10000);
constexpr Nid kTwo = Nid::make(NidType::NormalMessage, 0x10001);
constexpr Nid kThree = Nid::make(NidType::NormalMessage, 0x10002);

TEST_F(HostileFolderTest, GivesMessagesThatNoTableListsOnce) {
    add_folder(ndb::kNidIpmSubtree, ndb::kNidRootFolder, {kFolder, kOther});
    add_folder(kFolder, ndb::kNidIpmSubtree, {}, {kOne, kThree});
    add_folder(kOther, ndb::kNidIpmSubtree, {});
    add_message(kOne, kFolder);
    add_message(kTwo, kFolder);
    add_message(kThree, kOther);  // listed elsewhere
    ndb_.finish(1);
    EXPECT_EQ(nids_in(kFolder), (std::vector<Nid>{kOne, kTwo, kThree}));
    EXPECT_THAT(nids_in(kOther), IsEmpty());
    EXPECT_EQ(folder_of(*read(), kFolder).message_count, 3U);
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "unlisted-messages")));
}

TEST_F(HostileFolderTest, FindsFoldersWithMessagesThatNoTableLists) {
    add_folder(ndb::kNidIpmSubtree, ndb::kNidRootFolder, {});
    add_folder(kFolder, ndb::kNidIpmSubtree, {});
    add_folder(kOther, kFolder, {}, {kOne});
    add_message(kOne, kOther);
    ndb_.finish(1);
    const auto reader = read();
    EXPECT_TRUE(folder_of(*reader, kOther).below_ipm_subtree);
    EXPECT_EQ(folder_of(*reader, kOther).message_count, 1U);
    EXPECT_THAT(notes_.items, Contains(Field(&base::Diagnostic::id, "unlisted-folder")));
}

TEST_F(HostileFolderTest, TellsOfFoldersThatAreNotThere) {
    add_folder(ndb::kNidIpmSubtree, ndb::kNidRootFolder, {kFolder});
    add_message(kOne, kOther);
    ndb_.finish(1);
    const auto reader = read();
    EXPECT_THAT(folder_of(*reader, kFolder).lost, HasSubstr("has no node"));
    EXPECT_THAT(folder_of(*reader, kOther).lost, HasSubstr("1 messages"));
}

// ---- messages that no writer makes

class HostileMessageTest : public OwnReaderTest {
  protected:
    static constexpr Nid kInner{0x200044};

    HostileMessageTest()
        : ndb_(std::make_unique<ndb::NdbWriter>(path(), ndb::NdbWriterOptions{})) {}

    ltp::WrittenNode properties(std::vector<ltp::StoredProperty> all) {
        return ltp::write_property_context(*ndb_, all);
    }
    /// An attachment whose content is the embedded message `inner`.
    ndb::SubnodeEntry attachment_with(std::uint32_t index, ndb::SubnodeEntry inner) {
        ltp::SubnodeWriter subnodes(*ndb_);
        inner.nid = kInner;
        subnodes.add(inner, 0);
        ltp::PropertyContextWriter writer(subnodes, 2);
        writer.add({mapi::PidTagAttachDataObject, ltp::store_object(kInner, 1)});
        writer.add({mapi::PidTagAttachMethod,
                    ltp::store_value(mapi::PropertyType::Integer32, std::int32_t{5})});
        const ndb::DataTree data = writer.finish();
        return {Nid::make(NidType::Attachment, 0x401 + index), data.bid, subnodes.finish()};
    }
    /// The subnodes of a message with these attachments.
    ndb::Bid subnodes_of(const std::vector<ndb::SubnodeEntry>& attachments) {
        const std::vector<mapi::PropertyTag> tags{mapi::PidTagLtpRowId, mapi::PidTagLtpRowVer};
        const ltp::TableLayout layout(tags);
        ltp::SubnodeWriter subnodes(*ndb_);
        ltp::TableWriter table(subnodes, layout, attachments.size());
        for (const ndb::SubnodeEntry& entry : attachments) {
            table.add_row(entry.nid.value, 1, {});
            subnodes.add(entry, 0);
        }
        subnodes.add({ndb::kNidAttachmentTable, table.finish().bid, {}}, 0);
        return subnodes.finish();
    }
    mapi::Message read_written(ndb::Bid data, ndb::Bid sub) {
        ndb_->add_node(Nid{kFirstMessage}, data, sub, ndb::kNidRootFolder);
        ndb_->finish(1);
        const StoreContext context(std::make_shared<ndb::BlockFile>(path()), 1252, notes_);
        return read_message(data, sub, "message", context);
    }
    static std::size_t count(const mapi::Message& message) {
        std::size_t result = 1;
        for (const mapi::Attachment& attachment : message.attachments) {
            result += attachment.embedded ? count(*attachment.embedded) : 0;
        }
        return result;
    }

    std::unique_ptr<ndb::NdbWriter> ndb_;
};

TEST_F(HostileMessageTest, ThatContainsItselfIsNoticed) {
    const ndb::Bid data = properties({}).data.bid;
    const ndb::Bid sub = subnodes_of({attachment_with(0, {{}, data, {}})});
    const mapi::Message message = read_written(data, sub);
    ASSERT_EQ(message.attachments.size(), 1U);
    EXPECT_EQ(message.attachments[0].embedded, nullptr);
    EXPECT_THAT(notes_.items,
                Contains(Field(&base::Diagnostic::text, "the embedded message contains itself")));
}

TEST_F(HostileMessageTest, ThatNamesItsPartsManyTimesOverTakesBoundedWork) {
    ndb::SubnodeEntry inner{{}, properties({}).data.bid, {}};
    for (int level = 0; level < 40; ++level) {
        const std::vector<ndb::SubnodeEntry> twice{attachment_with(0, inner),
                                                   attachment_with(1, inner)};
        inner = {{}, properties({}).data.bid, subnodes_of(twice)};
    }
    const mapi::Message message = read_written(inner.data, inner.sub);
    EXPECT_LE(count(message), 10'001U);
    EXPECT_THAT(notes_.items,
                Contains(Field(&base::Diagnostic::text, HasSubstr("messages are embedded"))));
}

TEST_F(HostileMessageTest, ThatIsEmbeddedTooDeepIsCutOff) {
    ndb::SubnodeEntry inner{{}, properties({}).data.bid, {}};
    for (int level = 0; level < 150; ++level) {
        inner = {{}, properties({}).data.bid, subnodes_of({attachment_with(0, inner)})};
    }
    const mapi::Message message = read_written(inner.data, inner.sub);
    EXPECT_EQ(count(message), static_cast<std::size_t>(mapi::kDeepestEmbedding) + 1);
    EXPECT_THAT(notes_.items,
                Contains(Field(&base::Diagnostic::text, HasSubstr("embedded more than 100 deep"))));
}

}  // namespace
}  // namespace mbx::pst
