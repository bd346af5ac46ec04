#include "convert/rtf_tokens.hpp"

#include <algorithm>
#include <charconv>

namespace mbx::convert {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_ignored(char c) {
    return c == '\r' || c == '\n' || c == '\0';
}

}  // namespace

std::optional<RtfToken> RtfTokens::next() {
    while (!rest_.empty() && is_ignored(rest_.front())) {
        rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
        return std::nullopt;
    }
    switch (rest_.front()) {
        case '{':
            rest_.remove_prefix(1);
            return RtfToken{RtfToken::Kind::OpenGroup, {}, {}, 0};
        case '}':
            rest_.remove_prefix(1);
            return RtfToken{RtfToken::Kind::CloseGroup, {}, {}, 0};
        case '\\':
            rest_.remove_prefix(1);
            return take_control();
        default:
            return take_text();
    }
}

RtfToken RtfTokens::take_text() {
    using namespace std::string_view_literals;
    const std::size_t length = std::min(rest_.find_first_of("\\{}\r\n\0"sv), rest_.size());
    const RtfToken token{RtfToken::Kind::Text, rest_.substr(0, length), {}, 0};
    rest_.remove_prefix(length);
    return token;
}

/// Pre: the backslash is taken.
std::optional<RtfToken> RtfTokens::take_control() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const char first = rest_.front();
    if (is_letter(first)) {
        return take_word();
    }
    const std::string_view one = rest_.substr(0, 1);
    rest_.remove_prefix(1);
    switch (first) {
        case '\'':
            return take_byte();
        case '\\':
        case '{':
        case '}':
            return RtfToken{RtfToken::Kind::Text, one, {}, 0};
        case '\r':  // an escaped line end is a paragraph mark
        case '\n':
            return RtfToken{RtfToken::Kind::Word, "par", {}, 0};
        default:
            return RtfToken{RtfToken::Kind::Symbol, {}, {}, first};
    }
}

RtfToken RtfTokens::take_word() {
    const auto letters = std::find_if_not(rest_.begin(), rest_.end(), is_letter);
    RtfToken token{RtfToken::Kind::Word, {rest_.begin(), letters}, {}, 0};
    rest_.remove_prefix(token.text.size());

    const std::size_t sign = !rest_.empty() && rest_.front() == '-' ? 1 : 0;
    std::size_t end = sign;
    while (end < rest_.size() && is_digit(rest_[end])) {
        ++end;
    }
    if (end > sign) {
        std::int32_t value = 0;
        std::from_chars(rest_.data(), rest_.data() + end, value);  // out of range: stays 0
        token.parameter = value;
        rest_.remove_prefix(end);
    }
    if (!rest_.empty() && rest_.front() == ' ') {
        rest_.remove_prefix(1);
    }
    if (token.text == "bin" && token.parameter.value_or(0) > 0) {
        return take_binary(*token.parameter);
    }
    return token;
}

RtfToken RtfTokens::take_byte() {
    unsigned value = 0;
    const std::size_t length = std::min<std::size_t>(2, rest_.size());
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + length, value, 16);
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
    if (parsed.ec != std::errc()) {
        return RtfToken{};  // no text: as if it were not there
    }
    return RtfToken{RtfToken::Kind::Byte, {}, {}, static_cast<char>(value)};
}

RtfToken RtfTokens::take_binary(std::int32_t length) {
    const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(length), rest_.size());
    const RtfToken token{RtfToken::Kind::Binary, rest_.substr(0, size), {}, 0};
    rest_.remove_prefix(size);
    return token;
}

}  // namespace mbx::convert
