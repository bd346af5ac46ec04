#include <gtest/gtest.h>

#include <ctime>
#include <iostream>
#include <set>

#include "base/utf.hpp"
#include "convert/address_block.hpp"
#include "convert/entry_id.hpp"
#include "convert/to_mail.hpp"
#include "support/shared_corpus.hpp"
#include "unit/convert/corpus_messages.hpp"
#include "unit/convert/mapi_text.hpp"

namespace mbx::convert {
namespace {

constexpr const char* kSample = MBX_TEST_DATA "/mail";

using test::data;
using test::text;

/// What must hold for whatever mail came in.
class Checker {
  public:
    explicit Checker(std::string place) : place_(std::move(place)) {}

    void check(const mapi::Message& message, int depth) {
        ASSERT_LE(depth, mapi::kDeepestEmbedding) << place_;
        check_strings(message.properties);
        EXPECT_TRUE(message.properties.contains(mapi::PidTagMessageClass)) << place_;
        EXPECT_TRUE(message.properties.contains(mapi::PidTagMessageFlags)) << place_;
        EXPECT_LE(base::utf16_from_utf8(text(message, mapi::PidTagSubject)).size(), 254U) << place_;
        EXPECT_EQ(
            text(message, mapi::PidTagSubject),
            text(message, mapi::PidTagSubjectPrefix) + text(message, mapi::PidTagNormalizedSubject))
            << place_;
        check_body(message);
        std::set<std::int32_t> rows;
        for (const mapi::PropertyBag& row : message.recipients) {
            check_strings(row);
            check_recipient(row);
            EXPECT_TRUE(rows.insert(row.integer(mapi::PidTagRowId)).second) << place_;
        }
        for (const mapi::Attachment& attachment : message.attachments) {
            check_attachment(attachment, depth);
        }
    }

  private:
    void check_strings(const mapi::PropertyBag& bag) {
        for (const auto& [id, typed] : bag.fixed()) {
            if (const auto* value = std::get_if<std::string>(&typed.value)) {
                EXPECT_TRUE(base::is_valid_utf8(*value)) << place_ << " " << std::hex << id;
                EXPECT_EQ(value->find('\0'), std::string::npos) << place_ << " " << std::hex << id;
            }
        }
    }

    void check_body(const mapi::Message& message) {
        const std::string body = text(message, mapi::PidTagBody);
        for (std::size_t at = body.find('\n'); at != std::string::npos;
             at = body.find('\n', at + 1)) {
            if (at == 0 || body[at - 1] != '\r') {
                ADD_FAILURE() << place_ << ": LF without CR at " << at;
                break;
            }
        }
        if (message.properties.contains(mapi::PidTagHtml) ||
            message.properties.contains(mapi::PidTagBody)) {
            const std::int32_t page = message.properties.integer(mapi::PidTagInternetCodepage);
            EXPECT_TRUE(page > 0 && page != 1200 && page != 1201 && page != 65000)
                << place_ << ": " << page;
        }
    }

    void check_recipient(const mapi::PropertyBag& row) {
        const std::int32_t type = row.integer(mapi::PidTagRecipientType);
        EXPECT_TRUE(type >= 1 && type <= 3) << place_;
        EXPECT_NE(text(row, mapi::PidTagDisplayName), "") << place_;
        if (row.contains(mapi::PidTagEmailAddress)) {
            EXPECT_NE(text(row, mapi::PidTagEmailAddress), "") << place_;
            const auto one_off = decode_one_off(*row.binary(mapi::PidTagEntryId));
            ASSERT_TRUE(one_off) << place_;
            EXPECT_EQ(one_off->address, text(row, mapi::PidTagEmailAddress)) << place_;
        }
    }

