#include "convert/html_charset.hpp"

#include <algorithm>

#include "base/charset.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::convert {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kHeadSize = 64 * 1024;  // <meta> is looked for so far

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::size_t find_ignore_case(std::string_view text, std::string_view wanted, std::size_t from) {
    const auto it =
        std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())),
                    text.end(), wanted.begin(), wanted.end(), [](char a, char b) {
                        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
                    });
    return it == text.end() ? std::string_view::npos : static_cast<std::size_t>(it - text.begin());
}

/// Where the value of charset= stands inside the next <meta> from `from` on.
std::optional<Range> next_meta_charset(std::string_view html, std::size_t from) {
    const std::string_view head = html.substr(0, kHeadSize);
    while (from < head.size()) {
        const std::size_t meta = find_ignore_case(head, "<meta", from);
        if (meta == std::string_view::npos) {
            break;
        }
        const std::size_t meta_end = std::min(head.find('>', meta), head.size());
        const std::size_t name = find_ignore_case(head.substr(0, meta_end), "charset", meta);
        from = meta_end;
        if (name == std::string_view::npos) {
            continue;
        }
        std::size_t begin = head.find_first_not_of(" \t\r\n", name + 7);
        if (begin == std::string_view::npos || head[begin] != '=') {
            continue;
        }
        begin = head.find_first_not_of(" \t\r\n\"'", begin + 1);
        const std::size_t end =
            begin == std::string_view::npos ? begin : head.find_first_of(" \t\r\n\"';/>", begin);
        if (end != std::string_view::npos && end > begin) {
            return Range{begin, end};
        }
    }
    return std::nullopt;
}

bool is_valid(std::string_view html, std::uint32_t page) {
    const std::string text = base::decode_code_page(html, page);
    // Hong Kong's characters are read in page 950, which has none of them.
    return text.find(kReplacement) == std::string::npos &&
           (page != 950 || base::encode_charset(text, "big5"));
}

/// nullopt when the bytes are not valid in the page, or nothing that HTML is sent in.
std::optional<EncodedText> as_they_are(std::string_view html, std::uint32_t page) {
    const auto charset = base::charset_of_code_page(page);
    const bool unusual = page == 1200 || page == 1201 || page == 65000 || page == 52936;
    if (!charset || unusual || html.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    if (page == 20127) {
        return base::is_ascii(html) ? std::optional(EncodedText{std::string(html), "us-ascii"})
                                    : std::nullopt;
    }
    const bool valid = page == 65001 ? base::is_valid_utf8(html) : is_valid(html, page);
    return valid ? std::optional(EncodedText{std::string(html), std::string(*charset)})
                 : std::nullopt;
}

EncodedText in_utf8(std::string_view html, std::uint32_t page) {
    const std::string text = base::decode_code_page(html, page);
    return {with_meta_charset(text, "utf-8"), "utf-8"};
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size())) {
        ++found;
    }
    return found;
}

/// A page in which most of the characters are whole: cut-off text is common in spam and in quoted
/// mail, a byte that a page does not define in old mail, and any other page would garble all of it.
/// 1252 is not asked, since it is what remains when nothing fits.
std::optional<EncodedText> with_some_errors(std::string_view html, std::uint32_t page) {
    constexpr std::uint32_t kNotAsked[] = {1200, 1201, 1252, 20127, 28591, 65000};
    if (!base::charset_of_code_page(page) ||
        std::find(std::begin(kNotAsked), std::end(kNotAsked), page) != std::end(kNotAsked)) {
        return std::nullopt;
    }
    const std::string text = base::decode_code_page(html, page);
    const std::size_t broken = count(text, kReplacement);
    const std::u16string units = base::utf16_from_utf8(text);
    const auto beyond_ascii = static_cast<std::size_t>(
        std::count_if(units.begin(), units.end(), [](char16_t unit) { return unit >= 0x80; }));
    return beyond_ascii > 2 * broken
               ? std::optional(EncodedText{with_meta_charset(text, "utf-8"), "utf-8"})
               : std::nullopt;
}

