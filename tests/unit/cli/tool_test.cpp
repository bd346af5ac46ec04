#include "cli/tool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mbx::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Copy final : public Tool {
  public:
    Copy()
        : Tool({.name = "copy",
                .summary = "copy a file",
                .usage = {"[OPTION]... FROM TO"},
                .examples = {{"keep a copy", "copy a b"}},
                .notes = ""}) {}
    ExitCode run(Context& /*context*/) override { return ExitCode::Ok; }

    bool force = false;
    std::string mode;
    std::vector<std::string> paths;

  protected:
    void declare(OptionSet& options) override {
        options.group("Copy options")
            .flag("force", &force, "replace an existing TO")
            .value("mode", &mode, "MODE", "of TO");
    }
    void check(std::vector<std::string> operands) override {
        expect_operands(operands, {"FROM", "TO"});
        paths = std::move(operands);
    }
};

template <typename Call>
Error refused(Call call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Usage);
        return error;
    }
    ADD_FAILURE() << "not refused";
    return Error(ErrorCode::Internal, "");
}

TEST(Tool, TakesItsOptionsAndOperands) {
    Copy tool;
    tool.setup({"a", "--force", "b"});
    EXPECT_TRUE(tool.force);
    EXPECT_EQ(tool.paths, (std::vector<std::string>{"a", "b"}));
}

TEST(Tool, NamesTheOperandThatIsMissingOrTooMuch) {
    EXPECT_EQ(refused([] { Copy().setup({"a"}); }).text(), "TO is missing");
    EXPECT_EQ(refused([] { Copy().setup({"a", "b", "c"}); }).text(), "one operand too many: c");
}

TEST(Tool, DoesNotCheckWhenHelpIsWanted) {
    Copy tool;
    tool.setup({"--help"});
    EXPECT_TRUE(tool.common().help);
}

TEST(Tool, RefusesQuietWithVerbose) {
    EXPECT_THAT(refused([] { Copy().setup({"-q", "-v", "a", "b"}); }).text(), HasSubstr("exclude"));
}

TEST(Tool, HelpShowsExamplesFirst) {
    Copy tool;
    tool.setup({"--help"});
    const std::string help = tool.help("copy");
    EXPECT_THAT(help, StartsWith("copy - copy a file\n\nExamples:\n  # keep a copy\n  copy a b\n"));
    EXPECT_THAT(help, HasSubstr("\nUsage:\n  copy [OPTION]... FROM TO\n"));
    EXPECT_THAT(help, HasSubstr("\nCopy options:\n      --force                     replace"));
    EXPECT_THAT(help, HasSubstr("\n  -h, --help "));
}

class Files final : public ToolWithCommands {
  public:
    Files()
        : ToolWithCommands(
              {.name = "files", .summary = "s", .usage = {"COMMAND"}, .examples = {}, .notes = ""},
              commands()) {}

  private:
    static std::vector<std::unique_ptr<Tool>> commands() {
        std::vector<std::unique_ptr<Tool>> all;
        all.push_back(std::make_unique<Copy>());
        return all;
    }
};

TEST(ToolWithCommands, HandsOptionsOnBothSidesToTheCommand) {
    Files tool;
    tool.setup({"--json", "copy", "a", "b", "--quiet"});
    EXPECT_TRUE(tool.common().json);
    EXPECT_TRUE(tool.common().quiet);
}

TEST(ToolWithCommands, HandsAnOptionWithItsValueToTheCommandBehindIt) {
    Files tool;
    tool.setup({"--mode", "600", "--json", "copy", "a", "b"});
    EXPECT_TRUE(tool.common().json);
    EXPECT_THAT(tool.help("files"), StartsWith("files copy - "));
}

TEST(ToolWithCommands, NamesItsCommands) {
    EXPECT_EQ(refused([] { Files().setup({"--json", "cpoy"}); }).hint(), "did you mean copy?");
    EXPECT_EQ(refused([] { Files().setup({}); }).hint(), "commands: copy");
    EXPECT_EQ(refused([] { Files().setup({"cpoy"}); }).hint(), "did you mean copy?");
}

TEST(ToolWithCommands, HasHelpForItselfAndForACommand) {
    Files tool;
    tool.setup({"--help"});
    EXPECT_THAT(tool.help("files"), HasSubstr("\nCommands:\n  copy "));
    Files with_command;
    with_command.setup({"copy", "--help"});
    EXPECT_THAT(with_command.help("files"), StartsWith("files copy - copy a file\n"));
}

}  // namespace
}  // namespace mbx::cli
