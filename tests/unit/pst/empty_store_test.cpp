// Our empty store against the one that Outlook 16 made (tests/data/outlook-empty-store): every
// difference has its reason here.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/sha256.hpp"
#include "unit/pst/writer_fixture.hpp"

namespace mbx::pst {
namespace {

struct Outlook {
    std::map<std::uint32_t, std::uint32_t> parents;
    std::map<std::uint32_t, std::uint32_t> sizes;  ///< of the data of each node
    std::map<std::uint32_t, std::map<std::uint32_t, std::string>> properties;  ///< hex
    std::map<std::uint32_t, std::map<std::uint32_t, std::string>> columns;  ///< ibData/cbData/iBit
    std::map<std::uint32_t, std::string> rgib;
    std::map<std::uint32_t, std::map<std::uint32_t, std::map<std::uint32_t, std::string>>> cells;
    std::map<std::string, std::string> header;
};

std::uint32_t number(const std::string& text) {
    return static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
}

std::string between(const std::string& text, const std::string& before, char after) {
    const std::size_t at = text.find(before) + before.size();
    return text.substr(at, text.find(after, at) - at);
}

Outlook read(const std::filesystem::path& path) {
    Outlook result;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> fields;
        std::istringstream split(line);
        for (std::string field; std::getline(split, field, '\t');) {
            fields.push_back(field);
        }
        if (fields.size() != 9 || fields[0] == "nid" || fields[0][0] == '#') {
            continue;
        }
        const std::string& kind = fields[3];
        if (kind == "HDR") {
            result.header[fields[6]] = fields[8];
            continue;
        }
        const std::uint32_t nid = number(fields[0]);
        if (kind == "NBT") {
            result.parents[nid] = number(fields[2]);
            result.sizes[nid] =
                static_cast<std::uint32_t>(std::stoul(between(fields[8], " cb=", ' ')));
        } else if (kind == "PC") {
            result.properties[nid][number(fields[5])] = fields[8];
        } else if (kind == "COL") {
            result.columns[nid][number(fields[5])] = fields[8];
        } else if (kind == "TC") {
            result.rgib[nid] = between(fields[8], "rgib=", ' ');
        } else if (kind == "CELL") {
            result.cells[nid][number(fields[4])][number(fields[5])] = fields[8];
        }
    }
    return result;
}

/// Nodes of Outlook's store that ours does not have.
const std::map<std::uint32_t, std::string> kNodesLeftOut{
    {0xE01, "message index: sound when absent, a fault when not complete"},
    {0xEE1, "what the content indexer of that machine remembers"},
    {0xF01, "what the content indexer of that machine remembers"},
};

/// Tables that Outlook has given the columns of a view since it made them.
const std::set<std::uint32_t> kTablesWithViewColumns{0x12F, 0x802D, 0x802E, 0x804D, 0x808F};

/// Properties whose values belong to one file.
const std::set<std::uint32_t> kOwnValues{0x0E340102, 0x0FF90102, 0x3001001F, 0x35E00102,
                                         0x35E30102, 0x35E60102, 0x35E70102};

/// Properties that ours does not have.
const std::map<std::uint32_t, std::string> kPropertiesLeftOut{
    {0x66FC0003, "not documented, differs from file to file, absent before Outlook 2016"},
};

class EmptyStoreTest : public WriterTest {
  protected:
    void SetUp() override {
        outlook = read(std::string(MBX_TEST_DATA) + "/outlook-empty-store/store.tsv");
        ASSERT_EQ(outlook.parents.size(), 47U);
        ASSERT_THAT(problems_after_close(*open()), testing::IsEmpty());
    }

    std::string value_of(const test::RawValue& value) const {
        return value.bytes.empty() ? "(empty, HNID 0)" : base::to_hex(base::as_bytes(value.bytes));
    }

