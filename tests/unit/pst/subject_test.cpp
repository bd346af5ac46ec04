#include "pst/subject.hpp"

#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst {
namespace {

std::string stored(const std::string& subject) {
    mapi::PropertyBag bag;
    bag.set(mapi::PidTagSubject, subject);
    return subject_of(bag)->stored();
}

TEST(Subject, MarksThePrefixWithItsLength) {
    EXPECT_EQ(stored("RE: x"), "\x01\x05RE: x");
    EXPECT_EQ(stored("x"), "\x01\x01x");
    EXPECT_EQ(stored(""), "");
}

TEST(Subject, TakesUpToThreeLettersForAPrefix) {
    EXPECT_EQ(stored("Antw: x"),
              "\x01\x01"
              "Antw: x");
    EXPECT_EQ(stored("FYI: x"),
              "\x01\x06"
              "FYI: x");
    EXPECT_EQ(stored("12: x"),
              "\x01\x01"
              "12: x");
    EXPECT_EQ(stored(": x"), "\x01\x01: x");
    EXPECT_EQ(stored("RE:x"), "\x01\x01RE:x");
}

TEST(Subject, BelievesThePrefixThatTheMessageHas) {
    mapi::PropertyBag bag;
    bag.set(mapi::PidTagSubject, std::string("Antw: RE: x"));
    bag.set(mapi::PidTagSubjectPrefix, std::string("Antw: "));
    EXPECT_EQ(subject_of(bag)->normalized, "RE: x");
    bag.set(mapi::PidTagSubjectPrefix, std::string());
    EXPECT_EQ(subject_of(bag)->prefix, "");
    bag.set(mapi::PidTagSubjectPrefix, std::string("WG: "));
    EXPECT_EQ(subject_of(bag)->normalized, "Antw: RE: x");
}

TEST(Subject, IsPutTogetherFromItsParts) {
    mapi::PropertyBag bag;
    EXPECT_FALSE(subject_of(bag).has_value());
    bag.set(mapi::PidTagNormalizedSubject, std::string("x"));
    bag.set(mapi::PidTagSubjectPrefix, std::string("RE: "));
    EXPECT_EQ(subject_of(bag)->stored(), "\x01\x05RE: x");
}

TEST(Subject, HasNoControlCharacters) {
    EXPECT_EQ(stored("a\r\n\tb\x7F"),
              "\x01\x01"
              "a   b ");
}

TEST(Subject, IsCutTo255UnitsBetweenCharacters) {
    EXPECT_EQ(base::utf16_from_utf8(stored(std::string(300, 'x'))).size(), 255U);
    // 252 units, then characters of two: the last one that would fit would be cut in two
    const std::string emoji = "\U0001F600";
    const auto units = base::utf16_from_utf8(stored(std::string(252, 'x') + emoji + emoji));
    EXPECT_EQ(units.size(), 254U);
    EXPECT_EQ(units.back(), u'x');
}

}  // namespace
}  // namespace mbx::pst
