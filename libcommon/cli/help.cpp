#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace mbx::cli {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kTextColumn = 34;

std::string option_words(const OptionSpec& option) {
    const auto letter = option.letter();
    std::string words = letter ? fmt::format("  -{}, ", *letter) : "      ";
    words += "--" + option.long_name();
    if (!option.value_name.empty()) {
        words += " " + option.value_name;
    }
    return words;
}

/// `left`, then `text` from kTextColumn on, wrapped at blanks.
std::string two_columns(std::string left, std::string_view text) {
    if (left.size() + 2 > kTextColumn) {
        left += "\n" + std::string(kTextColumn, ' ');
    } else {
        left.resize(kTextColumn, ' ');
    }
    std::size_t used = kTextColumn;
    bool first = true;
    for (const std::string_view word : base::split(text, ' ')) {
        if (!first && used + 1 + word.size() > kColumns) {
            left += "\n" + std::string(kTextColumn, ' ');
            used = kTextColumn;
            first = true;
        }
        if (!first) {
            left += ' ';
            ++used;
        }
        left += word;
        used += word.size();
        first = false;
    }
    return left + "\n";
}

}  // namespace

std::string help_text(const Description& description, std::string_view call,
                      const std::vector<const Description*>& commands, const OptionSet& options) {
    std::string text = fmt::format("{} - {}\n", call, description.summary);
    if (!description.examples.empty()) {
        text += "\nExamples:\n";
        for (const Example& example : description.examples) {
            text += fmt::format("  # {}\n  {}\n", example.does, example.command);
        }
    }
    text += "\nUsage:\n";
    for (const std::string& usage : description.usage) {
        text += fmt::format("  {} {}\n", call, usage);
    }
    if (!commands.empty()) {
        text += "\nCommands:\n";
        for (const Description* command : commands) {
            text += two_columns("  " + command->name, command->summary);
        }
    }
    for (const OptionGroup& group : options.groups()) {
        text += fmt::format("\n{}:\n", group.title());
        for (const OptionSpec& option : group.options()) {
            text += two_columns(option_words(option), option.text);
        }
    }
    if (!description.notes.empty()) {
        text += fmt::format("\n{}\n", description.notes);
    }
    return text;
}

}  // namespace mbx::cli
