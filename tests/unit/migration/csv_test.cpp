#include "migration/csv.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::migration {
namespace {

std::vector<std::string> fields(std::string_view text) {
    std::vector<std::string> all;
    const std::vector<CsvRow> rows = parse_csv(text, "l.csv");
    for (const CsvField& field : rows.at(0).fields) {
        all.push_back(field.text);
    }
    return all;
}

std::string refusal(std::string_view text) {
    try {
        parse_csv(text, "l.csv");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadData);
        return error.what();
    }
    return "not refused";
}

using Fields = std::vector<std::string>;

TEST(ParseCsv, ReadsQuotedFields) {
    EXPECT_EQ(fields("a,b"), (Fields{"a", "b"}));
    EXPECT_EQ(fields(R"("Doe, John","the ""boss""",,"")"),
              (Fields{"Doe, John", "the \"boss\"", "", ""}));
    EXPECT_EQ(fields(",a,"), (Fields{"", "a", ""}));
    EXPECT_EQ(fields(" a , b "), (Fields{" a ", " b "}));
}

TEST(ParseCsv, TakesEveryLineEnd) {
    const auto rows = parse_csv("a\r\n\nb\nc", "l.csv");
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].raw, "a");
    EXPECT_TRUE(rows[1].fields.empty());
    EXPECT_EQ(rows[3].fields[0].text, "c");
    EXPECT_EQ(rows[3].fields[0].place.line, 4U);
    EXPECT_TRUE(parse_csv("", "l.csv").empty());
}

TEST(ParseCsv, CountsColumnsInCharacters) {
    const auto rows = parse_csv("J\xc3\xb6rg,x", "l.csv");
    EXPECT_EQ(rows[0].fields[1].place.column, 6U);
}

TEST(ParseCsv, NamesThePlaceOfWhatIsWrong) {
    EXPECT_EQ(refusal("a,b\nc,d\"e\n"), "l.csv:2:4: a quote within a field");
    EXPECT_EQ(refusal("a,\"b\"c\n"), "l.csv:1:6: text behind the closing quote");
    EXPECT_EQ(refusal("a,\"b\nc\",d\n"), "l.csv:1:3: this quote is not closed on its line");
    EXPECT_EQ(refusal("a,\"b\"\"\n"), "l.csv:1:3: this quote is not closed on its line");
    EXPECT_EQ(refusal("a,b\tc\n"), "l.csv:1:4: a control character (U+0009)");
    EXPECT_EQ(refusal("a\rb\n"), "l.csv:1:2: a control character (U+000D)");
    EXPECT_EQ(refusal(std::string_view("a\0b", 3)), "l.csv:1:2: a control character (U+0000)");
    EXPECT_EQ(refusal("a\x1b[2J"), "l.csv:1:2: a control character (U+001B)");
    EXPECT_EQ(refusal("a\xc2\x85"), "l.csv:1:2: a control character (U+0085)");
    EXPECT_EQ(refusal("M\xfcller,x"), "l.csv:1:2: not UTF-8");
}

TEST(FormatCsv, QuotesOnlyWhatNeedsIt) {
    EXPECT_EQ(format_csv({"Doe, John", "a\"b", "", "x y"}), R"("Doe, John","a""b",,x y)");
}

TEST(FormatCsv, IsReadBackAsItWas) {
    const Fields all{"\"", ",", "\"\",\"", "", "J\xc3\xb6rg"};
    EXPECT_EQ(fields(format_csv({all.begin(), all.end()})), all);
}

}  // namespace
}  // namespace mbx::migration