/// No page is stated in which all bytes are valid.
EncodedText guess(std::string_view html, const StatedPages& pages) {
    if (html.starts_with(kByteOrderMark)) {
        return in_utf8(html.substr(kByteOrderMark.size()), 65001);
    }
    if (html.starts_with("\xFF\xFE") || html.starts_with("\xFE\xFF")) {
        return in_utf8(html.substr(2), html.starts_with("\xFF\xFE") ? 1200 : 1201);
    }
    const bool ascii = base::is_ascii(html);
    const bool utf8 = base::is_valid_utf8(html);
    if (ascii || !utf8) {  // ASCII: with escape sequences
        if (auto result = with_some_errors(html, pages.internet)) {
            return *std::move(result);
        }
    }
    std::optional<std::uint32_t> meta_page;
    if (const auto meta = html_meta_charset(html)) {
        meta_page = base::code_page_of_charset(*meta);
        auto result = meta_page ? as_they_are(html, *meta_page) : std::nullopt;
        if (result) {
            return *std::move(result);
        }
    }
    if (ascii) {
        return {std::string(html), "us-ascii"};
    }
    if (utf8) {
        return {with_meta_charset(html, "utf-8"), "utf-8"};
    }
    if (auto result = with_some_errors(html, meta_page.value_or(0))) {
        return *std::move(result);
    }
    auto result = pages.message != 65001 ? as_they_are(html, pages.message) : std::nullopt;
    return result ? *std::move(result) : in_utf8(html, 1252);
}

}  // namespace

EncodedText encode_html(std::string_view html, const StatedPages& pages) {
    // Half of the bytes NUL: UTF-16 that someone stored with any page.
    if (pages.internet == 1200 || (html.size() >= 4 && html[1] == '\0' && html[3] == '\0')) {
        if (html.size() >= 2 && html[1] == '\0') {
            return in_utf8(html, 1200);
        }
    }
    const std::size_t end = html.find_last_not_of('\0');
    html = html.substr(0, end == std::string_view::npos ? 0 : end + 1);
    auto result = as_they_are(html, pages.internet);
    if (result && result->charset == "utf-8" && html.starts_with(kByteOrderMark)) {
        result->bytes.erase(0, kByteOrderMark.size());
    }
    return result ? *std::move(result) : guess(html, pages);
}

std::string decode_html(const EncodedText& html) {
    return base::decode_charset(html.bytes, html.charset).value_or(html.bytes);
}

EncodedText encode_plain(std::string_view utf8, const StatedPages& pages) {
    if (base::is_ascii(utf8)) {
        return {std::string(utf8), "us-ascii"};
    }
    const auto charset = base::charset_of_code_page(pages.internet);
    // Readers take the controls of ISO 8859 for windows-1252.
    const bool has_controls = std::adjacent_find(utf8.begin(), utf8.end(), [](char a, char b) {
                                  return a == '\xC2' && static_cast<unsigned char>(b) < 0xA0;
                              }) != utf8.end();
    const bool usual = !has_controls && pages.internet != 1200 && pages.internet != 1201 &&
                       pages.internet != 65000 && pages.internet != 52936 &&
                       pages.internet != 20127;
    if (charset && usual && pages.internet != 65001) {
        if (auto bytes = base::encode_charset(utf8, *charset)) {
            return {*std::move(bytes), std::string(*charset)};
        }
    }
    return {base::utf8_from_utf16(base::utf16_from_utf8(utf8)), "utf-8"};
}

std::optional<std::string> html_meta_charset(std::string_view html) {
    const auto range = next_meta_charset(html, 0);
    return range ? std::optional(
                       base::ascii_lower(html.substr(range->begin, range->end - range->begin)))
                 : std::nullopt;
}

std::string with_meta_charset(std::string_view html, std::string_view charset) {
    std::string result;
    std::size_t copied = 0;
    for (auto range = next_meta_charset(html, 0); range;
         range = next_meta_charset(html, range->end)) {
        result += html.substr(copied, range->begin - copied);
        result += charset;
        copied = range->end;
    }
    result += html.substr(copied);
    return result;
}

}  // namespace mbx::convert
