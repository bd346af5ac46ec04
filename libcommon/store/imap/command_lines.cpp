#include "store/imap/command_lines.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace mbx::store::imap {
namespace {

/// What must stand behind the verb: words such as "copy" and "close" are common in prose.
enum class Argument { None, Sequence, Any };

struct Command {
    std::string_view verb;
    Argument argument;
};

// RFC 9051 6, 4314 3, 4978 3, 5464 4.3, 8508 3, 9208 4.1, and what Cyrus adds. Not SUBSCRIBE: it is
// in every other newsletter.
constexpr std::array kCommands{
    Command{"append", Argument::Any},      Command{"close", Argument::None},
    Command{"compress", Argument::Any},    Command{"copy", Argument::Sequence},
    Command{"create", Argument::Any},      Command{"delete", Argument::Any},
    Command{"deleteacl", Argument::Any},   Command{"expunge", Argument::None},
    Command{"localappend", Argument::Any}, Command{"localcreate", Argument::Any},
    Command{"localdelete", Argument::Any}, Command{"move", Argument::Sequence},
    Command{"rename", Argument::Any},      Command{"replace", Argument::Sequence},
    Command{"setacl", Argument::Any},      Command{"setannotation", Argument::Any},
    Command{"setmetadata", Argument::Any}, Command{"setquota", Argument::Any},
    Command{"store", Argument::Sequence},  Command{"uid", Argument::Any},
    Command{"undump", Argument::Any},      Command{"xfer", Argument::Any},
    Command{"xmove", Argument::Any},
};

constexpr std::size_t kLongestVerb = 20;
constexpr std::size_t kLongestTag = 12;  // of our own

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_own_tag(std::string_view tag) {
    return tag.size() > 1 && tag.front() == 'm' &&
           std::all_of(tag.begin() + 1, tag.end(), is_digit);
}

bool begins_sequence(char c) {
    return is_digit(c) || c == '*' || c == '$';
}

/// `argument`: its first character, if there is one.
bool suits(Argument wanted, std::optional<char> argument) {
    switch (wanted) {
        case Argument::None:
            return !argument;
        case Argument::Sequence:
            return argument && begins_sequence(*argument);
        case Argument::Any:
            break;
    }
    return argument.has_value();
}

bool is_harmful(std::string_view verb, std::optional<char> argument) {
    const std::string lower = base::ascii_lower(verb);
    return std::any_of(kCommands.begin(), kCommands.end(), [&](const Command& command) {
        return lower == command.verb && suits(command.argument, argument);
    });
}

}  // namespace

void CommandLines::look(base::ByteView piece) {
    std::string_view text = base::as_text(piece);
    while (!text.empty() && !found_) {
        text = step(text);
    }
}

bool CommandLines::found() const {
    return found_ || (part_ == Part::Verb && is_harmful(verb_, std::nullopt));
}

std::string_view CommandLines::step(std::string_view text) {
    switch (part_) {
        case Part::Tag: {
            const std::size_t line_end = text.find('\n');
            const std::size_t end = text.substr(0, line_end).find(' ');
            if (end == std::string_view::npos && line_end != std::string_view::npos) {
                tag_.clear();
                return text.substr(line_end + 1);
            }
            tag_.append(text.substr(0, end), 0, kLongestTag + 1 - tag_.size());
            if (end == std::string_view::npos) {
                return {};
            }
            found_ = is_own_tag(tag_);
            part_ = tag_.empty() ? Part::Rest : Part::Verb;
            tag_.clear();
            verb_.clear();
            return text.substr(end + 1);
        }
        case Part::Verb: {
            const char c = text.front();
            if (is_letter(c) && verb_.size() < kLongestVerb) {
                verb_ += c;
                return text.substr(1);
            }
            const bool ends_line = c == '\r' || c == '\n';
            found_ = ends_line && is_harmful(verb_, std::nullopt);
            part_ = c == ' ' ? Part::Argument : Part::Rest;
            return c == ' ' ? text.substr(1) : text;
        }
        case Part::Argument:
            found_ = is_harmful(verb_, text.front());
            part_ = Part::Rest;
            return text;
        case Part::Rest:
            break;
    }
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
        return {};
    }
    part_ = Part::Tag;
    return text.substr(end + 1);
}

}  // namespace mbx::store::imap
