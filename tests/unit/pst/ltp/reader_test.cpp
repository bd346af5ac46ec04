#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/ltp/bth_writer.hpp"
#include "pst/ltp/property_context_reader.hpp"
#include "pst/ltp/property_context_writer.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/ndb/block_file.hpp"
#include "pst/ndb/writer.hpp"
#include "support/shared_corpus.hpp"
#include "temporary_folder.hpp"
#include "unit/pst/pst_helpers.hpp"

namespace mbx::pst::ltp {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;
using ndb::Nid;
using test::damage;
using test::filler;
using testing::HasSubstr;

constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;

class LtpReaderTest : public testing::Test {
  protected:
    /// A file with one node, 0x21, of this data and these subnodes.
    using Fill = std::function<ndb::DataTree(SubnodeWriter&)>;
    void write(const Fill& fill) {
        ndb::NdbWriter ndb(path_, {});
        SubnodeWriter subnodes(ndb);
        const ndb::DataTree data = fill(subnodes);
        ndb.add_node(ndb::kNidMessageStore, data.bid, subnodes.finish(), ndb::kNidNone);
        ndb.finish(1);
    }
    void write(const base::Bytes& data) {
        write([&](SubnodeWriter& subnodes) { return subnodes.ndb().add_data(data); });
    }
    ndb::SharedBlockFile open() const { return std::make_shared<ndb::BlockFile>(path_); }
    PropertyContextReader properties() const {
        const auto file = open();
        const ndb::Node node = *file->find_node(ndb::kNidMessageStore);
        return PropertyContextReader(file, node.data, node.sub);
    }
    std::unique_ptr<TableReader> table() const {
        const auto file = open();
        const ndb::Node node = *file->find_node(ndb::kNidMessageStore);
        return std::make_unique<TableReader>(file, node.data, node.sub);
    }
    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "test.pst";
};

// ---- property contexts

class PropertyLadder : public LtpReaderTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(PropertyLadder, GivesBackEveryProperty) {
    const auto size_of = [](std::size_t i) { return i % 40 == 7 ? 3581 + i : i % 40; };
    write([&](SubnodeWriter& subnodes) {
        PropertyContextWriter writer(subnodes, GetParam());
        for (std::size_t i = 0; i < GetParam(); ++i) {
            const auto id = static_cast<std::uint16_t>(i + 1);
            if (i % 3 == 0) {
                writer.add({{id, PropertyType::Integer32},
                            store_value(PropertyType::Integer32, static_cast<std::int32_t>(i))});
            } else {
                writer.add(
                    {{id, PropertyType::Binary}, filler(size_of(i), static_cast<unsigned>(i))});
            }
        }
        return writer.finish();
    });
    const PropertyContextReader reader = properties();
    ASSERT_EQ(reader.records().size(), GetParam());
    for (std::size_t i = 0; i < GetParam(); ++i) {
        const PropertyRecord& record = reader.records()[i];
        ASSERT_EQ(record.tag.id, i + 1);
        const base::Bytes bytes = reader.bytes(record, kLimit);
        EXPECT_EQ(reader.size(record), bytes.size());
        EXPECT_EQ(base::read_all(*reader.source(record), kLimit), bytes);
        if (i % 3 == 0) {
            EXPECT_EQ(base::read_record<base::le32>(bytes), i);
        } else {
            EXPECT_EQ(bytes, filler(size_of(i), static_cast<unsigned>(i)));
        }
    }
    EXPECT_EQ(reader.find(static_cast<std::uint16_t>(GetParam() + 1)), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Counts, PropertyLadder, testing::Values(0, 1, 447, 448, 5000));

TEST_F(LtpReaderTest, ReadsInlineValuesInTheirOwnSize) {
    write([](SubnodeWriter& subnodes) {
        PropertyContextWriter writer(subnodes, 3);
        writer.add({{1, PropertyType::Boolean}, store_value(PropertyType::Boolean, true)});
        writer.add(
            {{2, PropertyType::Integer16}, store_value(PropertyType::Integer16, std::int16_t{-2})});
        writer.add(
            {{3, PropertyType::Integer64}, store_value(PropertyType::Integer64, std::int64_t{-3})});
        return writer.finish();
    });
    const PropertyContextReader reader = properties();
    EXPECT_EQ(reader.bytes(*reader.find(1), 100), base::Bytes(1, std::byte{1}));
    EXPECT_EQ(reader.bytes(*reader.find(2), 100).size(), 2U);
    EXPECT_EQ(reader.bytes(*reader.find(3), 100).size(), 8U);
}

// ---- tables

class TableLadder : public LtpReaderTest, public testing::WithParamInterface<std::uint32_t> {};

TEST_P(TableLadder, GivesBackEveryRow) {
    constexpr PropertyTag kName{0x3001, PropertyType::Binary};
    constexpr PropertyTag kFlag{0x360A, PropertyType::Boolean};
    constexpr PropertyTag kTime{0x3007, PropertyType::Time};
    const std::vector<PropertyTag> tags{mapi::PidTagLtpRowId, mapi::PidTagLtpRowVer, kFlag, kName,
                                        kTime};
    const TableLayout layout(tags);
    const auto name_of = [](std::uint32_t i) {
        return filler(i % 900 == 5 ? 5000 : i % 50 + 1, i);
    };
    write([&](SubnodeWriter& subnodes) {
        TableWriter writer(subnodes, layout, GetParam());
        for (std::uint32_t i = 0; i < GetParam(); ++i) {
            std::vector<StoredProperty> cells;
            if (i % 2 == 0) {
                cells.push_back({kName, name_of(i)});
            }
            if (i % 3 == 0) {
                cells.push_back({kFlag, store_value(PropertyType::Boolean, i % 6 == 0)});
                cells.push_back({kTime, store_value(PropertyType::Time, base::FileTime{i})});
            }
            writer.add_row(0x20 + i * 32, i, cells);
        }
        return writer.finish();
    });
    const auto reader = table();
    ASSERT_EQ(reader->row_count(), GetParam());
    const Column& name = *reader->find(kName);
    const Column& flag = *reader->find(kFlag);
    const Column& time = *reader->find(kTime);
    for (int pass = 0; pass < 2; ++pass) {
        for (std::uint32_t i = 0; i < GetParam(); ++i) {
            const auto id = reader->next_row();
            ASSERT_TRUE(id);
            ASSERT_EQ(id->id, 0x20 + i * 32);
            const TableRow row = reader->row(id->index);
            ASSERT_EQ(row.has(name), i % 2 == 0);
            ASSERT_EQ(row.has(flag), i % 3 == 0);
            if (row.has(name)) {
                ASSERT_EQ(reader->bytes(row, name, kLimit), name_of(i));
            }
            if (row.has(time)) {
                ASSERT_EQ(base::read_record<base::le64>(reader->bytes(row, time, 8)), i);
            }
        }
        EXPECT_FALSE(reader->next_row());
        reader->rewind();
    }
    EXPECT_EQ(reader->find({0x3001, PropertyType::String}), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Counts, TableLadder, testing::Values(0, 1, 2, 150, 151, 447, 448, 20'000));

// ---- damage

class LtpDamageTest : public LtpReaderTest {
  protected:
    /// A heap with a property context: 0x20 BTH header, 0x40 records.
    static base::Bytes good() {
        HeapWriter heap(HeapClient::Properties);
        BthWriter tree(heap, kPropertyKeySize, kPropertyDataSize);
        tree.reserve(3);
        heap.set_user_root(tree.header());
        const Hid value = heap.add(filler(100, 1));
        for (std::uint16_t id = 1; id <= 3; ++id) {
            const PCRECORD record{id, base::le16(std::uint16_t{0x0102}), value.value};
            tree.add(base::record_bytes(record));
        }
        tree.finish();
        return base::read_all(*heap.finish(), kLimit);
    }
    template <typename Integer>
    static void put(base::Bytes& bytes, std::size_t at, Integer value) {
        const auto record = base::LittleEndian<Integer>(value);
        std::memcpy(bytes.data() + at, &record, sizeof record);
    }
    std::string read_all_properties() const {
        return damage([&] {
            const PropertyContextReader reader = properties();
            for (const PropertyRecord& record : reader.records()) {
                reader.bytes(record, kLimit);
            }
        });
    }
    std::string with(std::size_t at, std::uint16_t value) {
        base::Bytes bytes = good();
        put(bytes, at, value);
        write(bytes);
        return read_all_properties();
    }
};

TEST_F(LtpDamageTest, IsNotSeenInAGoodHeap) {
    write(good());
    EXPECT_EQ(read_all_properties(), "no error");
}

TEST_F(LtpDamageTest, OfTheHeapIsNamed) {
    EXPECT_THAT(with(2, 0xBCED), HasSubstr("bSig of the heap is 0xed, expected 0xec"));
    EXPECT_THAT(with(2, 0x7CEC), HasSubstr("bClientSig of the heap is 0x7c, expected 0xbc"));
    EXPECT_THAT(with(0, 5), HasSubstr("ibHnpm is 5"));
    EXPECT_THAT(with(0, 9000), HasSubstr("ibHnpm is 9000"));
    EXPECT_THAT(with(4, 0x21), HasSubstr("HID 0x00000021 is not in the heap"));
    EXPECT_THAT(with(6, 1), HasSubstr("HID 0x00010020 is not in the heap of 1 blocks"));
    EXPECT_THAT(with(4, 0x1000), HasSubstr("item 128 of 3"));
    EXPECT_THAT(with(4, 0), HasSubstr("item 0 of 3"));
}

TEST_F(LtpDamageTest, OfABthIsNamed) {
    EXPECT_THAT(with(12, 0x02B6), HasSubstr("BTH header has bType 0xb6"));
    EXPECT_THAT(with(12, 0x04B5), HasSubstr("cbKey 4"));
    EXPECT_THAT(with(14, 0x0005), HasSubstr("24 bytes, with records of 7"));
    EXPECT_THAT(with(14, 0x0906), HasSubstr("bIdxLevels 9"));
    EXPECT_THAT(with(28, 1), HasSubstr("BTH key 0x1 comes after 0x1"));
    EXPECT_THAT(with(24, 0x77), HasSubstr("subnode 0x00000077 is missing"));
}

// An index level whose items lead to themselves, and one whose items all lead to one leaf: neither
// may take time that grows beyond the heap.
TEST_F(LtpDamageTest, OfABthThatLeadsBackToItselfIsNoticed) {
    for (const std::uint32_t target : {0x40U, 0x60U}) {
        HeapWriter heap(HeapClient::Properties);
        const BTHHEADER header{kBthSignature, 2, 6, 8, base::le32(0x40)};
        heap.set_user_root(heap.add(base::record_bytes(header)));
        base::Bytes index;
        for (std::uint16_t i = 0; i < 590; ++i) {
            base::append_le(index, i);
            base::append_le(index, target);
        }
        heap.add(index);
        heap.add(filler(48, 3));
        write(base::read_all(*heap.finish(), kLimit));
        EXPECT_NE(read_all_properties(), "no error");
    }
}

TEST_F(LtpDamageTest, OfAnyByteEndsInAnErrorOrAValue) {
    const base::Bytes bytes = good();
    std::vector<base::Bytes> variants;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7FU, 0x80U, 0xFFU}) {
            base::Bytes variant = bytes;
            variant[at] = static_cast<std::byte>(value);
            variants.push_back(std::move(variant));
        }
        variants.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    {
        ndb::NdbWriter ndb(path_, {});
        for (const base::Bytes& variant : variants) {
            ndb.add_node(ndb.allocate(ndb::NidType::NormalMessage), ndb.add_data(variant).bid, {},
                         ndb::kNidNone);
        }
        ndb.finish(1);
    }
    const auto file = open();
    std::size_t refused = 0;
    for (auto node = file->first_node_from(Nid{0}); node;
         node = file->first_node_from(Nid{node->nid.value + 1})) {
        const std::string text = damage([&] {
            const PropertyContextReader reader(file, node->data, node->sub);
            for (const PropertyRecord& record : reader.records()) {
                reader.bytes(record, kLimit);
            }
        });
        refused += text != "no error" ? 1 : 0;
    }
    EXPECT_GT(refused, variants.size() / 4);
    EXPECT_LT(refused, variants.size());
}

TEST_F(LtpReaderTest, RefusesATableWhoseColumnsLeaveTheRow) {
    const auto write_table = [&](std::uint16_t offset, std::uint8_t size, std::uint8_t bit,
                                 std::uint16_t row_size) {
        HeapWriter heap(HeapClient::Table);
        const BTHHEADER index{kBthSignature, 4, 4, 0, base::le32(0)};
        const Hid row_index = heap.add(base::record_bytes(index));
        TCINFO info{};
        info.bType = kTableSignature;
        info.cCols = 1;
        info.rgib = {base::le16(std::uint16_t{8}), base::le16(std::uint16_t{8}),
                     base::le16(std::uint16_t{8}), base::le16(row_size)};
        info.hidRowIndex = row_index.value;
        const TCOLDESC column{base::le32(0x67F20003), base::le16(offset), size, bit};
        base::Bytes item = base::to_bytes(base::record_bytes(info));
        base::append(item, base::record_bytes(column));
        heap.set_user_root(heap.add(item));
        write(base::read_all(*heap.finish(), kLimit));
        return damage([&] { table(); });
    };
    EXPECT_EQ(write_table(0, 4, 0, 9), "no error");
    EXPECT_THAT(write_table(5, 4, 0, 9), HasSubstr("do not fit the row"));
    EXPECT_THAT(write_table(0, 2, 0, 9), HasSubstr("do not fit the row"));
    EXPECT_THAT(write_table(0, 4, 8, 9), HasSubstr("do not fit the row"));
    EXPECT_THAT(write_table(0, 4, 0, 8), HasSubstr("TCI_bm 8"));
    EXPECT_THAT(write_table(0, 4, 0, 9000), HasSubstr("TCI_bm 9000"));
}

// ---- files that others wrote

class ForeignFiles : public testing::TestWithParam<const char*> {};

TEST_P(ForeignFiles, EveryPropertyAndCellIsRead) {
    const std::string path = test::shared_file(std::string("corpus/") + GetParam());
    MBX_NEEDS_SHARED(path);
    const auto file = std::make_shared<ndb::BlockFile>(path);
    std::map<char, std::size_t> counts;
    for (auto node = file->first_node_from(Nid{0}); node;
         node = file->first_node_from(Nid{node->nid.value + 1})) {
        if (node->data.is_none()) {
            continue;
        }
        const auto client = [&]() -> HeapClient {
            try {
                return HeapReader(ndb::DataTreeView(file, node->data)).client();
            } catch (const Error&) {
                return HeapClient::IdMap;  // no heap: a queue
            }
        }();
        if (client == HeapClient::Properties) {
            const PropertyContextReader reader(file, node->data, node->sub);
            for (const PropertyRecord& record : reader.records()) {
                reader.bytes(record, kLimit);
                ++counts['p'];
            }
        } else if (client == HeapClient::Table) {
            TableReader reader(file, node->data, node->sub);
            std::uint64_t rows = 0;
            while (const auto id = reader.next_row()) {
                const TableRow row = reader.row(id->index);
                const Column& own_id = *reader.find(mapi::PidTagLtpRowId);
                EXPECT_EQ(base::read_record<base::le32>(row.cell(own_id)), id->id);
                for (const Column& column : reader.columns()) {
                    if (row.has(column)) {
                        reader.bytes(row, column, kLimit);
                        ++counts['c'];
                    }
                }
                ++rows;
            }
            EXPECT_EQ(rows, reader.row_count()) << to_string(node->nid);
            ++counts['t'];
        }
    }
    EXPECT_GT(counts['p'], 40U);
    EXPECT_GT(counts['t'], 15U);
    EXPECT_GT(counts['c'], 20U);
}

INSTANTIATE_TEST_SUITE_P(Corpus, ForeignFiles,
                         testing::Values("outlook-pst-rs/Empty.pst", "pstsdk/sample1.pst",
                                         "pstsdk/sample2.pst", "pstsdk/submessage.pst",
                                         "pstsdk/test_ansi.pst", "pstsdk/test_unicode.pst"));

}  // namespace
}  // namespace mbx::pst::ltp