    Outlook outlook;
};

TEST_F(EmptyStoreTest, HasTheNodesOfOutlooksWithTheirParents) {
    for (const auto& [nid, parent] : outlook.parents) {
        if (kNodesLeftOut.contains(nid)) {
            EXPECT_FALSE(store().has(nid));
            continue;
        }
        ASSERT_TRUE(store().has(nid)) << std::hex << nid;
        EXPECT_EQ(store().pst().nodes().at(nid).parent, parent) << std::hex << nid;
    }
    EXPECT_EQ(store().pst().nodes().size(), outlook.parents.size() - kNodesLeftOut.size());
}

TEST_F(EmptyStoreTest, HasTheSameProperties) {
    for (const auto& [nid, expected] : outlook.properties) {
        if (nid == 0x61) {
            continue;  // other names: a store has those that its messages use
        }
        const auto found = store().properties(store().node(nid));
        for (const auto& [tag, value] : expected) {
            if (kPropertiesLeftOut.contains(tag)) {
                EXPECT_FALSE(found.contains(tag));
                continue;
            }
            ASSERT_TRUE(found.contains(tag)) << std::hex << nid << " " << tag;
            if (nid != 0x21 || !kOwnValues.contains(tag)) {
                EXPECT_EQ(value_of(found.at(tag)), value) << std::hex << nid << " " << tag;
            }
        }
        const bool is_store = nid == 0x21;
        EXPECT_EQ(found.size() + (is_store ? kPropertiesLeftOut.size() : 0), expected.size())
            << std::hex << nid;
    }
}

TEST_F(EmptyStoreTest, HasTheSameColumnsInTheSamePlaces) {
    for (const auto& [nid, expected] : outlook.columns) {
        const test::RawTable table = store().table(store().node(nid));
        std::map<std::uint32_t, std::string> found;
        for (const test::RawColumn& column : table.columns) {
            found[column.tag] = std::to_string(column.at) + "/" + std::to_string(column.size) +
                                "/" + std::to_string(column.bit);
        }
        if (kTablesWithViewColumns.contains(nid)) {
            EXPECT_LT(found.size(), expected.size()) << std::hex << nid;
            continue;
        }
        EXPECT_EQ(found, expected) << std::hex << nid;
        std::ostringstream rgib;
        for (const std::size_t end : table.ends) {
            rgib << (rgib.tellp() > 0 ? "," : "") << end;
        }
        EXPECT_EQ(rgib.str(), outlook.rgib.at(nid)) << std::hex << nid;
    }
}

TEST_F(EmptyStoreTest, HasTheSameRows) {
    for (const auto& [nid, rows] : outlook.cells) {
        const test::RawTable table = store().table(store().node(nid));
        ASSERT_EQ(table.rows.size(), rows.size()) << std::hex << nid;
        for (const auto& [id, cells] : rows) {
            ASSERT_TRUE(table.rows.contains(id)) << std::hex << nid << " " << id;
            const auto& found = table.rows.at(id);
            EXPECT_EQ(found.size(), cells.size()) << std::hex << nid << " " << id;
            for (const auto& [tag, value] : cells) {
                if (tag != 0x67F30003) {  // versions count what happened to one store
                    EXPECT_EQ(value_of(found.at(tag)), value) << std::hex << nid << " " << tag;
                }
            }
        }
    }
}

TEST_F(EmptyStoreTest, HasBlocksOfTheSameSize) {
    for (const auto& [nid, size] : outlook.sizes) {
        if (nid == 0x61 || nid == 0x21 || kNodesLeftOut.contains(nid) ||
            kTablesWithViewColumns.contains(nid)) {
            continue;
        }
        EXPECT_EQ(store().data(store().node(nid).data).size(), size) << std::hex << nid;
    }
}

TEST_F(EmptyStoreTest, HasTheSameHighWaterMarks) {
    for (std::uint64_t type = 0; type < 32; ++type) {
        const std::uint64_t expected = number([&] {  // little-endian hex
            const std::string& text = outlook.header.at("rgnid[" + std::to_string(type) + "]");
            return text.substr(6, 2) + text.substr(4, 2) + text.substr(2, 2) + text.substr(0, 2);
        }());
        EXPECT_EQ(store().pst().u32(44 + 4 * type), expected) << type;
    }
}

}  // namespace
}  // namespace mbx::pst
