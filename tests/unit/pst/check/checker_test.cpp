#include "pst/check/checker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "base/error.hpp"
#include "pst/check/reader_rules.hpp"
#include "support/shared_corpus.hpp"
#include "unit/pst/check/damage.hpp"

namespace mbx::test {

std::ostream& operator<<(std::ostream& stream, const Damage& damage) {
    return stream << damage.rule << ", " << damage.what;
}

std::vector<Damage> damages() {
    std::vector<Damage> result;
    for (const auto& some : {header_damages(), allocation_damages(), tree_damages(), heap_damages(),
                             store_damages(), message_damages()}) {
        result.insert(result.end(), some.begin(), some.end());
    }
    return result;
}

}  // namespace mbx::test

namespace mbx::pst::check {
namespace {

using test::Damage;
using test::Patient;
using test::Sample;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

struct Outcome {
    CheckResult result;
    std::set<std::string> rules;  ///< broken with severity error or warning
    std::set<std::string> all;
    std::vector<std::string> texts;
};

FindingSink into(Outcome& outcome) {
    return [&outcome](const Finding& finding) {
        outcome.all.emplace(finding.rule->id);
        if (finding.severity != Severity::Info) {
            outcome.rules.emplace(finding.rule->id);
        }
        outcome.texts.push_back(std::string(finding.rule->id) + " " + to_string(finding.place) +
                                ": " + message_of(finding));
    };
}

Outcome check(const std::string& path) {
    Outcome outcome;
    base::NoProgress progress;
    const base::StopFlag stop;
    outcome.result = check_pst(path, into(outcome), progress, stop);
    return outcome;
}

Outcome check_through_libpff(const std::string& path) {
    Outcome outcome;
    base::NoProgress progress;
    const base::StopFlag stop;
    base::IgnoreDiagnostics ignore;
    PstReaderOptions options;
    options.kind = ReaderKind::Libpff;
    const auto reader = open_pst(path, options, ignore);
    outcome.result = check_through_reader(*reader, into(outcome), progress, stop);
    return outcome;
}

TEST(Checker, FindsNothingInAFreshStore) {
    for (const Sample sample : {Sample::Small, Sample::Large}) {
        const Patient patient(sample);
        const Outcome outcome = check(patient.path());
        EXPECT_THAT(outcome.texts, ElementsAre("S2 node 0x00000e01: the node is missing"));
        EXPECT_EQ(outcome.result.messages, sample == Sample::Small ? 33U : 64U);
        EXPECT_GT(outcome.result.blocks, 100U);
    }
}

TEST(Checker, FindsNothingInAFreshStoreReadThroughLibpff) {
    const Patient patient;
    const Outcome outcome = check_through_libpff(patient.path());
    EXPECT_THAT(outcome.texts, IsEmpty());
    EXPECT_EQ(outcome.result.messages, 33U);
}

TEST(CorpusChecker, FindsNoErrorInFilesOfMicrosoft) {
    const std::string folder = test::shared_file("corpus");
    MBX_NEEDS_SHARED(folder);
    for (const char* file :
         {"outlook-pst-rs/Empty.pst", "pstsdk/sample1.pst", "pstsdk/sample2.pst",
          "pstsdk/submessage.pst", "pstsdk/test_unicode.pst", "pstsdk/test_ansi.pst"}) {
        EXPECT_EQ(check_through_libpff(folder + "/" + file).result.errors, 0U) << file;
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

TEST(Checker, SaysWhyAVersionIsNotChecked) {
    const auto refusal = [](std::uint8_t version) -> std::string {
        Patient patient;
        patient.header8(10, version);
        patient.save();
        try {
            check(patient.path());
        } catch (const Error& error) {
            return error.text();
        }
        return "";
    };
    EXPECT_THAT(refusal(36), testing::StartsWith("wVer is 36: files with 4K pages"));
    EXPECT_EQ(refusal(37), "wVer is 37: the file is encrypted by Windows Information Protection");
    EXPECT_EQ(refusal(99), "wVer is 99, expected 14, 15, 21, 23 or 36");
}

// What a damaged page of a B-tree may hold is not missing.
TEST(Checker, DoesNotReportWhatADamagedPageMayHold) {
    const std::set<std::string> page_alone{"T1"};
    const Patient sound;
    for (const std::uint32_t number : sound.index().pages) {
        const std::uint64_t offset = std::uint64_t{number} * 512;
        for (const auto& [at, value] : {std::pair{488U, 0U}, {490U, 7U}, {489U, 255U}}) {
            Patient patient;
            const bool nodes = patient.bytes()[offset + 496] == std::byte{0x81};
            if (patient.bytes()[offset + 491] != std::byte{0}) {
                continue;
            }
            patient.page(offset, [&](base::MutableByteView page) {
                test::put8(page, at, static_cast<std::uint8_t>(value));
            });
            patient.save();
            const Outcome outcome = check(patient.path());
            if (nodes) {
                EXPECT_EQ(outcome.rules, page_alone) << testing::PrintToString(outcome.texts);
            }
            EXPECT_THAT(outcome.rules, Contains("T1"));
            for (const char* rule : {"B2", "B3", "B4", "B5", "N2", "S1", "S19"}) {
                EXPECT_THAT(outcome.all, testing::Not(Contains(rule)))
                    << testing::PrintToString(outcome.texts);
            }
        }
    }
    Patient patient;
    patient.header64(224, 0x4400);  // the AMap in place of the root of the NBT
    patient.save();
    const Outcome outcome = check(patient.path());
    EXPECT_EQ(outcome.rules, page_alone) << testing::PrintToString(outcome.texts);
}

TEST(Checker, SaysOnceThatTheFileIsCutShort) {
    Patient patient;
    patient.bytes().pop_back();
    patient.save();
    const Outcome outcome = check(patient.path());
    EXPECT_EQ(std::ranges::count_if(outcome.texts,
                                    [](const auto& text) { return text.starts_with("H2"); }),
              1);
    EXPECT_THAT(outcome.all, testing::Not(Contains("B2")));
}

TEST(Checker, ReportsAThingOnce) {
    const auto count = [](Patient& patient, std::string_view rule, std::string_view what) {
        patient.save();
        return std::ranges::count_if(check(patient.path()).texts, [&](const std::string& text) {
            return text.starts_with(rule) && text.find(what) != std::string::npos;
        });
    };
    Patient counter;
    counter.header32(44 + 4 * 4, 0);
    EXPECT_EQ(count(counter, "H7", "rgnid[4]"), 1);

    Patient table;
    table.block(table.data_block(test::Nid{0x62B}),
                [](base::MutableByteView data) { test::put8(data, 2, 0); });
    EXPECT_EQ(count(table, "L1 ", "0x0000062b"), 1);

    Patient tree;
    const auto subnodes =
        tree.reader().subnodes(tree.sub_block({test::kRichMessage, test::Nid{0x8045}}));
    tree.block(subnodes->at(0).data, [](base::MutableByteView data) { test::put8(data, 1, 2); });
    EXPECT_EQ(count(tree, "B5", "entry 0"), 1);
}

// Row and object are compared by what both hold, and both are shown.
TEST(Checker, ShowsTheValuesThatDiffer) {
    const auto told = [](std::uint32_t tag, std::size_t at, std::uint8_t byte) {
        Patient patient;
        patient.value({test::kPlainMessage}, tag,
                      [&](base::MutableByteView value) { test::put8(value, at, byte); });
        patient.save();
        for (const std::string& text : check(patient.path()).texts) {
            if (text.starts_with("S10")) {
                return text.substr(text.find("the cell"));
            }
        }
        return std::string();
    };
    EXPECT_THAT(told(0x0E060040, 0, 0x77),
                testing::MatchesRegex("the cell is 0x[0-9a-f]+, expected the object's "
                                      "0x[0-9a-f]+77"));
    EXPECT_THAT(told(0x0070001F, 0, 'Z'),
                testing::MatchesRegex("the cell is \"[^Z].*\", expected the object's \"Z.*\""));
}

// Fails when somebody adds a rule without a damage that breaks it.
TEST(CheckerRules, EachHasADamageThatBreaksIt) {
    std::set<std::string> tested;
    for (const Damage& damage : test::damages()) {
        tested.insert(damage.rule);
    }
    std::set<std::string> known;
    for (const Rule& rule : rules()) {
        EXPECT_TRUE(known.emplace(rule.id).second) << "rule " << rule.id << " is there twice";
    }
    EXPECT_EQ(tested, known);
}

TEST(CheckerRules, EachIsInTheManPageWithItsSeverityAndSection) {
    std::ifstream file(std::string(MBX_TEST_DATA) + "/../../man/pst-inspect.1.in");
    std::stringstream page;
    page << file.rdbuf();
    for (const Rule& rule : rules()) {
        const std::string_view severity = rule.severity == Severity::Error     ? "error"
                                          : rule.severity == Severity::Warning ? "warning"
                                                                               : "info";
        const std::string section =
            rule.section.empty() ? "" : fmt::format(", [MS-PST] {}", rule.section);
        const std::string entry =
            fmt::format(".It {} , {}{}\n{}.\n", rule.id, severity, section, rule.title);
        EXPECT_TRUE(page.str().find(entry) != std::string::npos) << "is not there: " << entry;
    }
}

class DamageTest : public testing::TestWithParam<Damage> {};

TEST_P(DamageTest, IsFoundByItsRuleAndNoOther) {
    const Damage& damage = GetParam();
    Patient patient(damage.sample);
    damage.inflict(patient);
    patient.save();
    const Outcome outcome =
        damage.through_libpff ? check_through_libpff(patient.path()) : check(patient.path());
    std::set<std::string> expected = damage.also;
    EXPECT_THAT(outcome.all, Contains(damage.rule)) << testing::PrintToString(outcome.texts);
    if (rule(damage.rule).severity != Severity::Info && !damage.info) {
        expected.insert(damage.rule);
    }
    EXPECT_EQ(outcome.rules, expected) << testing::PrintToString(outcome.texts);
}

std::string name_of(const testing::TestParamInfo<Damage>& info) {
    std::string name = info.param.rule + "_" + info.param.what;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Each, DamageTest, testing::ValuesIn(test::damages()), name_of);

}  // namespace
}  // namespace mbx::pst::check
