#include "convert/flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/keyword.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::PropertyBag;
using mapi::PropertyName;
using mapi::PropertyType;
using testing::ElementsAre;
using testing::IsEmpty;

const PropertyName kOwn{mapi::PSETID_MbxTools, "Flags"};
const PropertyName kCategories{mapi::PS_PUBLIC_STRINGS, "Keywords"};

std::vector<std::string> categories(const PropertyBag& bag) {
    const auto* value = bag.get<std::vector<std::string>>(kCategories);
    return value != nullptr ? *value : std::vector<std::string>();
}

void set_categories(PropertyBag& bag, std::vector<std::string> names) {
    bag.set(kCategories, PropertyType::MultipleString, std::move(names));
}

PropertyBag encoded(const FlagState& state, const FlagContext& context = {}) {
    PropertyBag bag;
    encode_flags(state, context, bag);
    return bag;
}

TEST(Flags, AllCombinationsComeBackInEveryFolder) {
    for (const auto folder :
         {mapi::SpecialFolder::None, mapi::SpecialFolder::Drafts, mapi::SpecialFolder::SentItems}) {
        for (unsigned bits = 0; bits < 128; ++bits) {
            FlagState state;
            state.flags = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0,
                           (bits & 16) != 0};
            if ((bits & 32) != 0) {
                state.keywords = {"$Forwarded", "$label1", "Work", "NonJunk"};
            }
            const FlagContext context{folder, (bits & 64) != 0
                                                  ? std::vector<std::string>{"From Header", "work"}
                                                  : std::vector<std::string>{}};
            const FlagState back = decode_flags(encoded(state, context));
            EXPECT_EQ(back.flags, state.flags) << bits;
            EXPECT_THAT(back.keywords, testing::UnorderedElementsAreArray(state.keywords)) << bits;
        }
    }
}

TEST(Flags, PlainMailNeedsNoListOfOurOwn) {
    EXPECT_EQ(encoded({}).find(kOwn), nullptr);
    EXPECT_EQ(encoded({{.seen = true, .answered = true, .flagged = true}, {"Work"}}).find(kOwn),
              nullptr);
    EXPECT_NE(encoded({{.answered = true}, {"$Forwarded"}}).find(kOwn), nullptr);
}

TEST(Flags, AnsweredAndForwardedBothSurvive) {
    const PropertyBag bag = encoded({{.answered = true}, {mail::kForwarded}});
    EXPECT_EQ(bag.integer(mapi::PidTagLastVerbExecuted), 102);
    EXPECT_EQ(bag.integer(mapi::PidTagIconIndex), 0x105);
    const FlagState back = decode_flags(bag);
    EXPECT_TRUE(back.flags.answered);
    EXPECT_THAT(back.keywords, ElementsAre("$Forwarded"));
}

TEST(Flags, ForwardingInOutlookAddsToWhatWasThere) {
    PropertyBag bag = encoded({{.answered = true}, {"$MDNSent"}});
    bag.set(mapi::PidTagLastVerbExecuted, 104);
    bag.set(mapi::PidTagIconIndex, 0x106);
    const FlagState back = decode_flags(bag);
    EXPECT_TRUE(back.flags.answered);
    EXPECT_THAT(back.keywords, ElementsAre("$Forwarded", "$MDNSent"));
}

TEST(Flags, ChangesOfCategoriesInOutlookWin) {
    PropertyBag bag = encoded({{}, {"$label1", "Work", "Private"}}, {{}, {"From Header"}});
    EXPECT_THAT(categories(bag), ElementsAre("From Header", "Private", "Work"));
    set_categories(bag, {"From Header", "Private", "Red Category"});
    EXPECT_THAT(decode_flags(bag).keywords, ElementsAre("$label1", "Private", "Red&ACA-Category"));
    bag.erase(kCategories);
    EXPECT_THAT(decode_flags(bag).keywords, ElementsAre("$label1"));
}

TEST(Flags, ChangesOfFlagsInOutlookWin) {
    PropertyBag bag = encoded({{.flagged = true}, {"$label1"}});
    ASSERT_NE(bag.find(kOwn), nullptr);
    bag.set(mapi::PidTagMessageFlags, kMessageRead);
    bag.set(mapi::PidTagFlagStatus, 1);
    EXPECT_EQ(decode_flags(bag).flags, (mail::Flags{.seen = true}));
}

TEST(Flags, AFlagOfTheSenderIsNoFlagOfTheReader) {
    PropertyBag bag;
    bag.set(mapi::PidTagFlagStatus, 2);
    bag.set(mapi::PidTagToDoItemFlags, 8);
    PropertyBag flagged = bag;
    encode_flags({}, {}, bag);
    EXPECT_FALSE(decode_flags(bag).flags.flagged);
    encode_flags({{.flagged = true}, {}}, {}, flagged);
    EXPECT_EQ(flagged.integer(mapi::PidTagToDoItemFlags), 9);
    EXPECT_TRUE(decode_flags(flagged).flags.flagged);
}

