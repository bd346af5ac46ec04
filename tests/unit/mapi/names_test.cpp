#include "mapi/names.hpp"

#include <gtest/gtest.h>

#include "mapi/tags.hpp"

namespace mbx::mapi {
namespace {

TEST(Names, KnowsTagsWhateverTheirType) {
    EXPECT_EQ(name_of(PidTagSubject), "PidTagSubject");
    EXPECT_EQ(name_of(PropertyTag{0x0037, PropertyType::Integer32}), "PidTagSubject");
    EXPECT_EQ(name_of(PropertyTag{0x0001, PropertyType::Integer32}), "PidTagNameidBucketCount");
    EXPECT_EQ(name_of(PropertyTag{0x7FFF, PropertyType::Boolean}), "PidTagAttachmentContactPhoto");
    EXPECT_EQ(name_of(PropertyTag{0x0002, PropertyType::Boolean}),
              "PidTagAlternateRecipientAllowed");
    EXPECT_EQ(name_of(PropertyTag{0x6000, PropertyType::Integer32}), "");
}

TEST(Names, KnowsNumbersOfTheWellKnownSets) {
    EXPECT_EQ(name_of(PropertyName{PSETID_Appointment, std::uint32_t{0x8205}}), "PidLidBusyStatus");
    EXPECT_EQ(name_of(PropertyName{PSETID_Task, std::uint32_t{0x8205}}), "");
    EXPECT_EQ(name_of(PropertyName{PS_PUBLIC_STRINGS, std::string("Keywords")}), "");
}

TEST(Names, KnowsTypes) {
    EXPECT_EQ(name_of(PropertyType::MultipleBinary), "MultipleBinary");
    EXPECT_EQ(name_of(static_cast<PropertyType>(0x1234)), "");
}

}  // namespace
}  // namespace mbx::mapi
