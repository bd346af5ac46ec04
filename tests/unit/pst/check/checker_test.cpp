#include "pst/check/checker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "shared_corpus.hpp"
#include "unit/pst/check/patient.hpp"

namespace mbx::pst::check {
namespace {

using base::MutableByteView;
using test::column_of;
using test::kInbox;
using test::kPlainMessage;
using test::kRichMessage;
using test::kWork;
using test::little_endian32;
using test::Patient;
using test::put16;
using test::put32;
using test::put64;
using test::put8;
using test::record_of;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Nid kInboxContents{kInbox.value + 12};
constexpr Nid kInboxHierarchy{kInbox.value + 11};
constexpr Nid kWorkContents{kWork.value + 12};
constexpr Nid kFirstAttachment{0x8025};

struct Outcome {
    CheckResult result;
    std::set<std::string> rules;  ///< broken with severity error or warning
    std::set<std::string> all;
    std::vector<std::string> texts;
};

Outcome check(const std::string& path) {
    Outcome outcome;
    base::NoProgress progress;
    const base::StopFlag stop;
    outcome.result = check_pst(
        path,
        [&](const Finding& finding) {
            outcome.all.emplace(finding.rule->id);
            if (finding.severity != Severity::Info) {
                outcome.rules.emplace(finding.rule->id);
            }
            outcome.texts.push_back(std::string(finding.rule->id) + " " + to_string(finding.place) +
                                    ": " + message_of(finding));
        },
        progress, stop);
    return outcome;
}

TEST(Checker, FindsNothingInAFreshStore) {
    const Patient patient;
    const Outcome outcome = check(patient.path());
    EXPECT_THAT(outcome.rules, IsEmpty()) << testing::PrintToString(outcome.texts);
    EXPECT_THAT(outcome.texts, ElementsAre("S2 node 0x00000e01: the node is missing"));
    EXPECT_EQ(outcome.result.messages, 33U);
    EXPECT_GT(outcome.result.blocks, 100U);
}

TEST(Checker, FindsNoErrorInFilesOfMicrosoft) {
    const std::string folder = test::shared_file("corpus");
    MBX_NEEDS_SHARED(folder);
    for (const char* file :
         {"outlook-pst-rs/Empty.pst", "pstsdk/sample1.pst", "pstsdk/sample2.pst",
          "pstsdk/submessage.pst", "pstsdk/test_unicode.pst", "pstsdk/test_ansi.pst"}) {
        const Outcome outcome = check(folder + "/" + file);
        EXPECT_EQ(outcome.result.errors, 0U) << file << testing::PrintToString(outcome.texts);
        // Outlook 2010 beta left a row behind when the size of its message changed.
        const bool stale = std::string_view(file) == "pstsdk/submessage.pst";
        EXPECT_EQ(outcome.result.warnings, stale ? 1U : 0U)
            << file << testing::PrintToString(outcome.texts);
    }
}

TEST(Checker, ThrowsForWhatIsNoPst) {
    Patient patient;
    patient.bytes().resize(100);
    patient.save();
    EXPECT_THROW(check(patient.path()), Error);
    patient.bytes().assign(4096, std::byte{'x'});
    patient.save();
    EXPECT_THROW(check(patient.path()), Error);
}

struct Damage {
    std::string rule;
    std::string what;
    std::function<void(Patient&)> inflict;
    std::set<std::string> also = {};  ///< rules that cannot but break with it
};

std::ostream& operator<<(std::ostream& stream, const Damage& damage) {
    return stream << damage.rule << ", " << damage.what;
}

class DamageTest : public testing::TestWithParam<Damage> {};

TEST_P(DamageTest, IsFoundByItsRuleAndNoOther) {
    const Damage& damage = GetParam();
    Patient patient;
    damage.inflict(patient);
    patient.save();
    const Outcome outcome = check(patient.path());
    std::set<std::string> expected = damage.also;
    if (rule(damage.rule).severity == Severity::Info) {
        EXPECT_THAT(outcome.all, Contains(damage.rule));
    } else {
        expected.insert(damage.rule);
    }
    EXPECT_EQ(outcome.rules, expected) << testing::PrintToString(outcome.texts);
}

/// A change of an integer behind a pattern in the first block of a node.
std::function<void(Patient&)> in_node(Nid nid, base::Bytes pattern,
                                      std::function<void(MutableByteView)> change,
                                      int occurrence = 0) {
    return [=](Patient& p) { p.after(p.data_block(nid), pattern, change, occurrence); };
}

/// Makes a property unfindable: its identifier becomes the next one.
std::function<void(Patient&)> rename_property(Nid nid, std::uint32_t tag) {
    return [=](Patient& p) {
        p.block(p.data_block(nid), [&](MutableByteView data) {
            const base::Bytes pattern = record_of(tag);
            const auto at = std::search(data.begin(), data.end(), pattern.begin(), pattern.end());
            ASSERT_NE(at, data.end());
            put16(data, static_cast<std::size_t>(at - data.begin()),
                  static_cast<std::uint16_t>((tag >> 16) + 1));
        });
    };
}

const Damage kHeaderDamage[]{
    {"H1", "the sentinel", [](Patient& p) { p.header8(512, 0); }},
    {"H1", "dwCRCFull", [](Patient& p) { put32(p.bytes(), 524, 0); }},
    {"H1", "dwCRCPartial", [](Patient& p) { put32(p.bytes(), 4, 0); }},
    {"H1", "wVerClient", [](Patient& p) { p.header8(12, 12); }},
    {"H2", "ibFileEof", [](Patient& p) { p.header64(184, p.bytes().size() + 64); }},
    {"H3", "ibAMapLast", [](Patient& p) { p.header64(192, 0x1234); }},
    {"H4", "cbAMapFree", [](Patient& p) { p.header64(200, 64); }},
    {"H5", "fAMapValid", [](Patient& p) { p.header8(248, 0); }},
    {"H6", "bidNextB", [](Patient& p) { p.header64(516, 8); }},
    {"H6", "bidNextP", [](Patient& p) { p.header64(32, 1); }},
    {"H7", "rgnid of messages", [](Patient& p) { p.header32(44 + 4 * 4, 0x10000); }},
    {"H7", "rgnid of attachments", [](Patient& p) { p.header32(44 + 4 * 5, 0x400); }},
    {"H8", "dwReserved1", [](Patient& p) { p.header32(16, 7); }},
    {"H9", "dwUnique", [](Patient& p) { p.header32(40, 1); }},
    {"H10", "the CRC of the density list", [](Patient& p) { put8(p.bytes(), 0x4210, 1); }},
    {"H10", "the length of the density list",
     [](Patient& p) { p.page(0x4200, [](MutableByteView page) { put8(page, 1, 200); }); }},
};

const Damage kAllocationDamage[]{
    {"A1", "the AMap's type", [](Patient& p) { put8(p.bytes(), 0x4400 + 497, 0x83); }, {"H4"}},
    {"A1", "the AMap's bid",
     [](Patient& p) { p.page(0x4400, [](MutableByteView page) { put64(page, 504, 6); }); }},
    {"A1", "the PMap's CRC", [](Patient& p) { put32(p.bytes(), 0x4600 + 500, 1); }},
    {"A2",
     "a block not allocated",
     [](Patient& p) {
         const std::uint64_t slot = (p.offset_of(p.data_block(kPlainMessage)) - 0x4400) / 64;
         p.page(0x4400, [&](MutableByteView page) {
             page[slot / 8] &= ~std::byte{static_cast<std::uint8_t>(0x80U >> slot % 8)};
         });
     },
     {"H4"}},
    {"A4", "a block off its alignment",
     [](Patient& p) {
         p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) { put8(e, 8, 0x20); });
     }},
    {"A4", "a block beyond the end",
     [](Patient& p) {
         p.bbt_entry(p.data_block(kPlainMessage),
                     [](MutableByteView e) { put64(e, 8, 0x10000000); });
     }},
    {"A5", "a slot that nothing uses",
     [](Patient& p) {
         p.page(0x4400, [](MutableByteView page) {
             const auto free = std::find(page.begin(), page.end(), std::byte{0});
             ASSERT_LT(free - page.begin(), 496);
             *free = std::byte{1};
         });
         p.header64(200, base::read_record<base::le64>(p.bytes(), 200) - 64);
     }},
    {"A6", "a free page in the PMap",
     [](Patient& p) { p.page(0x4600, [](MutableByteView page) { put8(page, 0, 0); }); }},
    {"A7", "a byte of rgbFM", [](Patient& p) { p.header8(256, 3); }},
};

