#include "base/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <memory>
#include <system_error>
#include <vector>

#include "base/charset_runs.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::base {
namespace {

struct CodePageName {
    std::uint32_t code_page;
    std::string_view charset;  // the preferred MIME name
    const char* iconv_name;    // what decodes mail that says so, unless runs_of() does; often a
                               // superset
};

// The first row of a page gives its MIME name.
constexpr CodePageName kPages[] = {
    {65001, "utf-8", "UTF-8"},
    {20127, "us-ascii", "ASCII"},
    {1250, "windows-1250", "CP1250"},
    {1251, "windows-1251", "CP1251"},
    {1252, "windows-1252", "CP1252"},
    {1253, "windows-1253", "CP1253"},
    {1254, "windows-1254", "CP1254"},
    {1255, "windows-1255", "CP1255"},
    {1256, "windows-1256", "CP1256"},
    {1257, "windows-1257", "CP1257"},
    {1258, "windows-1258", "CP1258"},
    {874, "windows-874", "CP874"},
    {932, "shift_jis", "CP932"},
    {936, "gb2312", "GB18030"},
    {949, "ks_c_5601-1987", "CP949"},
    {950, "big5", "CP950"},
    {1361, "johab", "JOHAB"},
    {28591, "iso-8859-1", "CP1252"},
    {28592, "iso-8859-2", "ISO-8859-2"},
    {28593, "iso-8859-3", "ISO-8859-3"},
    {28594, "iso-8859-4", "ISO-8859-4"},
    {28595, "iso-8859-5", "ISO-8859-5"},
    {28596, "iso-8859-6", "ISO-8859-6"},
    {28597, "iso-8859-7", "ISO-8859-7"},
    {28598, "iso-8859-8", "ISO-8859-8"},
    {38598, "iso-8859-8-i", "ISO-8859-8"},
    {28599, "iso-8859-9", "CP1254"},
    {28603, "iso-8859-13", "ISO-8859-13"},
    {28605, "iso-8859-15", "ISO-8859-15"},
    {20866, "koi8-r", "KOI8-R"},
    {21866, "koi8-u", "KOI8-U"},
    {50220, "iso-2022-jp", "ISO-2022-JP"},
    {50221, "iso-2022-jp", "ISO-2022-JP"},
    {50222, "iso-2022-jp", "ISO-2022-JP"},
    {50225, "iso-2022-kr", "ISO-2022-KR"},
    {51932, "euc-jp", "EUC-JP"},
    {51949, "euc-kr", "CP949"},
    {52936, "hz-gb-2312", "HZ"},
    {54936, "gb18030", "GB18030"},
    {10000, "macintosh", "MACINTOSH"},
    {10007, "x-mac-cyrillic", "MAC-CYRILLIC"},
    {437, "ibm437", "CP437"},
    {850, "ibm850", "CP850"},
    {852, "ibm852", "CP852"},
    {855, "ibm855", "CP855"},
    {857, "ibm857", "CP857"},
    {862, "ibm862", "CP862"},
    {866, "ibm866", "CP866"},
    {1200, "utf-16le", "UTF-16LE"},
    {1201, "utf-16be", "UTF-16BE"},
    {65000, "utf-7", "UTF-7"},
};

struct CharsetAlias {
    std::string_view name;
    std::uint32_t code_page;
};

// Beside the names of the pages and those that are a page's number. same_name() compares, and an
// "x-" in front is not looked at.
constexpr CharsetAlias kAliases[] = {
    {"unicode-1-1-utf-8", 65001},
    {"ascii", 20127},
    {"ansi_x3.4-1968", 20127},
    {"us", 20127},
    {"ansi_x3.110-1983", 28591},
    {"latin1", 28591},
    {"latin2", 28592},
    {"iso-8859-8-e", 28598},
    {"visual", 28598},
    {"logical", 38598},
    {"latin9", 28605},
    {"tis-620", 874},
    {"iso-8859-11", 874},
    {"ms_kanji", 932},
    {"sjis", 932},
    {"windows-31j", 932},
    {"gbk", 936},
    {"gb_2312-80", 936},
    {"ks_c_5601", 949},
    {"uhc", 949},
    {"big5-hkscs", 950},
    {"cn-big5", 950},
    {"chinesebig5", 950},
    {"iso-2022-jp-1", 50220},
    {"iso-2022-jp-ms", 50220},
    {"csiso2022jp", 50220},
    {"eucjp-ms", 51932},
    {"mac", 10000},
    {"mac-roman", 10000},
};

const CodePageName* find_page(std::uint32_t code_page) noexcept {
    for (const CodePageName& page : kPages) {
        if (page.code_page == code_page) {
            return &page;
        }
    }
    return nullptr;
}

std::string normalized(std::string_view charset) {
    std::string name = ascii_lower(trim(charset));
    std::erase_if(name, [](char c) { return c == '"' || c == '\'' || c == ' '; });
    return name;
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Equal but for punctuation: "utf8", "iso8859_1". Both in lower case.
bool same_name(std::string_view a, std::string_view b) {
    for (;;) {
        while (!a.empty() && !is_alphanumeric(a.front())) {
            a.remove_prefix(1);
        }
        while (!b.empty() && !is_alphanumeric(b.front())) {
            b.remove_prefix(1);
        }
        if (a.empty() || b.empty() || a.front() != b.front()) {
            return a.empty() && b.empty();
        }
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
}

/// Of a name that is the page's number: "cp1251", "win-1251", "windows-cp1251", "ibm866".
std::optional<std::uint32_t> page_by_number(std::string_view name) {
    constexpr std::string_view kPrefixes[] = {"",   "cp",    "win", "windows", "windows-cp",
                                              "ms", "ms-cp", "ibm", "dos",     "ansi"};
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    const bool is_prefix = std::any_of(
        std::begin(kPrefixes), std::end(kPrefixes),
        [&](std::string_view prefix) { return same_name(prefix, name.substr(0, digits)); });
    std::uint32_t page = 0;
    const auto parsed = std::from_chars(name.data() + digits, name.data() + name.size(), page);
    return is_prefix && parsed.ec == std::errc() && find_page(page) != nullptr ? std::optional(page)
                                                                               : std::nullopt;
}

class Iconv {
  public:
    Iconv(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
    ~Iconv() {
        if (valid()) {
            iconv_close(handle_);
        }
    }
    Iconv(const Iconv&) = delete;
    Iconv& operator=(const Iconv&) = delete;

    bool valid() const noexcept {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv(3) says so
        return handle_ != reinterpret_cast<iconv_t>(-1);
    }

    /// Converts all of it; where it cannot, calls on_bad(rest, result), which says how many bytes
    /// to leave out, 0 to give up. A shift state ends there.
    template <typename OnBad>
    std::optional<std::string> convert(std::string_view input, OnBad on_bad) {
        std::string result;
        std::array<char, 4096> buffer{};
        auto* in = const_cast<char*>(input.data());  // iconv(3) does not write there
        std::size_t in_left = input.size();
        bool flushing = false;
        for (;;) {
            char* out = buffer.data();
            std::size_t out_left = buffer.size();
            const std::size_t status =
                iconv(handle_, flushing ? nullptr : &in, &in_left, &out, &out_left);
            const int error_number = errno;
            result.append(buffer.data(), buffer.size() - out_left);
            if (status != static_cast<std::size_t>(-1)) {
                if (flushing) {
                    return result;
                }
                flushing = true;
            } else if (error_number != E2BIG) {
                put_held(result);
                const std::size_t bad = on_bad(std::string_view(in, in_left), result);
                if (bad == 0) {
                    return std::nullopt;
                }
                in += std::min(bad, in_left);
                in_left -= std::min(bad, in_left);
                flushing = in_left == 0;
            }
        }
    }

  private:
    /// The character before the bad one, where iconv has waited for a mark that combines with it.
    void put_held(std::string& result) {
        std::array<char, 64> buffer{};
        char* out = buffer.data();
        std::size_t out_left = buffer.size();
        iconv(handle_, nullptr, nullptr, &out, &out_left);
        result.append(buffer.data(), buffer.size() - out_left);
    }

    iconv_t handle_;
};

std::string iconv_name(std::string_view charset) {
    const auto page = code_page_of_charset(charset);
    const CodePageName* row = page ? find_page(*page) : nullptr;
    return row != nullptr ? row->iconv_name : normalized(charset);
}

/// Of charsets that iconv does not decode, or not as Microsoft's pages do; nullopt for any other.
std::optional<std::vector<CharsetRun>> runs_of(std::string_view bytes, std::string_view charset) {
    switch (code_page_of_charset(charset).value_or(0)) {
        case 50220:
            return runs_of_iso_2022_jp(bytes);
        case 50225:
            return runs_of_iso_2022_kr(bytes);
        case 51932:
            return runs_of_euc_jp(bytes);
        case 52936:
            return runs_of_hz(bytes);
        default:
            return std::nullopt;
    }
}

bool is_lead_byte(unsigned char c, std::uint32_t page) {
    switch (page) {
        case 932:
            return (c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC);
        case 936:
        case 949:
        case 950:
        case 1361:
        case 51949:
        case 54936:
            return c >= 0x81 && c <= 0xFE;
        default:
            return false;
    }
}

/// How many bytes the character takes that iconv has found no meaning for, so that what follows it
/// is read from its beginning.
std::size_t size_of_unknown(std::string_view rest, std::uint32_t page) {
    if (page == 1200 || page == 1201) {
        return 2;
    }
    if (page == 51932 && rest.starts_with('\x8F')) {  // JIS X 0212
        return 3;
    }
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    const bool pair = rest.size() > 1 && is_lead_byte(byte(0), page) && byte(1) >= 0x40 &&
                      byte(1) != 0x7F && byte(1) != 0xFF;
    return pair ? 2 : 1;
}

std::optional<std::string> decode(Iconv& converter, std::string_view bytes,
                                  std::string_view charset) {
    if (!converter.valid()) {
        return std::nullopt;
    }
    const std::uint32_t page = code_page_of_charset(charset).value_or(0);
    return converter.convert(bytes, [&](std::string_view rest, std::string& result) {
        result += "\xEF\xBF\xBD";
        return size_of_unknown(rest, page);
    });
}

std::optional<std::string> decode_runs(const std::vector<CharsetRun>& runs) {
    std::map<std::string_view, Iconv> converters;
    std::string result;
    for (const CharsetRun& run : runs) {
        const auto it = converters.try_emplace(run.iconv_name, "UTF-8", run.iconv_name).first;
        const auto text = decode(it->second, run.bytes, run.iconv_name);
        if (!text) {
            return std::nullopt;
        }
        result += *text;
    }
    return result;
}

/// Without a meaning, controls, and what everybody makes up for himself (U+E000 to U+F8FF).
std::size_t count_unknown(std::string_view utf8) {
    const std::u16string units = utf16_from_utf8(utf8);
    return static_cast<std::size_t>(std::count_if(units.begin(), units.end(), [](char16_t unit) {
        return unit == 0xFFFD || (unit >= 0x80 && unit < 0xA0) ||
               (unit >= 0xE000 && unit <= 0xF8FF);
    }));
}

/// Page 950 where it knows all characters. It has neither Hong Kong's nor the Japanese ones of
/// ETEN, which are sent as big5 all the same.
std::optional<std::string> decode_big5(std::string_view bytes) {
    Iconv microsoft("UTF-8", "CP950");
    auto text = decode(microsoft, bytes, "big5");
    const std::size_t unknown = text ? count_unknown(*text) : 0;
    if (unknown > 0) {
        Iconv hong_kong("UTF-8", "BIG5-HKSCS");
        auto other = decode(hong_kong, bytes, "big5");
        if (other && count_unknown(*other) < unknown) {
            return other;
        }
    }
    return text;
}

}  // namespace

std::optional<std::string> decode_charset(std::string_view bytes, std::string_view charset) {
    if (const auto runs = runs_of(bytes, charset)) {
        return decode_runs(*runs);
    }
    const std::string from = iconv_name(charset);
    if (from == "CP950") {
        return decode_big5(bytes);
    }
    if (from == "UTF-8" || (from == "ASCII" && is_ascii(bytes))) {
        return is_valid_utf8(bytes) ? std::string(bytes) : utf8_from_utf16(utf16_from_utf8(bytes));
    }
    Iconv converter("UTF-8", from.c_str());
    return from.empty() ? std::nullopt : decode(converter, bytes, charset);
}

std::optional<std::string> encode_charset(std::string_view utf8, std::string_view charset) {
    const auto page = code_page_of_charset(charset);
    // These are read as a superset of theirs, but must be written as what they are.
    const std::string to = page == 28591U   ? "ISO-8859-1"
                           : page == 28599U ? "ISO-8859-9"
                           : page == 936U   ? "GBK"
                                            : iconv_name(charset);
    Iconv converter(to.c_str(), "UTF-8");
    if (to.empty() || !converter.valid()) {
        return std::nullopt;
    }
    return converter.convert(utf8, [](std::string_view, std::string&) { return std::size_t{0}; });
}

std::string decode_code_page(std::string_view bytes, std::uint32_t code_page) {
    if (const CodePageName* page = find_page(code_page)) {
        if (auto text = decode_charset(bytes, page->charset)) {
            return *std::move(text);
        }
    }
    return is_valid_utf8(bytes) ? std::string(bytes)
                                : decode_charset(bytes, "windows-1252").value_or(std::string());
}

std::optional<std::string_view> charset_of_code_page(std::uint32_t code_page) noexcept {
    const CodePageName* page = find_page(code_page);
    return page != nullptr ? std::optional(page->charset) : std::nullopt;
}

std::optional<std::uint32_t> code_page_of_charset(std::string_view charset) {
    const std::string lower = normalized(charset);
    std::string_view name = std::string_view(lower).substr(0, lower.find(':'));  // ":1987"
    name.remove_prefix(name.starts_with("x-") ? 2 : 0);
    for (const CodePageName& page : kPages) {
        const std::string_view known = page.charset;
        if (same_name(known.starts_with("x-") ? known.substr(2) : known, name)) {
            return page.code_page;
        }
    }
    for (const CharsetAlias& alias : kAliases) {
        if (same_name(alias.name, name)) {
            return alias.code_page;
        }
    }
    return page_by_number(name);
}

}  // namespace mbx::base
