#include "convert/mime_parameters.hpp"

#include <algorithm>
#include <map>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "convert/encoded_word.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kMaxParameters = 1000;

// A parameter as it is written: name*index*=value.
struct Written {
    std::string name;
    std::optional<unsigned> index;
    bool percent = false;
    std::string value;
};

std::string take_quoted(std::string_view& rest) {
    std::string value;
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '"') {
        // A backslash escapes a quote or another backslash; before anything else it is what some
        // programs write in paths.
        if (rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\')) {
            rest.remove_prefix(1);
        }
        value += rest.front();
        rest.remove_prefix(1);
    }
    rest.remove_prefix(std::min(rest.size(), rest.find(';')));
    return value;
}

std::string take_value(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
    if (!rest.empty() && rest.front() == '"') {
        return take_quoted(rest);
    }
    // A token ends at a blank; but names with blanks are common, and then come without quotes.
    const std::string_view value = rest.substr(0, rest.find(';'));
    rest.remove_prefix(value.size());
    return std::string(base::trim(value));
}

void split_name(Written& written) {
    std::string& name = written.name;
    if (name.ends_with('*')) {
        written.percent = true;
        name.pop_back();
    }
    const std::size_t star = name.find('*');
    if (star == std::string::npos) {
        return;
    }
    unsigned index = 0;
    for (const char c : std::string_view(name).substr(star + 1)) {
        if (c < '0' || c > '9' || index > kMaxParameters) {
            return;
        }
        index = index * 10 + static_cast<unsigned>(c - '0');
    }
    written.index = index;
    name.resize(star);
}

std::vector<Written> take_parameters(std::string_view rest) {
    std::vector<Written> written;
    while (!rest.empty() && written.size() < kMaxParameters) {
        rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t;,")));
        const std::size_t end = rest.find_first_of("=;");
        if (end == std::string_view::npos) {
            break;
        }
        Written parameter;
        parameter.name = base::ascii_lower(base::trim(rest.substr(0, end)));
        rest.remove_prefix(end);
        if (rest.front() == ';') {
            continue;
        }
        rest.remove_prefix(1);
        parameter.value = take_value(rest);
        split_name(parameter);
        written.push_back(std::move(parameter));
    }
    return written;
}

// Takes "charset'language'" off the front; the charset.
std::string take_charset(std::string_view& value) {
    const std::size_t first = value.find('\'');
    const std::size_t second =
        first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos) {
        return {};
    }
    std::string charset(value.substr(0, first));
    value.remove_prefix(second + 1);
    return charset;
}

// RFC 2231 3, 4: pieces in the order of their indexes, one charset for all.
MimeValue::Parameter join(const std::string& name, std::vector<const Written*> pieces) {
    std::stable_sort(pieces.begin(), pieces.end(), [](const Written* a, const Written* b) {
        return a->index.value_or(0) < b->index.value_or(0);
    });
    std::string charset;
    std::string bytes;
    bool any_percent = false;
    for (const Written* piece : pieces) {
        std::string_view value = piece->value;
        if (piece == pieces.front() && piece->percent) {
            charset = take_charset(value);
        }
        bytes += piece->percent ? base::percent_decoded(value) : std::string(value);
        any_percent |= piece->percent;
    }
    return any_percent ? MimeValue::Parameter{name, decode_in_charset(bytes, charset), true}
                       : MimeValue::Parameter{name, std::move(bytes), false};
}

std::string clean_main(std::string_view value) {
    std::string main = base::ascii_lower(value);
    std::erase_if(main, [](char c) { return c == ' ' || c == '\t' || c == '"' || c == '\''; });
    return main;
}

}  // namespace

const std::string* MimeValue::raw(std::string_view name) const noexcept {
    for (const Parameter& parameter : parameters) {
        if (parameter.name == name) {
            return &parameter.value;
        }
    }
    return nullptr;
}

std::optional<std::string> MimeValue::text(std::string_view name,
                                           std::string_view fallback_charset) const {
    for (const Parameter& parameter : parameters) {
        if (parameter.name == name && !parameter.value.empty()) {
            return parameter.extended ? parameter.value
                                      : decode_header_text(parameter.value, fallback_charset);
        }
    }
    return std::nullopt;
}

MimeValue parse_mime_value(std::string_view unfolded) {
    MimeValue result;
    // "text/plain charset=utf-8": the semicolon is forgotten now and then.
    const std::size_t end = std::min(unfolded.find_first_of(";="), unfolded.size());
    std::size_t main_end = end;
    if (end < unfolded.size() && unfolded[end] == '=') {
        main_end = std::min(base::trim(unfolded.substr(0, end)).find_last_of(" \t"), end);
    }
    const std::size_t comment = unfolded.substr(0, main_end).find('(');
    result.main = clean_main(unfolded.substr(0, std::min(main_end, comment)));

    const std::vector<Written> written = take_parameters(unfolded.substr(main_end));
    std::map<std::string, std::vector<const Written*>> pieces;
    for (const Written& parameter : written) {
        if (parameter.percent || parameter.index) {
            pieces[parameter.name].push_back(&parameter);
        }
    }
    // The forms of RFC 2231 come first: they win over the plain one.
    for (const auto& [name, its_pieces] : pieces) {
        result.parameters.push_back(join(name, its_pieces));
    }
    for (const Written& parameter : written) {
        if (!parameter.percent && !parameter.index) {
            result.parameters.push_back({parameter.name, parameter.value, false});
        }
    }
    return result;
}

}  // namespace mbx::convert