const Damage kTreeDamage[]{
    {"T1", "a page's CRC", [](Patient& p) { put32(p.bytes(), p.root_page(true) + 500, 1); }},
    {"T1", "a page's signature",
     [](Patient& p) {
         p.page(p.root_page(true), [](MutableByteView page) { put16(page, 498, 1); });
     }},
    {"T1",
     "a page's BID",
     [](Patient& p) {
         p.page(p.root_page(true), [&](MutableByteView page) {
             const auto bid = base::read_record<base::le64>(page, 504);
             put64(page, 504, bid ^ 0x100);
             const auto low = static_cast<std::uint32_t>(p.root_page(true) ^ bid ^ 0x100);
             put16(page, 498, static_cast<std::uint16_t>(low >> 16 ^ low));
         });
     },
     {"H6"}},
    {"T2", "a key of the parent",
     [](Patient& p) {
         p.page(p.root_page(true), [](MutableByteView page) {
             put64(page, 24, base::read_record<base::le64>(page, 24) - 1);
         });
     }},
    {"T3", "padding of a leaf entry",
     [](Patient& p) { p.nbt_entry(kPlainMessage, [](MutableByteView e) { put32(e, 28, 9); }); }},
    {"B1", "a block's CRC",
     [](Patient& p) { put8(p.bytes(), p.offset_of(p.data_block(kPlainMessage)), 1); }},
    {"B1", "a block's signature",
     [](Patient& p) {
         const Bid bid = p.data_block(kPlainMessage);
         put16(p.bytes(), p.offset_of(bid) + (p.index().find(bid)->cb + 16U + 63U) / 64U * 64U - 14,
               1);
     }},
    {"B1", "a block's size",
     [](Patient& p) {
         p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) {
             put16(e, 16, base::read_record<base::le16>(e, 16) - 1);
         });
     }},
    {"B2",
     "a BID that does not exist",
     [](Patient& p) { p.nbt_entry(kPlainMessage, [](MutableByteView e) { put64(e, 8, 0x7FFC); }); },
     {"B3"}},
    {"B4", "a cRef too high",
     [](Patient& p) {
         p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) { put16(e, 18, 3); });
     }},
    {"B4", "a cRef of 1",
     [](Patient& p) {
         p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) { put16(e, 18, 1); });
     }},
    {"B3",
     "a block without an owner",
     [](Patient& p) { p.nbt_entry(Nid{0x201}, [](MutableByteView e) { put64(e, 8, 0); }); },
     {"S19"}},
    {"B6", "subnodes out of order",
     [](Patient& p) {
         p.block(p.sub_block(kRichMessage), [](MutableByteView data) {
             std::swap_ranges(data.begin() + 8, data.begin() + 32, data.begin() + 32);
         });
     }},
    {"B6", "padding of an SLBLOCK",
     [](Patient& p) {
         p.block(p.sub_block(kRichMessage), [](MutableByteView data) { put32(data, 4, 1); });
     }},
    {"B7", "a type that no internal block has",
     [](Patient& p) {
         p.block(p.sub_block(kRichMessage), [](MutableByteView data) { put8(data, 0, 9); });
     }},
};