TEST(Flags, OutlookItemsAreReadWithoutOurList) {
    PropertyBag bag;
    bag.set(mapi::PidTagMessageFlags, 0);
    bag.set(mapi::PidTagLastVerbExecuted, 103);
    bag.set(mapi::PidTagIconIndex, 0x105);
    bag.set(mapi::PidTagFlagStatus, 2);
    set_categories(bag, {"Blue, really", "Work"});
    const FlagState state = decode_flags(bag);
    EXPECT_EQ(state.flags, (mail::Flags{.answered = true, .flagged = true}));
    EXPECT_THAT(state.keywords, ElementsAre("Blue,&ACA-really", "Work"));
    EXPECT_THAT(decode_flags(PropertyBag{}).keywords, IsEmpty());
}

TEST(Flags, FoldersDecideUnsentAndFromMe) {
    EXPECT_EQ(encoded({}, {mapi::SpecialFolder::Drafts, {}}).integer(mapi::PidTagMessageFlags),
              kMessageUnsent);
    EXPECT_EQ(encoded({{.seen = true}, {}}, {mapi::SpecialFolder::SentItems, {}})
                  .integer(mapi::PidTagMessageFlags),
              kMessageRead | kMessageFromMe);
}

TEST(Flags, ReceiptsAreAskedOnlyForNewMail) {
    const auto flags_of = [](const FlagState& state) {
        PropertyBag bag;
        bag.set(mapi::PidTagReadReceiptRequested, true);
        encode_flags(state, {}, bag);
        return bag.integer(mapi::PidTagMessageFlags);
    };
    EXPECT_EQ(flags_of({}), kMessageNotifyRead);
    EXPECT_EQ(flags_of({{.seen = true}, {}}), kMessageRead);
    EXPECT_EQ(flags_of({{}, {"$mdnsent"}}), 0);
}

TEST(Flags, NoReceiptIsAskedForAgainAfterOutlook) {
    PropertyBag bag;
    bag.set(mapi::PidTagReadReceiptRequested, true);
    bag.set(mapi::PidTagMessageFlags, kMessageRead);
    EXPECT_THAT(decode_flags(bag).keywords, ElementsAre("$MDNSent"));
    for (const std::int32_t open : {0, kMessageNotifyRead, kMessageRead | kMessageNotifyRead,
                                    kMessageRead | kMessageFromMe, kMessageRead | kMessageUnsent}) {
        bag.set(mapi::PidTagMessageFlags, open);
        EXPECT_THAT(decode_flags(bag).keywords, IsEmpty()) << open;
    }
}

TEST(Flags, MailThatWantsAReceiptComesBackAsItWas) {
    for (const bool seen : {false, true}) {
        for (const bool labelled : {false, true}) {
            for (const bool sent : {false, true}) {
                FlagState state{{.seen = seen}, {}};
                if (sent) {
                    state.keywords.emplace_back("$MDNSent");
                }
                if (labelled) {
                    state.keywords.emplace_back("$label1");
                }
                PropertyBag bag;
                bag.set(mapi::PidTagReadReceiptRequested, true);
                encode_flags(state, {}, bag);
                EXPECT_THAT(categories(bag), IsEmpty());
                EXPECT_EQ(decode_flags(bag).flags, state.flags);
                EXPECT_EQ(decode_flags(bag).keywords, state.keywords);
                if (!seen) {
                    bag.set(mapi::PidTagMessageFlags, kMessageRead);
                    EXPECT_THAT(decode_flags(bag).keywords, testing::Contains("$MDNSent"));
                }
            }
        }
    }
}

TEST(Flags, OddKeywordsSurviveVerbatim) {
    const std::vector<std::string> odd{"",     "\"q\\uoted\"", "(x)", "a b",  "\\Custom", "work",
                                       "Work", "Grün",         "a&b", "&bad", "&AG4-"};
    EXPECT_THAT(decode_flags(encoded({{}, odd})).keywords, testing::UnorderedElementsAreArray(odd));
}

TEST(Flags, DamagedListsAreRead) {
    for (const char* list : {"", "(", "(\\Seen", "(\"a", "(\"a\\", ")))(((", "x (\\Flagged"}) {
        PropertyBag bag = encoded({});
        bag.set(kOwn, PropertyType::String, std::string(list));
        EXPECT_FALSE(decode_flags(bag).flags.flagged) << list;
    }
}

TEST(Keyword, CategoriesMapReversibly) {
    EXPECT_EQ(keyword_of_category("Red Category"), "Red&ACA-Category");
    EXPECT_EQ(keyword_of_category("R&D"), "R&-D");
    EXPECT_EQ(keyword_of_category("Wichtig! 😀"), "Wichtig!&ACDYPd4A-");
    for (const char* category : {"Red Category", "R&D", "日本語", "😀", "a(b)", "%*", "&", "x"}) {
        EXPECT_EQ(category_of_keyword(keyword_of_category(category)), category);
    }
}

TEST(Keyword, WhatIsNoEncodedNameStaysAsItIs) {
    for (const char* keyword : {"a&b", "&AG4-", "&!-", "&2D0-", "Work", "grün"}) {
        EXPECT_EQ(category_of_keyword(keyword), keyword);
    }
}

TEST(Keyword, ProgramsKeywordsAreNoCategories) {
    for (const char* keyword : {"$Junk", "NonJunk", "$label1", "junk", "\\Recent", ""}) {
        EXPECT_FALSE(is_visible_keyword(keyword)) << keyword;
    }
    EXPECT_TRUE(is_visible_keyword("Work"));
}

}  // namespace
}  // namespace mbx::convert
