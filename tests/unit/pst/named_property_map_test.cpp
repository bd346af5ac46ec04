#include "pst/named_property_map.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace mbx::pst {
namespace {

std::map<std::uint16_t, std::string> stored(const NamedPropertyMap& map) {
    std::map<std::uint16_t, std::string> result;
    for (const ltp::StoredProperty& property : map.stored()) {
        result[property.tag.id] = base::to_hex(std::get<base::Bytes>(property.value));
    }
    return result;
}

TEST(NamedPropertyMap, GivesEachNameOneNumber) {
    NamedPropertyMap map;
    const auto first = map.id_of({mapi::PSETID_Task, 0x8101U});
    EXPECT_GE(first, 0x8000);
    EXPECT_EQ(map.id_of({mapi::PSETID_Task, 0x8102U}), first + 1);
    EXPECT_EQ(map.id_of({mapi::PSETID_Task, 0x8101U}), first);
    EXPECT_EQ(map.id_of({mapi::PSETID_Task, std::string("8101")}), first + 2);
}

TEST(NamedPropertyMap, IsNeverEmpty) {
    const auto properties = stored(NamedPropertyMap());
    EXPECT_EQ(properties.at(1), "fb000000");
    EXPECT_FALSE(properties.at(2).empty());
    EXPECT_FALSE(properties.at(3).empty());
    EXPECT_FALSE(properties.at(4).empty());
}

// In Outlook's own empty store this name has set number 4 too; only wPropIdx differs there.
TEST(NamedPropertyMap, PutsANameIntoTheBucketThatOutlookUses) {
    NamedPropertyMap map;
    map.id_of({mapi::PS_INTERNET_HEADERS, std::string("content-class")});
    const auto properties = stored(map);
    EXPECT_EQ(properties.at(0x1000 + 206),
              "658f00e6"
              "0900"
              "0200");
    EXPECT_EQ(properties.at(0x1000 + (0x8501 ^ 6) % 251),
              "01850000"
              "0600"
              "0100");
}

TEST(NamedPropertyMap, AlignsNamesAndKnowsTheFixedSets) {
    NamedPropertyMap map;
    map.id_of({mapi::PS_MAPI, 0x10U});
    map.id_of({base::Guid{}, 0x11U});
    map.id_of({mapi::PS_PUBLIC_STRINGS, std::string("abc")});
    const auto properties = stored(map);
    const std::string& entries = properties.at(3);
    EXPECT_EQ(entries.substr(2 * 16),
              "1000000002000200"
              "1100000000000300"
              "1400000005000400");
    EXPECT_EQ(properties.at(4).substr(2 * 20),
              "06000000"
              "610062006300"
              "0000");
    EXPECT_EQ(properties.at(2).size(), 2 * 16U) << "only sets that have no fixed number";
}

TEST(NamedPropertyMap, RefusesMoreNamesThanThereAreNumbers) {
    NamedPropertyMap map;
    const std::uint32_t free = 0xFFFF - 0x8000 - 2;
    for (std::uint32_t i = 0; i < free; ++i) {
        map.id_of({mapi::PSETID_Note, i});
    }
    EXPECT_THROW(map.id_of({mapi::PSETID_Note, free}), Error);
    EXPECT_EQ(map.id_of({mapi::PSETID_Note, 0U}), 0x8002);
}

}  // namespace
}  // namespace mbx::pst
