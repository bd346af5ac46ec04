#include "convert/html_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/charset.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/html_entities.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kLongestReference = 32;

std::optional<char32_t> number_of(std::string_view digits, int radix) {
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, radix);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    const bool is_character =
        value != 0 && value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF);
    if (!whole || !is_character) {
        return std::nullopt;
    }
    if (value >= 0x80 && value <= 0x9F) {
        // Controls that nobody means: windows-1252 (HTML, 13.2.5.80).
        const std::string byte(1, static_cast<char>(value));
        const std::string text = base::decode_code_page(byte, 1252);
        std::string_view rest = text;
        return base::take_utf8(rest).code_point;
    }
    return value;
}

/// name: what stands between & and ;
std::optional<char32_t> character_of(std::string_view name) {
    if (name.starts_with("#x") || name.starts_with("#X")) {
        return number_of(name.substr(2), 16);
    }
    if (name.starts_with('#')) {
        return number_of(name.substr(1), 10);
    }
    const auto* const found = std::lower_bound(
        std::begin(kHtmlEntities), std::end(kHtmlEntities), name,
        [](const HtmlEntity& entity, std::string_view wanted) { return entity.name < wanted; });
    return found != std::end(kHtmlEntities) && found->name == name
               ? std::optional(found->code_point)
               : std::nullopt;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct Tag {
    std::string name;  // lower case
    bool closing = false;
    std::string_view attributes;
};

std::string attribute(const Tag& tag, std::string_view name) {
    for (std::size_t at = 0; at + name.size() < tag.attributes.size(); ++at) {
        const std::string_view rest = tag.attributes.substr(at);
        if (!base::starts_with_ignore_case(rest, name) || rest[name.size()] != '=') {
            continue;
        }
        std::string_view value = rest.substr(name.size() + 1);
        if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
            const char quote = value.front();
            value.remove_prefix(1);
            return unescape_html(value.substr(0, value.find(quote)));
        }
        return unescape_html(value.substr(0, value.find_first_of(" \t\r\n")));
    }
    return {};
}

class TextMaker {
  public:
    explicit TextMaker(std::string_view html) : rest_(html) {}

    std::string run() && {
        while (!rest_.empty()) {
            const std::size_t end = std::min(rest_.find('<'), rest_.size());
            if (end > 0) {
                put(unescape_html(rest_.substr(0, end)));
            }
            rest_.remove_prefix(end);
            if (!rest_.empty()) {
                take_markup();
            }
        }
        text_.erase(text_.find_last_not_of(" \t\r\n") + 1);
        return text_.empty() ? text_ : text_ + "\r\n";
    }

  private:
    /// Pre: rest_ begins with '<'.
    void take_markup() {
        if (rest_.starts_with("<!--")) {
            skip_past("-->");
        } else if (rest_.size() < 2 || !is_tag_start(rest_[1])) {
            put("<");
            rest_.remove_prefix(1);
        } else {
            take_tag();
        }
    }

    static bool is_tag_start(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
    }

