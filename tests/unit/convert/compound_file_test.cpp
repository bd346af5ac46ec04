#include "convert/compound_file.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/byte_source.hpp"
#include "convert/rtf_compressed.hpp"
#include "convert/rtf_deencapsulate.hpp"
#include "convert/rtf_to_html.hpp"
#include "support/msg_file.hpp"
#include "support/shared_corpus.hpp"

namespace mbx::convert {
namespace {

TEST(CompoundFile, OtherBytesAreNone) {
    EXPECT_FALSE(CompoundFile::open({}));
    EXPECT_FALSE(CompoundFile::open(base::to_bytes("%PDF-1.4 and so on")));
    EXPECT_FALSE(
        CompoundFile::open(base::to_bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and no more")));
}

TEST(CorpusOfCompoundFiles, RealOnesOpenAndDamagedOnesDoNoHarm) {
    const auto files = test::corpus_files(".msg");
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    std::mt19937 random(1);
    for (const auto& path : files) {
        const base::Bytes bytes = base::read_all(*base::file_source(path), 1U << 30);
        ASSERT_TRUE(CompoundFile::open(bytes)) << path;
        for (int round = 0; round < 5; ++round) {
            base::Bytes damaged = bytes;
            damaged.resize(512 + random() % (bytes.size() - 512));
            for (int i = 0; i < 50; ++i) {
                damaged[random() % std::min<std::size_t>(damaged.size(), 4096)] =
                    static_cast<std::byte>(random());
            }
            const auto file = CompoundFile::open(damaged);
            for (std::size_t i = 0; file && i < std::min<std::size_t>(file->entry_count(), 200);
                 ++i) {
                EXPECT_LE(file->read(i).size(), damaged.size());
            }
        }
    }
}

TEST(CorpusOfRtf, RealStreamsHaveTheSizeAndChecksumThatTheyPromise) {
    const auto files = test::corpus_files(".msg");
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    int count = 0;
    for (const auto& path : files) {
        const auto message = test::read_msg_file(path);
        const auto stream = message.properties.binary({0x1009, mapi::PropertyType::Binary});
        if (!stream) {
            continue;
        }
        ++count;
        const auto rtf = decompress_rtf(*stream);
        ASSERT_TRUE(rtf) << path;
        const std::uint32_t stored = 0x414C454D;
        const bool is_stored = std::memcmp(stream->data() + 8, &stored, 4) == 0;
        EXPECT_TRUE(rtf->crc_right || is_stored) << path;
        if (const auto content = deencapsulate_rtf(rtf->rtf)) {
            EXPECT_FALSE(content->text.empty()) << path;
        } else {
            EXPECT_FALSE(rtf_to_html(rtf->rtf, {}).text.empty()) << path;
        }
    }
    EXPECT_GE(count, 30);
}

}  // namespace
}  // namespace mbx::convert
