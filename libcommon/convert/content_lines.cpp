#include "convert/content_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kLongestLine = 75;

void append_folded(std::string& to, std::string_view line) {
    std::size_t room = kLongestLine;
    while (!line.empty()) {
        std::string_view rest = line;
        while (!rest.empty()) {
            std::string_view after = rest;
            base::take_utf8(after);
            if (line.size() - after.size() > room) {
                break;
            }
            rest = after;
        }
        to += line.substr(0, line.size() - rest.size());
        to += "\r\n";
        line = rest;
        if (!line.empty()) {
            to += ' ';
            room = kLongestLine - 1;
        }
    }
}

/// Parameter values may hold neither quotes nor control characters.
std::string parameter_value(std::string_view value) {
    std::string clean;
    for (const char c : value) {
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
            clean += c == '"' ? '\'' : c;
        }
    }
    return clean.find_first_of(":;,") != std::string::npos ? fmt::format("\"{}\"", clean) : clean;
}

/// What is no text for a line: control characters.
std::string one_line(std::string_view value) {
    std::string clean(value);
    std::erase_if(clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    return clean;
}

}  // namespace

std::string escape_line_text(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' || c == ';' || c == ',') {
            result += '\\';
            result += c;
        } else if (c == '\n' || c == '\r') {
            result += "\\n";
            i += c == '\r' && i + 1 < text.size() && text[i + 1] == '\n' ? 1 : 0;
        } else if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) {
            result += c;
        }
    }
    return result;
}

void ContentLines::put(std::string_view name, std::string_view value,
                       const std::vector<LineParameter>& parameters) {
    std::string line(name);
    for (const LineParameter& parameter : parameters) {
        line += fmt::format(";{}={}", parameter.name, parameter_value(parameter.value));
    }
    append_folded(text_, line + ":" + one_line(value));
}

void ContentLines::put_text(std::string_view name, std::string_view text,
                            const std::vector<LineParameter>& parameters) {
    if (!text.empty()) {
        put(name, escape_line_text(text), parameters);
    }
}

void ContentLines::put_fields(std::string_view name, const std::vector<std::string>& fields,
                              const std::vector<LineParameter>& parameters) {
    std::string value;
    bool any = false;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        value += (i > 0 ? ";" : "") + escape_line_text(fields[i]);
        any = any || !fields[i].empty();
    }
    if (any) {
        put(name, value, parameters);
    }
}

void ContentLines::put_list(std::string_view name, const std::vector<std::string>& texts) {
    std::string value;
    for (const std::string& text : texts) {
        value += (value.empty() ? "" : ",") + escape_line_text(text);
    }
    if (!value.empty()) {
        put(name, value);
    }
}

}  // namespace mbx::convert