    void skip_past(std::string_view mark) {
        const std::size_t at = rest_.find(mark);
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + mark.size());
    }

    /// The end of a tag is a '>' outside quotes.
    std::size_t tag_end() const {
        char quote = 0;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            const char c = rest_[i];
            if (quote != 0) {
                quote = c == quote ? '\0' : quote;
            } else if (c == '>') {
                return i;
            } else if ((c == '"' || c == '\'') && rest_[i - 1] == '=') {
                quote = c;
            }
        }
        // A quote that nobody closes is no quote.
        return std::min(rest_.find('>'), rest_.size());
    }

    void take_tag() {
        const std::size_t end = tag_end();
        const std::string_view inner = rest_.substr(1, end - 1);
        Tag tag;
        tag.closing = inner.starts_with('/');
        const std::string_view named = inner.substr(tag.closing ? 1 : 0);
        const std::size_t length = std::min(named.find_first_of(" \t\r\n/"), named.size());
        tag.name = base::ascii_lower(named.substr(0, length));
        tag.attributes = named.substr(length);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (!tag.closing && is_one_of(tag.name, {"script", "style", "title"})) {
            skip_element(tag.name);
        } else {
            act(tag);
        }
    }

    /// To the closing tag; an element that nobody closes loses nothing.
    void skip_element(const std::string& name) {
        std::string_view ahead = unclosed_ ? std::string_view() : rest_;
        while (!ahead.empty()) {
            const std::size_t at = ahead.find("</");
            if (at == std::string_view::npos) {
                break;
            }
            ahead.remove_prefix(at + 2);
            if (base::starts_with_ignore_case(ahead, name)) {
                rest_ = ahead;
                skip_past(">");
                return;
            }
        }
        unclosed_ = true;  // searching again and again would take quadratic time
    }

    void act(const Tag& tag) {
        const std::string& name = tag.name;
        if (name == "br") {
            text_ += "\r\n";
            pending_blank_ = false;
        } else if (name == "hr") {
            new_line();
            put("________________________________");
            new_line();
        } else if (name == "p" || (name.size() == 2 && name[0] == 'h' && name[1] >= '1')) {
            blank_line();
        } else if (name == "li" && !tag.closing) {
            new_line();
            put("* ");
        } else if (is_one_of(name, {"td", "th"})) {
            if (tag.closing) {
                pending_blank_ = false;
                text_ += '\t';
            }
        } else if (name == "a") {
            link(tag);
        } else if (name == "pre") {
            new_line();
            preformatted_ = !tag.closing;
            if (preformatted_) {  // a line end right after the tag does not count
                rest_.remove_prefix(rest_.starts_with("\r\n") ? 2
                                    : rest_.starts_with('\n') ? 1
                                                              : 0);
            }
        } else if (is_one_of(name, {"div", "tr", "table", "ul", "ol", "dl", "dt", "dd",
                                    "blockquote", "body", "center", "address", "form", "section",
                                    "article", "header", "footer", "li"})) {
            new_line();
        }
    }

    void link(const Tag& tag) {
        if (!tag.closing) {
            href_ = attribute(tag, "href");
            link_start_ = text_.size();
            return;
        }
        constexpr std::size_t kLongestTarget = 2048;
        const bool worth_naming =
            href_.size() <= kLongestTarget && (base::starts_with_ignore_case(href_, "http:") ||
                                               base::starts_with_ignore_case(href_, "https:") ||
                                               base::starts_with_ignore_case(href_, "ftp:"));
        if (worth_naming && link_start_ <= text_.size()) {
            const std::string_view shown = base::trim(std::string_view(text_).substr(link_start_));
            if (!shown.empty() && href_.find(shown) == std::string::npos) {
                put(" <" + href_ + ">");
            }
        }
        href_.clear();
    }

    void put(std::string_view piece) {
        if (preformatted_) {
            for (const char c : piece) {
                if (c == '\n') {
                    text_ += "\r\n";
                } else if (c != '\r') {
                    text_ += c;
                }
            }
            return;
        }
        for (const char c : piece) {
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                pending_blank_ = true;
                continue;
            }
            if (pending_blank_ && !at_line_start()) {
                text_ += ' ';
            }
            pending_blank_ = false;
            text_ += c;
        }
    }

    bool at_line_start() const {
        return text_.empty() || text_.back() == '\n' || text_.back() == '\t';
    }

    void new_line() {
        pending_blank_ = false;
        if (!text_.empty() && text_.back() != '\n') {
            text_ += "\r\n";
        }
    }

    void blank_line() {
        new_line();
        if (!text_.empty() && !text_.ends_with("\r\n\r\n")) {
            text_ += "\r\n";
        }
    }

    std::string_view rest_;
    std::string text_;
    bool pending_blank_ = false;
    bool preformatted_ = false;
    bool unclosed_ = false;
    std::string href_;
    std::size_t link_start_ = 0;
};

}  // namespace

std::string escape_html(std::string_view text) {
    std::string html;
    html.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            default:
                html += c;
        }
    }
    return html;
}

std::string unescape_html(std::string_view html) {
    std::string text;
    text.reserve(html.size());
    while (!html.empty()) {
        const std::size_t at = std::min(html.find('&'), html.size());
        text += html.substr(0, at);
        html.remove_prefix(at);
        if (html.empty()) {
            break;
        }
        const std::size_t end = html.substr(0, kLongestReference).find(';');
        const auto character =
            end == std::string_view::npos ? std::nullopt : character_of(html.substr(1, end - 1));
        if (character) {
            base::append_utf8(text, *character == 0xA0 ? U' ' : *character);
        } else {
            text += '&';
        }
        html.remove_prefix(character ? end + 1 : 1);
    }
    return text;
}

std::string text_of_html(std::string_view html) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (html.starts_with(kByteOrderMark)) {
        html.remove_prefix(kByteOrderMark.size());
    }
    if (html.find('\0') == std::string_view::npos) {
        return TextMaker(html).run();
    }
    // As browsers do. A body in MAPI would end there.
    std::string without(html);
    std::erase(without, '\0');
    return TextMaker(without).run();
}

std::string html_of_text(std::string_view text) {
    std::string html =
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; "
        "charset=utf-8\">\r\n"
        "</head><body><pre style=\"white-space:pre-wrap\">\r\n";
    return html + escape_html(text) + "\r\n</pre></body></html>\r\n";
}

}  // namespace mbx::convert
