// The options of one tool or command, in groups, parsed with Boost.Program_options.
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::cli {

/// One option as declared. `name` is the long name, or "long,l" with a one-letter form.
struct OptionSpec {
    std::string name;
    std::string value_name;  ///< "FILE"; empty for a flag
    std::string text;        ///< for --help: what it does, lower case, no full stop
    bool repeatable = false;
    std::function<void(const std::string&)> take;  ///< called once for each use

    std::string long_name() const;
    std::optional<char> letter() const;
};

/// Options under one heading of --help. What the functions are given is kept by address: it must
/// outlive the parsing, and is left alone when the option is not used.
class OptionGroup {
  public:
    explicit OptionGroup(std::string title) : title_(std::move(title)) {}

    OptionGroup& flag(std::string name, bool* into, std::string text);
    OptionGroup& value(std::string name, std::string* into, std::string value_name,
                       std::string text);
    OptionGroup& value(std::string name, std::optional<std::string>* into, std::string value_name,
                       std::string text);
    /// May be given several times.
    OptionGroup& values(std::string name, std::vector<std::string>* into, std::string value_name,
                        std::string text);
    /// One of the words; anything else is refused with the list of them.
    OptionGroup& choice(std::string name, std::string* into, std::vector<std::string> words,
                        std::string text);
    /// A decimal number from `least` to `most`.
    template <std::unsigned_integral Number>
    OptionGroup& number(const std::string& name, Number* into, const std::string& value_name,
                        const std::string& text, Number least = 0,
                        Number most = std::numeric_limits<Number>::max()) {
        return add(name, value_name, text, [=](const std::string& word) {
            *into = static_cast<Number>(parse_number(name, word, least, most));
        });
    }
    template <std::unsigned_integral Number>
    OptionGroup& number(const std::string& name, std::optional<Number>* into,
                        const std::string& value_name, const std::string& text, Number least = 0,
                        Number most = std::numeric_limits<Number>::max()) {
        return add(name, value_name, text, [=](const std::string& word) {
            *into = static_cast<Number>(parse_number(name, word, least, most));
        });
    }
    /// Bytes: a number, also with k, M, G or T behind it (powers of 1024).
    OptionGroup& size(std::string name, std::optional<std::uint64_t>* into, std::string text);

    const std::string& title() const noexcept { return title_; }
    const std::vector<OptionSpec>& options() const noexcept { return options_; }

  private:
    OptionGroup& add(std::string name, std::string value_name, std::string text,
                     std::function<void(const std::string&)> take, bool repeatable = false);
    static std::uint64_t parse_number(const std::string& option, const std::string& word,
                                      std::uint64_t least, std::uint64_t most);

    std::string title_;
    std::vector<OptionSpec> options_;
};

class OptionSet {
  public:
    /// The group of that title; made at the first call, and listed in that order.
    OptionGroup& group(std::string_view title);

    /// Takes the options out of `args` and returns what is left: the operands, in order. "--" ends
    /// the options. Options are not abbreviated. Throws Error(Usage).
    std::vector<std::string> parse(const std::vector<std::string>& args) const;

    const std::deque<OptionGroup>& groups() const noexcept { return groups_; }
    /// Every long name, without dashes.
    std::vector<std::string> long_names() const;

  private:
    std::deque<OptionGroup> groups_;  ///< group() hands out references
};

}  // namespace mbx::cli
