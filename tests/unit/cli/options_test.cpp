#include "cli/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Options : public ::testing::Test {
  protected:
    Options() {
        set_.group("A options")
            .flag("force,f", &force_, "replace")
            .value("user", &user_, "NAME", "who")
            .values("folder", &folders_, "FOLDER", "which")
            .choice("tls", &tls_, {"required", "none"}, "how")
            .number<unsigned>("timeout", &timeout_, "SECONDS", "how long", 1, 3600)
            .size("limit", &limit_, "how much");
    }
    Error refused(const std::vector<std::string>& args) {
        try {
            set_.parse(args);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Usage);
            return error;
        }
        ADD_FAILURE() << "not refused";
        return Error(ErrorCode::Internal, "");
    }

    OptionSet set_;
    bool force_ = false;
    std::optional<std::string> user_;
    std::vector<std::string> folders_;
    std::string tls_ = "required";
    unsigned timeout_ = 120;
    std::optional<std::uint64_t> limit_;
};

TEST_F(Options, AreTakenOutAndOperandsStay) {
    EXPECT_THAT(set_.parse({"-f", "a", "--user=john", "b", "--folder", "x", "--folder", "y"}),
                ElementsAre("a", "b"));
    EXPECT_TRUE(force_);
    EXPECT_EQ(user_, "john");
    EXPECT_THAT(folders_, ElementsAre("x", "y"));
}

TEST_F(Options, LeaveAloneWhatIsNotGiven) {
    set_.parse({});
    EXPECT_EQ(user_, std::nullopt);
    EXPECT_EQ(timeout_, 120U);
}

TEST_F(Options, EndAtTwoDashes) {
    EXPECT_THAT(set_.parse({"--", "-f", "--user"}), ElementsAre("-f", "--user"));
    EXPECT_FALSE(force_);
}

TEST_F(Options, MayHaveAnEmptyValue) {
    set_.parse({"--user", ""});
    EXPECT_EQ(user_, "");
}

TEST_F(Options, AreNotAbbreviated) {
    EXPECT_THAT(refused({"--use", "x"}).hint(), HasSubstr("--user"));
}

TEST_F(Options, SuggestWhatWasMeant) {
    const Error error = refused({"--fodler", "x"});
    EXPECT_EQ(error.text(), "unknown option --fodler");
    EXPECT_EQ(error.hint(), "did you mean --folder?");
}

TEST_F(Options, EscapeWhatTheyDoNotKnow) {
    EXPECT_EQ(refused({"--a\x1b[2J"}).text(), "unknown option --a\\x1b[2J");
}

TEST_F(Options, GivenTwiceAreRefused) {
    EXPECT_EQ(refused({"--user", "a", "--user", "b"}).text(), "--user is given twice");
}

TEST_F(Options, WithoutTheirValueAreRefused) {
    EXPECT_THAT(refused({"--user"}).text(), HasSubstr("--user"));
}

TEST_F(Options, TakeOnlyTheirWords) {
    EXPECT_EQ(refused({"--tls", "maybe"}).text(), "--tls: found maybe, expected required|none");
}

TEST_F(Options, TakeOnlyNumbersInTheirRange) {
    set_.parse({"--timeout", "3600"});
    EXPECT_EQ(timeout_, 3600U);
    for (const char* word : {"0", "3601", "-1", "1x", " 1", "99999999999999999999"}) {
        EXPECT_THAT(refused({std::string("--timeout=") + word}).text(),
                    HasSubstr("expected a number from 1 to 3600"))
            << word;
    }
}

TEST_F(Options, TakeSizesWithUnits) {
    set_.parse({"--limit", "4G"});
    EXPECT_EQ(limit_, std::uint64_t{4} << 30);
    for (const char* word : {"99999999999T", "G", "1m", "1.5M", "-1k"}) {
        EXPECT_EQ(refused({std::string("--limit=") + word}).text(),
                  std::string("--limit: found ") + word +
                      ", expected a whole number of bytes, or one with k, M, G or T behind it");
    }
}

}  // namespace
}  // namespace mbx::cli