    void check_attachment(const mapi::Attachment& attachment, int depth) {
        check_strings(attachment.properties);
        if (attachment.method() == mapi::AttachMethod::EmbeddedMessage) {
            ASSERT_TRUE(attachment.embedded) << place_;
            check(*attachment.embedded, depth + 1);
            return;
        }
        ASSERT_EQ(attachment.method(), mapi::AttachMethod::ByValue) << place_;
        ASSERT_TRUE(attachment.data) << place_;
        EXPECT_EQ(data(attachment).size(), attachment.data->size()) << place_;
        const std::string name = test::name(attachment);
        EXPECT_FALSE(name.empty()) << place_;
        EXPECT_EQ(name.find_first_of("/\\:*?\"<>|"), std::string::npos) << place_ << ": " << name;
    }

    std::string place_;
};

/// Returns how many there are.
std::size_t expect_all_come_back_bit_for_bit(const std::string& folder) {
    std::uint64_t source_bytes = 0;
    std::uint64_t recipe_bytes = 0;
    const auto move = [&](const std::string& path, std::string_view source) {
        mail::Message mail = test::mail_of(std::string(source));
        mail.flags = {.seen = source.size() % 2 == 0, .answered = source.size() % 3 == 0};
        mail.keywords = {"$Forwarded", "Work"};
        const mapi::Message message = test::mapi_of(mail, {});
        source_bytes += source.size();
        const auto* recipe = message.properties.get<base::Bytes>(
            mapi::PropertyName{mapi::PSETID_MbxTools, "ExactSource"});
        recipe_bytes += recipe != nullptr ? recipe->size() : 0;
        base::IgnoreDiagnostics ignore;
        const ConvertedMail back = to_mail(message, {}, ignore);
        EXPECT_EQ(static_cast<int>(back.origin), static_cast<int>(SourceOrigin::Exact)) << path;
        EXPECT_TRUE(base::read_all_text(*back.message.source, std::uint64_t{1} << 30) == source)
            << path;
        EXPECT_EQ(back.message.flags, mail.flags) << path;
        EXPECT_EQ(back.message.keywords, mail.keywords) << path;
    };
    const std::size_t count = test::for_each_message(folder, move);
    std::cout << "recipes: " << recipe_bytes << " bytes for " << source_bytes << " bytes of mail\n";
    return count;
}

TEST(SampleMail, ComesBackBitForBit) {
    EXPECT_EQ(expect_all_come_back_bit_for_bit(kSample), 10U);
}

TEST(CorpusOfMail, ComesBackBitForBit) {
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    EXPECT_GT(expect_all_come_back_bit_for_bit(mbx::test::shared_file("corpus")), 2500U);
}

/// Returns how many there are.
std::size_t expect_all_are_converted(const std::string& folder) {
    std::uint64_t bytes = 0;
    std::clock_t spent = 0;
    std::clock_t longest = 0;
    std::string slowest;
    const std::size_t count =
        test::for_each_message(folder, [&](const std::string& path, std::string_view message) {
            const mail::Message mail = test::mail_of(std::string(message));
            const std::clock_t begin = std::clock();
            const mapi::Message converted = test::mapi_of(mail);
            const std::clock_t took = std::clock() - begin;
            Checker(path).check(converted, 0);
            bytes += message.size();
            spent += took;
            if (took > longest) {
                longest = took;
                slowest = path;
            }
        });
    // Processor time: the machine may have other things to do.
    const auto seconds = [](std::clock_t time) {
        return static_cast<double>(time) / CLOCKS_PER_SEC;
    };
    std::cout << count << " messages, " << bytes << " bytes, "
              << static_cast<double>(bytes) / seconds(spent) / 1e6 << " MB/s, "
              << static_cast<double>(count) / seconds(spent) << " messages/s; slowest "
              << seconds(longest) * 1e3 << " ms, " << slowest << "\n";
    EXPECT_LT(seconds(longest), 20.0) << slowest;
    return count;
}

TEST(SampleMail, IsConverted) {
    EXPECT_EQ(expect_all_are_converted(kSample), 10U);
}

TEST(CorpusOfMail, IsConverted) {
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    EXPECT_GT(expect_all_are_converted(mbx::test::shared_file("corpus")), 2500U);
}

}  // namespace
}  // namespace mbx::convert
