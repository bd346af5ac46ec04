#include "convert/part_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/charset.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/encoded_word.hpp"

namespace mbx::convert {
namespace {

constexpr std::uint32_t kUtf8 = 65001;
constexpr std::uint32_t kAscii = 20127;
constexpr std::uint32_t kLatin1 = 28591;
constexpr std::uint32_t kLatin5 = 28599;
constexpr std::uint32_t kWindows1252 = 1252;
constexpr std::uint32_t kWindows1254 = 1254;
constexpr std::uint32_t kBig5 = 950;
constexpr std::uint32_t kGbk = 936;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Pages that mail may name but that a message object must not have.
bool is_unfit_for_outlook(std::uint32_t page) {
    return page == 1200 || page == 1201 || page == 65000;
}

std::uint32_t guessed_page(std::string_view bytes) {
    return base::is_ascii(bytes) ? kAscii : base::is_valid_utf8(bytes) ? kUtf8 : kWindows1252;
}

// Bytes 80..9F of "iso-8859-1" are meant as windows-1252, those of "iso-8859-9" as windows-1254.
bool has_c1_bytes(std::string_view bytes) {
    return std::any_of(bytes.begin(), bytes.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xE0U) == 0x80U; });
}

// The page that the bytes are in; nullopt when the charset has none.
std::optional<std::uint32_t> page_of(std::string_view bytes, std::string_view charset) {
    const auto page = base::code_page_of_charset(charset);
    if (!page) {
        return std::nullopt;
    }
    if (*page == kAscii) {
        return guessed_page(bytes);
    }
    if (*page == kLatin5 && has_c1_bytes(bytes)) {
        return kWindows1254;
    }
    return *page == kLatin1 && has_c1_bytes(bytes) ? kWindows1252 : *page;
}

// The page of HTML whose declared charset, when there is one, says more than us-ascii.
std::uint32_t html_page(std::string_view bytes, std::string_view charset) {
    const std::uint32_t kNone = 0;
    if (const std::uint32_t page = page_of(bytes, charset).value_or(kNone); page != kNone) {
        return page;
    }
    const bool is_utf8 = !base::is_ascii(bytes) && base::is_valid_utf8(bytes);
    if (bytes.starts_with(kUtf8Mark) || (is_utf8 && !charset.empty())) {
        return kUtf8;
    }
    // A <meta> that says UTF-16 cannot be read and be right.
    const std::uint32_t named = page_of(bytes, meta_charset(bytes)).value_or(kNone);
    return named == kNone || is_unfit_for_outlook(named) ? guessed_page(bytes) : named;
}

std::string clean_plain(std::string_view utf8) {
    if (utf8.starts_with(kUtf8Mark)) {
        utf8.remove_prefix(kUtf8Mark.size());
    }
    std::string result;
    result.reserve(utf8.size() + utf8.size() / 32);
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t stop = utf8.find_first_of(std::string_view("\n\0", 2), at);
        result += utf8.substr(at, stop - at);
        if (stop == std::string_view::npos) {
            break;
        }
        if (utf8[stop] == '\n') {
            result += result.ends_with('\r') ? "\n" : "\r\n";
        }
        at = stop + 1;
    }
    return result;
}

}  // namespace

PlainText plain_text(std::string_view bytes, std::string_view charset) {
    const std::uint32_t page =
        charset.empty() ? guessed_page(bytes) : page_of(bytes, charset).value_or(kUtf8);
    const std::string utf8 = page == kUtf8 || page == kAscii || is_unfit_for_outlook(page)
                                 ? decode_in_charset(bytes, charset)
                                 : base::decode_code_page(bytes, page);
    return {clean_plain(utf8), is_unfit_for_outlook(page) ? kUtf8 : page};
}

HtmlText html_text(std::string_view bytes, std::string_view charset) {
    const bool declared = !charset.empty() && base::code_page_of_charset(charset) != kAscii;
    if (declared && !base::code_page_of_charset(charset)) {
        // A charset without a code page, which iconv may know.
        if (auto utf8 = base::decode_charset(bytes, charset)) {
            return {*std::move(utf8), kUtf8};
        }
    }
    const std::uint32_t page = html_page(bytes, declared ? charset : std::string_view());
    if (page == kBig5 || page == kGbk) {
        // Hong Kong's characters, and those of four bytes that GB 18030 has, are not in the page
        // that Outlook reads it with.
        std::string utf8 = base::decode_code_page(bytes, page);
        const bool is_whole = utf8.find(kReplacement) == std::string::npos;
        if (is_whole && !base::encode_charset(utf8, page == kBig5 ? "big5" : "gb2312")) {
            return {std::move(utf8), kUtf8};
        }
    }
    return is_unfit_for_outlook(page) ? HtmlText{decode_in_charset(bytes, charset), kUtf8}
                                      : HtmlText{std::string(bytes), page};
}

std::string meta_charset(std::string_view html) {
    const std::string head = base::ascii_lower(html.substr(0, kLookedAtForMeta));
    for (std::size_t at = 0; (at = head.find("<meta", at)) != std::string::npos;) {
        const std::size_t end = std::min(head.find('>', at), head.size());
        const std::string_view element = std::string_view(head).substr(at, end - at);
        const std::size_t name = element.find("charset");
        const std::size_t begin = name == std::string_view::npos
                                      ? name
                                      : element.find_first_not_of(" =\t\r\n\"'", name + 7);
        if (begin != std::string_view::npos) {
            return std::string(
                element.substr(begin, element.find_first_of(" \t\r\n\"';/", begin) - begin));
        }
        at = end;
    }
    return {};
}

std::string enriched_to_plain(std::string_view utf8) {
    std::string result;
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t open = std::min(utf8.find('<', at), utf8.size());
        result += utf8.substr(at, open - at);
        if (open == utf8.size()) {
            break;
        }
        if (utf8.substr(open, 2) == "<<") {
            result += '<';
            at = open + 2;
            continue;
        }
        const std::size_t close = utf8.find('>', open);
        if (close == std::string_view::npos) {
            result += utf8.substr(open);
            break;
        }
        if (base::equals_ignore_case(utf8.substr(open, close + 1 - open), "<nl>")) {
            result += "\r\n";
        }
        at = close + 1;
    }
    return result;
}

}  // namespace mbx::convert