const Damage kNodeDamage[]{
    {"N2",
     "a message without a folder",
     [](Patient& p) {
         p.nbt_entry(kPlainMessage, [](MutableByteView e) { put32(e, 24, 0x9992); });
     },
     {"S10", "N4"}},
    {"N2", "a table with a parent",
     [](Patient& p) {
         p.nbt_entry(kInboxContents, [](MutableByteView e) { put32(e, 24, kInbox.value); });
     }},
    {"N3",
     "a folder below itself",
     [](Patient& p) { p.nbt_entry(kInbox, [](MutableByteView e) { put32(e, 24, kWork.value); }); },
     {"N4", "S7"}},
    {"S1",
     "a template's NID",
     [](Patient& p) { p.nbt_entry(Nid{0x60F}, [](MutableByteView e) { put64(e, 0, 0x60C); }); },
     {"T2"}},
};

std::string name_of(const testing::TestParamInfo<Damage>& info) {
    std::string name = info.param.rule + "_" + info.param.what;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Header, DamageTest, testing::ValuesIn(kHeaderDamage), name_of);
INSTANTIATE_TEST_SUITE_P(Allocation, DamageTest, testing::ValuesIn(kAllocationDamage), name_of);
INSTANTIATE_TEST_SUITE_P(Trees, DamageTest, testing::ValuesIn(kTreeDamage), name_of);
INSTANTIATE_TEST_SUITE_P(Nodes, DamageTest, testing::ValuesIn(kNodeDamage), name_of);

