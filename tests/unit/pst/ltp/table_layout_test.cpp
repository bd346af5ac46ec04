#include "pst/ltp/table_layout.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst::ltp {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

std::vector<PropertyTag> with_row_columns(std::vector<PropertyTag> others) {
    others.insert(others.begin(), {mapi::PidTagLtpRowId, mapi::PidTagLtpRowVer});
    return others;
}

TEST(TableLayout, PutsWideCellsFirstAndExistenceBitsLast) {
    const TableLayout layout(with_row_columns({{0x3001, PropertyType::Boolean},
                                               {0x3002, PropertyType::Integer16},
                                               {0x3003, PropertyType::Time},
                                               {0x3004, PropertyType::String},
                                               {0x3005, PropertyType::Guid}}));
    EXPECT_EQ(layout.ends(), (std::array<std::size_t, 4>{24, 26, 27, 28}));
    EXPECT_EQ(layout.find({0x3001, PropertyType::Boolean})->ibData, 26U);
    EXPECT_EQ(layout.find({0x3002, PropertyType::Integer16})->ibData, 24U);
    EXPECT_EQ(layout.find({0x3003, PropertyType::Time})->ibData, 8U);
    EXPECT_EQ(layout.find({0x3004, PropertyType::String})->ibData, 16U);
    EXPECT_EQ(layout.find({0x3005, PropertyType::Guid})->cbData, 4U);
    EXPECT_EQ(layout.find({0x3005, PropertyType::Guid})->iBit, 6U);
    EXPECT_EQ(layout.find({0x3005, PropertyType::Binary}), nullptr);
    EXPECT_NE(layout.find_id(0x3005), nullptr);
}

TEST(TableLayout, SortsColumnsByWholeTag) {
    const TableLayout layout(with_row_columns({{0x8001, PropertyType::String},
                                               {0x0037, PropertyType::String},
                                               {0x0037, PropertyType::Binary}}));
    std::uint32_t last = 0;
    for (const TCOLDESC& column : layout.columns()) {
        EXPECT_GT(column.tag, last);
        last = column.tag;
    }
}

TEST(TableLayout, HasNoMoreThan255Columns) {
    std::vector<PropertyTag> others;
    for (std::uint16_t i = 0; i < 253; ++i) {
        others.push_back({static_cast<std::uint16_t>(0x8000 + i), PropertyType::Integer32});
    }
    EXPECT_EQ(TableLayout(with_row_columns(others)).columns().size(), 255U);
    others.push_back({0x9000, PropertyType::Boolean});
    EXPECT_THROW(TableLayout(with_row_columns(others)), Error);
}

TEST(TableLayout, RefusesAColumnThatOccursTwice) {
    EXPECT_THROW(TableLayout(with_row_columns({mapi::PidTagSubject, mapi::PidTagSubject})), Error);
}

}  // namespace
}  // namespace mbx::pst::ltp
