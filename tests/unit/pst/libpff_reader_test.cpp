#include "pst/libpff_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/error.hpp"
#include "base/file.hpp"
#include "mapi/tags.hpp"
#include "support/shared_corpus.hpp"
#include "unit/pst/writer_fixture.hpp"

namespace mbx::pst {
namespace {

using mapi::SpecialFolder;
using ndb::Nid;

constexpr Nid kMessage{0x200024};

std::unique_ptr<PstReader> open(const std::string& path, base::Diagnostics& diagnostics) {
    PstReaderOptions options;
    options.kind = ReaderKind::Libpff;
    return open_pst(path, options, diagnostics);
}

std::map<Nid, PstFolder> folders_of(PstReader& reader) {
    std::map<Nid, PstFolder> result;
    for (PstFolder& folder : reader.folders()) {
        result.emplace(folder.nid, std::move(folder));
    }
    return result;
}

class LibpffReaderTest : public WriterTest {
  protected:
    /// With a recipient, an attachment, and a message inside the message.
    void write_store() {
        const auto writer = WriterTest::open();
        mapi::Message outer = message("outer");
        outer.recipients.push_back(recipient("anna@a.example"));
        outer.attachments.push_back(attachment(bytes(20'000)));
        mapi::Attachment inside;
        inside.properties.set(mapi::PidTagAttachMethod,
                              static_cast<std::int32_t>(mapi::AttachMethod::EmbeddedMessage));
        inside.embedded = std::make_unique<mapi::Message>(message("inner"));
        outer.attachments.push_back(std::move(inside));
        writer->add(make_inbox(*writer), outer);
        writer->close();
    }
};

TEST_F(LibpffReaderTest, ReadsAMessageWithAllThatIsInIt) {
    write_store();
    base::DiagnosticList diagnostics;
    const mapi::Message message = pst::open(path(), diagnostics)->message(kMessage);
    EXPECT_EQ(message.properties.text(mapi::PidTagSubject), "outer");
    ASSERT_EQ(message.recipients.size(), 1U);
    EXPECT_EQ(message.recipients[0].text(mapi::PidTagSmtpAddress), "anna@a.example");
    ASSERT_EQ(message.attachments.size(), 2U);
    EXPECT_EQ(base::read_all(*message.attachments[0].data, 1 << 20),
              base::read_all(*bytes(20'000), 1 << 20));
    ASSERT_NE(message.attachments[1].embedded, nullptr);
    EXPECT_EQ(message.attachments[1].embedded->properties.text(mapi::PidTagSubject), "inner");
    EXPECT_TRUE(diagnostics.items.empty());
}

TEST(CorpusThroughLibpff, ReadsAnEmptyStoreOfOutlook) {
    const std::string path = test::shared_file("corpus/outlook-pst-rs/Empty.pst");
    MBX_NEEDS_SHARED(path);
    base::DiagnosticList diagnostics;
    const auto reader = open(path, diagnostics);
    const PstInfo info = reader->info();
    EXPECT_EQ(info.format, FileFormat::Unicode);
    EXPECT_EQ(info.kind, ContentKind::Pst);
    EXPECT_EQ(info.crypt, ndb::CryptMethod::Permute);
    EXPECT_EQ(info.size, 271'360U);
    EXPECT_EQ(info.display_name, "Empty");
    EXPECT_FALSE(info.has_password);
    EXPECT_TRUE(info.reader.starts_with("libpff "));

    const auto folders = folders_of(*reader);
    ASSERT_EQ(folders.size(), 6U);
    EXPECT_TRUE(folders.at({0x2223}).search);
    EXPECT_FALSE(folders.at(ndb::kNidSearchRoot).below_ipm_subtree);
    EXPECT_FALSE(folders.at(ndb::kNidIpmSubtree).below_ipm_subtree);
    EXPECT_TRUE(folders.at(ndb::kNidDeletedItems).below_ipm_subtree);
    EXPECT_EQ(folders.at(ndb::kNidDeletedItems).folder.special, SpecialFolder::DeletedItems);
    EXPECT_EQ(reader->store_properties().integer(mapi::PidTagValidFolderMask), 0xC9);
    EXPECT_TRUE(diagnostics.items.empty());
}

TEST(CorpusThroughLibpff, ReadsAMessageWithItsRecipientAndAttachment) {
    const std::string path = test::shared_file("corpus/pstsdk/sample1.pst");
    MBX_NEEDS_SHARED(path);
    base::DiagnosticList diagnostics;
    const auto reader = open(path, diagnostics);
    const auto cursor = reader->messages({0x8082});
    ASSERT_EQ(cursor->next(), kMessage);
    const mapi::Message message = cursor->message();
    EXPECT_EQ(cursor->next(), std::nullopt);

    EXPECT_EQ(message.properties.text(mapi::PidTagSubject), "Here is a sample message")
        << "no marker";
    EXPECT_EQ(message.properties.text(mapi::PidTagMessageClass), "IPM.Note");
    EXPECT_NE(message.properties.time(mapi::PidTagMessageDeliveryTime), std::nullopt);
    ASSERT_EQ(message.recipients.size(), 1U);
    EXPECT_EQ(message.recipients[0].text(mapi::PidTagDisplayName), "Terry Mahaffey");
    EXPECT_EQ(message.recipients[0].integer(mapi::PidTagRecipientType), 1);
    EXPECT_FALSE(message.recipients[0].contains(mapi::PidTagLtpRowId));

    const auto* keywords = message.properties.get<std::vector<std::string>>(
        mapi::PropertyName{mapi::PS_PUBLIC_STRINGS, std::string("Keywords")});
    ASSERT_NE(keywords, nullptr);
    EXPECT_FALSE(keywords->empty());

    ASSERT_EQ(message.attachments.size(), 1U);
    const mapi::Attachment& attachment = message.attachments[0];
    EXPECT_EQ(attachment.method(), mapi::AttachMethod::ByValue);
    EXPECT_EQ(attachment.properties.text(mapi::PidTagAttachLongFilename), "leah_thumper.jpg");
    EXPECT_FALSE(attachment.properties.contains(mapi::PidTagAttachSize));
    ASSERT_NE(attachment.data, nullptr);
    const base::Bytes data = base::read_all(*attachment.data, 1 << 20);
    EXPECT_EQ(data.size(), attachment.data->size());
    EXPECT_EQ(data[0], std::byte{0xFF});
    EXPECT_EQ(data[1], std::byte{0xD8}) << "a JPEG";
    EXPECT_TRUE(diagnostics.items.empty());
}

TEST(CorpusThroughLibpff, ReadsAMessageInsideAMessage) {
    const std::string path = test::shared_file("corpus/pstsdk/submessage.pst");
    MBX_NEEDS_SHARED(path);
    base::DiagnosticList diagnostics;
    const mapi::Message message = open(path, diagnostics)->message(kMessage);
    ASSERT_EQ(message.attachments.size(), 1U);
    ASSERT_NE(message.attachments[0].embedded, nullptr);
    EXPECT_EQ(message.attachments[0].data, nullptr);
    const mapi::Message& embedded = *message.attachments[0].embedded;
    EXPECT_EQ(embedded.properties.text(mapi::PidTagSubject), "This is an embedded message");
    EXPECT_EQ(embedded.recipients.size(), 1U);
}

TEST(CorpusThroughLibpff, AnAnsiStoreGivesTheSameAsItsUnicodeTwin) {
    const std::string ansi = test::shared_file("corpus/pstsdk/sample2.pst");
    const std::string unicode = test::shared_file("corpus/pstsdk/sample1.pst");
    MBX_NEEDS_SHARED(ansi);
    base::DiagnosticList diagnostics;
    const auto reader = open(ansi, diagnostics);
    EXPECT_EQ(reader->info().format, FileFormat::Ansi);
    const mapi::Message a = reader->message(kMessage);
    const mapi::Message u = open(unicode, diagnostics)->message(kMessage);
    for (const auto tag : {mapi::PidTagSubject, mapi::PidTagSenderName, mapi::PidTagDisplayTo,
                           mapi::PidTagMessageClass, mapi::PidTagInternetMessageId}) {
        EXPECT_EQ(a.properties.text(tag), u.properties.text(tag)) << std::hex << tag.value();
    }
    EXPECT_EQ(base::read_all(*a.attachments[0].data, 1 << 20),
              base::read_all(*u.attachments[0].data, 1 << 20));
}

TEST_F(LibpffReaderTest, SaysThatAFolderOrMessageIsNotThere) {
    write_store();
    base::DiagnosticList diagnostics;
    const auto reader = pst::open(path(), diagnostics);
    for (const Nid nid : {Nid{0x200044}, Nid{0x21}, Nid{0x8082}}) {
        try {
            reader->message(nid);
            ADD_FAILURE() << "read " << ndb::to_string(nid);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::NoInput);
        }
    }
    EXPECT_THROW(reader->messages({0x9002}), Error);
    EXPECT_EQ(reader->messages({0x2223})->next(), std::nullopt)
        << "a search folder has none of its own";
}

TEST(CorpusThroughLibpff, ReportsThatAStoreHasAPassword) {
    const std::string path = test::shared_file("corpus/pstsdk/test_unicode.pst");
    MBX_NEEDS_SHARED(path);
    base::DiagnosticList diagnostics;
    EXPECT_TRUE(open(path, diagnostics)->info().has_password);
}

/// Whatever one damaged byte does, reading ends, and ends in Error where it fails.
TEST_F(LibpffReaderTest, SurvivesDamageAnywhere) {
    write_store();
    const std::string whole = base::read_file(path(), 1 << 20);
    const std::string damaged_path = path("damaged.pst");
    int failed = 0;
    for (std::size_t at = 0x4800; at < 0x18000; at += 4099) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(~damaged[at]);
        std::ofstream(damaged_path, std::ios::binary | std::ios::trunc) << damaged;
        base::DiagnosticList diagnostics;
        try {
            const auto reader = pst::open(damaged_path, diagnostics);
            for (const PstFolder& f : reader->folders()) {
                const auto cursor = reader->messages(f.nid);
                while (cursor->next()) {
                    cursor->message();
                }
            }
        } catch (const Error&) {
            ++failed;
        }
        failed += static_cast<int>(!diagnostics.items.empty());
    }
    EXPECT_GT(failed, 0) << "not one of the damages was noticed";
}

}  // namespace
}  // namespace mbx::pst