const Damage kHeapDamage[]{
    {"L1", "bSig",
     [](Patient& p) {
         p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 2, 0); });
     }},
    {"L1", "bClientSig",
     [](Patient& p) {
         p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put8(d, 3, 0x7C); });
     }},
    {"L2", "cFree",
     [](Patient& p) {
         p.block(p.data_block(kPlainMessage),
                 [](MutableByteView d) { put16(d, base::read_record<base::le16>(d, 0) + 2U, 5); });
     }},
    {"L2", "ibHnpm",
     [](Patient& p) {
         p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put16(d, 0, 0xFFFF); });
     }},
    {"L4", "hidUserRoot",
     [](Patient& p) {
         p.block(p.data_block(kPlainMessage), [](MutableByteView d) { put32(d, 4, 0xFFE0); });
     }},
    {"L4", "the HID of a value",
     in_node(kPlainMessage, record_of(0x1000001F), [](MutableByteView v) { put32(v, 0, 0xFFE0); })},
    {"L7", "a key out of order",
     in_node(kPlainMessage, record_of(0x1000001F), [](MutableByteView v) { put16(v, 4, 0x0001); })},
    {"L8",
     "a Boolean of 7",
     in_node(Nid{kInbox}, record_of(0x360A000B), [](MutableByteView v) { put8(v, 0, 7); }),
     {"S7"}},
    {"L8", "an unknown type",
     [](Patient& p) {
         p.block(p.data_block(kPlainMessage), [](MutableByteView data) {
             const base::Bytes pattern = record_of(0x1000001F);
             const auto at = std::search(data.begin(), data.end(), pattern.begin(), pattern.end());
             put16(data, static_cast<std::size_t>(at - data.begin()) + 2, 0x0099);
         });
     }},
    {"L11",
     "columns out of order",
     in_node(kWorkContents, column_of(0x0037001F),
             [](MutableByteView v) { put32(v, 4, 0x00010040); }),
     {"S3"}},
    {"L11", "TCI_1b",
     [](Patient& p) {
         p.block(p.data_block(kInboxHierarchy), [](MutableByteView d) {
             const base::Bytes pattern{std::byte{0x7C}};
             const auto at = std::search(d.begin() + 12, d.end(), pattern.begin(), pattern.end());
             put16(d, static_cast<std::size_t>(at - d.begin()) + 6, 1);
         });
     }},
    {"L12", "a key of the row index",
     in_node(kInboxContents, little_endian32(kRichMessage.value),
             [](MutableByteView v) { put32(v, 0, 7); })},
};
INSTANTIATE_TEST_SUITE_P(Heaps, DamageTest, testing::ValuesIn(kHeapDamage), name_of);

