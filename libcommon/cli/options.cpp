#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

namespace mbx::cli {
namespace {

namespace po = boost::program_options;

constexpr const char* kTrue = "yes";

po::options_description description_of(const std::deque<OptionGroup>& groups) {
    po::options_description all;
    for (const OptionGroup& group : groups) {
        for (const OptionSpec& option : group.options()) {
            if (option.value_name.empty()) {
                all.add_options()(option.name.c_str(), option.text.c_str());
            } else {
                all.add_options()(option.name.c_str(), po::value<std::string>(),
                                  option.text.c_str());
            }
        }
    }
    return all;
}

[[noreturn]] void refuse_unknown(const po::unknown_option& error,
                                 const std::vector<std::string>& known) {
    const std::string name = error.get_option_name();
    std::string bare = name;
    bare.erase(0, bare.find_first_not_of('-'));
    const auto meant = base::closest(bare, known);
    throw Error(ErrorCode::Usage, fmt::format("unknown option {}", base::escape(name)),
                meant ? fmt::format("did you mean --{}?", *meant) : "");
}

po::parsed_options parse_words(const std::vector<std::string>& args,
                               const po::options_description& known,
                               const std::vector<std::string>& names) {
    namespace style = po::command_line_style;
    try {
        return po::command_line_parser(args)
            .options(known)
            .style(style::unix_style & ~style::allow_guessing)
            .run();
    } catch (const po::unknown_option& error) {
        refuse_unknown(error, names);
    } catch (const po::error& error) {
        throw Error(ErrorCode::Usage, base::escape(error.what()));
    }
}

const OptionSpec& find(const std::deque<OptionGroup>& groups, const std::string& long_name) {
    for (const OptionGroup& group : groups) {
        for (const OptionSpec& option : group.options()) {
            if (option.long_name() == long_name) {
                return option;
            }
        }
    }
    throw Error(ErrorCode::Internal, "option parsed but not declared: " + long_name);
}

std::uint64_t unit_of(char letter) {
    switch (letter) {
        case 'k':
        case 'K':
            return std::uint64_t{1} << 10;
        case 'M':
            return std::uint64_t{1} << 20;
        case 'G':
            return std::uint64_t{1} << 30;
        case 'T':
            return std::uint64_t{1} << 40;
        default:
            return 0;
    }
}

std::optional<std::uint64_t> whole_number(std::string_view word) {
    std::uint64_t number = 0;
    const char* const end = word.data() + word.size();
    const auto [stopped, error] = std::from_chars(word.data(), end, number);
    return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string OptionSpec::long_name() const {
    return name.substr(0, name.find(','));
}

std::optional<char> OptionSpec::letter() const {
    const std::size_t comma = name.find(',');
    if (comma == std::string::npos) {
        return std::nullopt;
    }
    return name.at(comma + 1);
}

OptionGroup& OptionGroup::add(std::string name, std::string value_name, std::string text,
                              std::function<void(const std::string&)> take, bool repeatable) {
    options_.push_back(OptionSpec{std::move(name), std::move(value_name), std::move(text),
                                  repeatable, std::move(take)});
    return *this;
}

OptionGroup& OptionGroup::flag(std::string name, bool* into, std::string text) {
    return add(std::move(name), "", std::move(text),
               [into](const std::string& /*unused*/) { *into = true; });
}

OptionGroup& OptionGroup::value(std::string name, std::string* into, std::string value_name,
                                std::string text) {
    return add(std::move(name), std::move(value_name), std::move(text),
               [into](const std::string& word) { *into = word; });
}

OptionGroup& OptionGroup::value(std::string name, std::optional<std::string>* into,
                                std::string value_name, std::string text) {
    return add(std::move(name), std::move(value_name), std::move(text),
               [into](const std::string& word) { *into = word; });
}

OptionGroup& OptionGroup::values(std::string name, std::vector<std::string>* into,
                                 std::string value_name, std::string text) {
    return add(
        std::move(name), std::move(value_name), std::move(text),
        [into](const std::string& word) { into->push_back(word); }, true);
}

OptionGroup& OptionGroup::choice(std::string name, std::string* into,
                                 std::vector<std::string> words, std::string text) {
    const std::string list = fmt::format("{}", fmt::join(words, "|"));
    const auto take = [name, into, words = std::move(words), list](const std::string& word) {
        if (std::find(words.begin(), words.end(), word) == words.end()) {
            throw Error(ErrorCode::Usage,
                        fmt::format("--{}: found {}, expected {}", name, base::escape(word), list));
        }
        *into = word;
    };
    return add(std::move(name), list, std::move(text), take);
}

OptionGroup& OptionGroup::size(std::string name, std::optional<std::uint64_t>* into,
                               std::string text) {
    const std::string shown = name;
    return add(std::move(name), "SIZE", std::move(text), [=](const std::string& word) {
        const std::uint64_t unit = word.empty() ? 0 : unit_of(word.back());
        const auto number =
            whole_number(std::string_view(word).substr(0, word.size() - (unit == 0 ? 0 : 1)));
        const std::uint64_t factor = unit == 0 ? 1 : unit;
        if (!number || *number > std::numeric_limits<std::uint64_t>::max() / factor) {
            throw Error(ErrorCode::Usage,
                        fmt::format("--{}: found {}, expected a whole number of bytes, or one with "
                                    "k, M, G or T behind it",
                                    shown, base::escape(word)));
        }
        *into = *number * factor;
    });
}

std::uint64_t OptionGroup::parse_number(const std::string& option, const std::string& word,
                                        std::uint64_t least, std::uint64_t most) {
    const auto number = whole_number(word);
    if (!number || *number < least || *number > most) {
        throw Error(ErrorCode::Usage, fmt::format("--{}: found {}, expected a number from {} to {}",
                                                  option.substr(0, option.find(',')),
                                                  base::escape(word), least, most));
    }
    return *number;
}

OptionGroup& OptionSet::group(std::string_view title) {
    const auto found = std::find_if(groups_.begin(), groups_.end(), [&](const OptionGroup& group) {
        return group.title() == title;
    });
    return found != groups_.end() ? *found : groups_.emplace_back(std::string(title));
}

std::vector<std::string> OptionSet::long_names() const {
    std::vector<std::string> names;
    for (const OptionGroup& group : groups_) {
        for (const OptionSpec& option : group.options()) {
            names.push_back(option.long_name());
        }
    }
    return names;
}

std::vector<std::string> OptionSet::parse(const std::vector<std::string>& args) const {
    const po::options_description known = description_of(groups_);
    const po::parsed_options parsed = parse_words(args, known, long_names());
    std::vector<std::string> operands;
    std::vector<std::string> seen;
    for (const po::option& item : parsed.options) {
        if (item.position_key >= 0) {
            operands.insert(operands.end(), item.value.begin(), item.value.end());
            continue;
        }
        const OptionSpec& option = find(groups_, item.string_key);
        if (!option.repeatable && std::count(seen.begin(), seen.end(), item.string_key) != 0) {
            throw Error(ErrorCode::Usage, fmt::format("--{} is given twice", item.string_key));
        }
        seen.push_back(item.string_key);
        option.take(item.value.empty() ? kTrue : item.value.front());
    }
    return operands;
}

}  // namespace mbx::cli
