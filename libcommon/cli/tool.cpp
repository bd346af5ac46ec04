#include "cli/tool.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "cli/help.hpp"

namespace mbx::cli {
namespace {

void declare_common(OptionSet& options, CommonOptions& common) {
    options.group("Common options")
        .flag("help,h", &common.help, "show this help and exit")
        .flag("version,V", &common.version, "show the version and exit")
        .flag("quiet,q", &common.quiet, "show errors only")
        .flag("verbose,v", &common.verbose, "show more of what is done")
        .flag("json", &common.json, "write data as JSON lines");
}

bool is_option(const std::string& word) {
    return word.size() > 1 && word.front() == '-';
}

using Words = std::vector<std::string>;

/// The command: before it stand only options and, each behind its option, their values
/// ("--alias JohnD mark"). Else the first word that is no option.
Words::const_iterator find_command(const Words& args, const Words& commands) {
    for (auto word = args.begin(); word != args.end(); ++word) {
        if (std::find(commands.begin(), commands.end(), *word) != commands.end()) {
            return word;
        }
        const bool may_be_value = word != args.begin() && is_option(*std::prev(word));
        if (!is_option(*word) && !may_be_value) {
            break;
        }
    }
    return std::find_if_not(args.begin(), args.end(), is_option);
}

}  // namespace

void Tool::setup(const std::vector<std::string>& args) {
    declare(options_);
    declare_common(options_, common_);
    std::vector<std::string> operands = options_.parse(args);
    if (common_.help || common_.version) {
        return;
    }
    if (common_.quiet && common_.verbose) {
        throw Error(ErrorCode::Usage, "--quiet and --verbose exclude each other");
    }
    check(std::move(operands));
}

std::string Tool::help(std::string_view call) const {
    return help_text(description_, call, {}, options_);
}

ToolWithCommands::ToolWithCommands(Description description,
                                   std::vector<std::unique_ptr<Tool>> commands)
    : Tool(std::move(description)), commands_(std::move(commands)) {}

void ToolWithCommands::declare(OptionSet& /*options*/) {}

void ToolWithCommands::check(std::vector<std::string> operands) {
    std::vector<std::string> names;
    for (const auto& command : commands_) {
        names.push_back(command->description().name);
    }
    const std::string list = fmt::format("commands: {}", fmt::join(names, " "));
    if (operands.empty()) {
        throw Error(ErrorCode::Usage, "a command is missing", list);
    }
    const auto meant = base::closest(operands.front(), names);
    throw Error(ErrorCode::Usage, fmt::format("unknown command {}", base::escape(operands.front())),
                meant ? fmt::format("did you mean {}?", *meant) : list);
}

void ToolWithCommands::setup(const std::vector<std::string>& args) {
    // Options before the command belong to all commands, so they are handed on to the one chosen.
    Words names;
    std::transform(commands_.begin(), commands_.end(), std::back_inserter(names),
                   [](const auto& command) { return command->description().name; });
    const auto word = find_command(args, names);
    if (word != args.end()) {
        for (const auto& command : commands_) {
            if (command->description().name == *word) {
                chosen_ = command.get();
            }
        }
    }
    if (chosen_ == nullptr) {
        Tool::setup(args);
        return;
    }
    std::vector<std::string> rest(args.begin(), word);
    rest.insert(rest.end(), std::next(word), args.end());
    chosen_->setup(rest);
}

ExitCode ToolWithCommands::run(Context& context) {
    return chosen_->run(context);
}

const CommonOptions& ToolWithCommands::common() const noexcept {
    return chosen_ == nullptr ? Tool::common() : chosen_->common();
}

std::string ToolWithCommands::help(std::string_view call) const {
    if (chosen_ != nullptr) {
        return chosen_->help(fmt::format("{} {}", call, chosen_->description().name));
    }
    std::vector<const Description*> commands;
    for (const auto& command : commands_) {
        commands.push_back(&command->description());
    }
    return help_text(description(), call, commands, options());
}

void expect_operands(const std::vector<std::string>& operands,
                     const std::vector<std::string>& names) {
    if (operands.size() < names.size()) {
        throw Error(ErrorCode::Usage, fmt::format("{} is missing", names[operands.size()]));
    }
    if (operands.size() > names.size()) {
        throw Error(ErrorCode::Usage,
                    fmt::format("one operand too many: {}", base::escape(operands[names.size()])));
    }
    const auto empty = std::find(operands.begin(), operands.end(), "");
    if (empty != operands.end()) {
        throw Error(
            ErrorCode::Usage,
            fmt::format("{} is empty", names[static_cast<std::size_t>(empty - operands.begin())]),
            "is a variable of the calling script not set?");
    }
}

}  // namespace mbx::cli