const Damage kStoreDamage[]{
    {"S4", "the record key", rename_property(Nid{0x21}, 0x0FF90102)},
    {"S4", "an EntryID's node",
     [](Patient& p) {
         p.block(p.data_block(Nid{0x21}), [](MutableByteView d) {
             const base::Bytes pattern = little_endian32(0x8062);
             const auto at = std::search(d.begin(), d.end(), pattern.begin(), pattern.end());
             put32(d, static_cast<std::size_t>(at - d.begin()), 0x9002);
         });
     }},
    {"S5", "a bit of the folder mask",
     in_node(Nid{0x21}, record_of(0x35DF0003), [](MutableByteView v) { put32(v, 0, 0xFF); })},
    {"S8",
     "PidTagSubfolders of a folder without any",
     in_node(Nid{kWork}, record_of(0x360A000B), [](MutableByteView v) { put8(v, 0, 1); }),
     {"S7"}},
    {"S9",
     "PidTagContentCount",
     in_node(kWork, record_of(0x36020003), [](MutableByteView v) { put32(v, 0, 29); }),
     {"S7"}},
    {"S9",
     "PidTagContentUnreadCount",
     in_node(kWork, record_of(0x36030003), [](MutableByteView v) { put32(v, 0, 3); }),
     {"S7"}},
    {"S10", "PidTagImportance of a message",
     in_node(kPlainMessage, record_of(0x0E070003), [](MutableByteView v) { put32(v, 0, 1); })},
    {"S14",
     "PidTagMessageSize",
     in_node(kPlainMessage, record_of(0x0E080003), [](MutableByteView v) { put32(v, 0, 5); }),
     {"S10"}},
    {"S11", "the search key", rename_property(kPlainMessage, 0x300B0102)},
    {"S13",
     "the flag of a message without attachments",
     in_node(kPlainMessage, record_of(0x0E070003), [](MutableByteView v) { put32(v, 0, 0x10); }),
     {"S10"}},
    {"S13", "the rendering position of an attachment",
     [](Patient& p) {
         p.block(p.data_block(kRichMessage, kFirstAttachment), [](MutableByteView data) {
             const base::Bytes pattern = record_of(0x370B0003);
             const auto at = std::search(data.begin(), data.end(), pattern.begin(), pattern.end());
             put16(data, static_cast<std::size_t>(at - data.begin()), 0x370C);
         });
     }},
    {"S14",
     "PidTagAttachSize",
     [](Patient& p) {
         p.after(p.data_block(kRichMessage, kFirstAttachment), record_of(0x0E200003),
                 [](MutableByteView v) { put32(v, 0, 9); });
     },
     {"S13"}},
    {"S16", "the index of a name",
     [](Patient& p) {
         p.after(p.data_block(Nid{0x61}), record_of(0x00010003),
                 [](MutableByteView v) { put32(v, 0, 250); });
     }},
    {"S18", "the folder of the default message class",
     [](Patient& p) {
         p.block(p.data_block(Nid{0x62B}), [](MutableByteView d) {
             for (const std::uint32_t nid : {kInbox.value, 0x122U}) {
                 const base::Bytes pattern = little_endian32(nid);
                 const auto at = std::search(d.begin(), d.end(), pattern.begin(), pattern.end());
                 if (at != d.end()) {
                     put32(d, static_cast<std::size_t>(at - d.begin()), 0x9002);
                 }
             }
         });
     }},
};
INSTANTIATE_TEST_SUITE_P(Store, DamageTest, testing::ValuesIn(kStoreDamage), name_of);

}  // namespace
}  // namespace mbx::pst::check
