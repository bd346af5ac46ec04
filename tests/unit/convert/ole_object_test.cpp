// Embedded objects: what is in them comes out as a file.
#include "convert/ole_object.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "tnef_fixture.hpp"
#include "to_mail_fixture.hpp"

namespace mbx::convert {
namespace {

using test::tnef_u16;
using test::tnef_u32;
using ::testing::HasSubstr;

/// A directory entry, [MS-CFB] 2.6.1.
std::string directory_entry(const std::string& name, char type, std::uint32_t child,
                            std::uint32_t first_sector, std::size_t size) {
    std::string utf16(base::as_text(base::utf16le_from_utf8(name)));
    const auto name_size = static_cast<std::uint16_t>(name.empty() ? 0 : utf16.size() + 2);
    utf16.resize(64);
    return utf16 + tnef_u16(name_size) + type + '\1' + tnef_u32(0xFFFFFFFF) + tnef_u32(0xFFFFFFFF) +
           tnef_u32(child) + std::string(36, '\0') + tnef_u32(first_sector) +
           tnef_u32(static_cast<std::uint32_t>(size)) + tnef_u32(0);
}

/// A compound file with one stream of 4096 to 60,000 bytes: a sector of allocation, one of
/// directory, then the stream ([MS-CFB] 2).
base::Bytes compound_file(const std::string& name, std::string data) {
    const std::size_t size = data.size();
    EXPECT_GE(size, 4096U) << "shorter streams lie elsewhere";
    data.resize((size + 511) / 512 * 512);
    const auto sectors = static_cast<std::uint32_t>(data.size() / 512);
    std::string header = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(16, '\0') +
                         tnef_u16(0x3E) + tnef_u16(3) + tnef_u16(0xFFFE) + tnef_u16(9) +
                         tnef_u16(6) + std::string(6, '\0') + tnef_u32(0) + tnef_u32(1) +
                         tnef_u32(1) + tnef_u32(0) + tnef_u32(4096) + tnef_u32(0xFFFFFFFE) +
                         tnef_u32(0) + tnef_u32(0xFFFFFFFE) + tnef_u32(0) + tnef_u32(0);
    header.resize(512, '\xFF');
    std::string fat = tnef_u32(0xFFFFFFFD) + tnef_u32(0xFFFFFFFE);
    for (std::uint32_t i = 0; i < sectors; ++i) {
        fat += tnef_u32(i + 1 < sectors ? i + 3 : 0xFFFFFFFE);
    }
    fat.resize(512, '\xFF');
    std::string directory = directory_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) +
                            directory_entry(name, 2, 0xFFFFFFFF, 2, size);
    directory.resize(512);
    return base::to_bytes(header + fat + directory + data);
}

/// A file that the Packager has put into a document.
std::string package(const std::string& name, const std::string& data) {
    const std::string end(1, '\0');
    const std::string body = tnef_u16(2) + name + end + "C:\\Temp\\" + name + end +
                             tnef_u32(0x30000) + tnef_u32(4) + "C:\\" + end +
                             tnef_u32(static_cast<std::uint32_t>(data.size())) + data;
    return tnef_u32(static_cast<std::uint32_t>(body.size())) + body;
}

std::string text(const OleContent& content) {
    return std::string(base::as_text(content.data));
}

TEST(OleObjects, GiveTheFileThatThePackagerPutThere) {
    const std::string data(5000, 'x');
    const OleContent content =
        ole_content(compound_file("\x01Ole10Native", package("a.txt", data)));
    EXPECT_EQ(content.name, "a.txt");
    EXPECT_EQ(content.media_type, "text/plain");
    EXPECT_EQ(text(content), data);
}

TEST(OleObjects, GiveTheContentOfKnownStreams) {
    const std::string pdf = "%PDF-1.4 " + std::string(5000, 'x');
    const OleContent content = ole_content(compound_file("CONTENTS", pdf));
    EXPECT_EQ(content.media_type, "application/pdf");
    EXPECT_EQ(text(content), pdf);
}

TEST(OleObjects, ThatAreDocumentsStayWhole) {
    const base::Bytes file = compound_file("WordDocument", std::string(5000, 'x'));
    const OleContent content = ole_content(file);
    EXPECT_EQ(content.media_type, "application/msword");
    EXPECT_EQ(content.data, file);
    EXPECT_EQ(text(ole_content(base::to_bytes("no storage"))), "no storage");
}

TEST(OleObjects, WithLengthsThatAreNotThereStayWhole) {
    const std::string whole = package("a.txt", std::string(5000, 'x'));
    for (std::size_t size = 4096; size < whole.size(); size += 61) {
        const OleContent content =
            ole_content(compound_file("\x01Ole10Native", whole.substr(0, size)));
        EXPECT_FALSE(content.data.empty());
        EXPECT_LE(content.data.size(), 8192U);
    }
}

TEST(OleObjects, WithDamageAnywhereDoNoHarm) {
    const base::Bytes whole = compound_file("CONTENTS", "%PDF-1.4 " + std::string(5000, 'x'));
    for (std::size_t at = 0; at < 1536; ++at) {  // header, allocation, directory
        for (const unsigned bits : {0xFFU, 0x01U}) {
            base::Bytes damaged = whole;
            damaged[at] ^= static_cast<std::byte>(bits);
            EXPECT_LE(ole_content(damaged).data.size(), whole.size()) << at;
        }
    }
}

TEST(OleObjects, BecomeFilesInMail) {
    mapi::Message message = received_mail();
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{6});
    attachment.properties.set(mapi::PidTagDisplayName, std::string("Packager Shell Object"));
    attachment.data = base::memory_source(
        compound_file("\x01Ole10Native", package("a.pdf", "%PDF-" + std::string(5000, 'x'))));
    message.attachments.push_back(std::move(attachment));
    const MadeMail mail = make_mail(message);
    EXPECT_EQ(mail.tree, "multipart/mixed(text/plain,application/pdf)");
    EXPECT_THAT(mail.text, HasSubstr("filename=a.pdf"));
    EXPECT_THAT(mail.text, HasSubstr("\r\nJVBERi14"));
    EXPECT_TRUE(mail.lost("lossy-ole-object"));
}

}  // namespace
}  // namespace mbx::convert
