#include "convert/header_block.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace mbx::convert {
namespace {

constexpr std::string_view kMailFieldNames[] = {
    "apparently-to",
    "authentication-results",
    "bcc",
    "cc",
    "comments",
    "date",
    "delivered-to",
    "dkim-signature",
    "envelope-to",
    "errors-to",
    "expires",
    "from",
    "importance",
    "in-reply-to",
    "keywords",
    "lines",
    "mailing-list",
    "message-id",
    "mime-version",
    "organization",
    "precedence",
    "priority",
    "received",
    "received-spf",
    "references",
    "reply-to",
    "return-path",
    "sender",
    "status",
    "subject",
    "thread-index",
    "thread-topic",
    "to",
    "user-agent",
    "autocrypt",
    "disposition-notification-to",
};
constexpr std::string_view kMailFieldPrefixes[] = {"x-", "content-", "list-", "resent-", "arc-"};

constexpr bool is_name_character(char c) {
    return c > 32 && c < 127 && c != ':';
}

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

}  // namespace

HeaderLine classify_header_line(std::string_view line) {
    if (line.empty() || line[0] == '\n' || line.substr(0, 2) == "\r\n" || line == "\r") {
        return HeaderLine::Blank;
    }
    if (is_blank(line[0])) {
        return HeaderLine::Continuation;
    }
    return field_name(line).empty() ? HeaderLine::Garbage : HeaderLine::Field;
}

std::string_view field_name(std::string_view line) {
    const auto* const end = std::find_if_not(line.begin(), line.end(), is_name_character);
    const auto* const colon = std::find_if_not(end, line.end(), is_blank);
    if (end == line.begin() || colon == line.end() || *colon != ':') {
        return {};
    }
    return line.substr(0, static_cast<std::size_t>(end - line.begin()));
}

bool is_mail_field_name(std::string_view name) {
    const auto equal = [&](std::string_view known) {
        return base::equals_ignore_case(known, name);
    };
    const auto begins = [&](std::string_view prefix) {
        return base::starts_with_ignore_case(name, prefix);
    };
    return std::any_of(std::begin(kMailFieldNames), std::end(kMailFieldNames), equal) ||
           std::any_of(std::begin(kMailFieldPrefixes), std::end(kMailFieldPrefixes), begins);
}

HeaderBlock::HeaderBlock(std::string text) : text_(std::move(text)) {
    bool in_field = false;
    for (std::size_t begin = 0; begin < text_.size();) {
        const std::size_t newline = text_.find('\n', begin);
        const std::size_t end = newline == std::string::npos ? text_.size() : newline + 1;
        const std::string_view line = std::string_view(text_).substr(begin, end - begin);
        switch (classify_header_line(line)) {
            case HeaderLine::Field: {
                const std::size_t name_size = field_name(line).size();
                fields_.push_back({begin, name_size, text_.find(':', begin + name_size) + 1, end});
                in_field = true;
                break;
            }
            case HeaderLine::Continuation:
                if (in_field) {
                    fields_.back().end = end;
                }
                break;
            case HeaderLine::Blank:
            case HeaderLine::Garbage:
                in_field = false;
                break;
        }
        begin = end;
    }
}

std::string_view HeaderBlock::name(std::size_t index) const {
    return std::string_view(text_).substr(fields_[index].begin, fields_[index].name_size);
}

std::string_view HeaderBlock::value(std::size_t index) const {
    const Field& field = fields_[index];
    return std::string_view(text_).substr(field.value, field.end - field.value);
}

const HeaderBlock::Field* HeaderBlock::find(std::string_view name) const {
    for (const Field& field : fields_) {
        if (field.name_size == name.size() &&
            base::equals_ignore_case(std::string_view(text_).substr(field.begin, field.name_size),
                                     name)) {
            return &field;
        }
    }
    return nullptr;
}

std::optional<std::string> HeaderBlock::first(std::string_view name) const {
    const Field* field = find(name);
    return field != nullptr ? std::optional(unfold(std::string_view(text_).substr(
                                  field->value, field->end - field->value)))
                            : std::nullopt;
}

std::vector<std::string> HeaderBlock::all(std::string_view name) const {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (base::equals_ignore_case(this->name(i), name)) {
            values.push_back(unfold(value(i)));
        }
    }
    return values;
}

bool HeaderBlock::contains(std::string_view name) const {
    return find(name) != nullptr;
}

std::string_view HeaderBlock::raw_field(std::string_view name) const {
    const Field* field = find(name);
    return field != nullptr
               ? std::string_view(text_).substr(field->begin, field->end - field->begin)
               : std::string_view();
}

std::string unfold(std::string_view value) {
    std::string result;
    result.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool line_end =
            c == '\n' || (c == '\r' && i + 1 < value.size() && value[i + 1] == '\n');
        if (!line_end) {
            const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
            result += control ? ' ' : c;
        }
    }
    return std::string(base::trim(result));
}

}  // namespace mbx::convert
