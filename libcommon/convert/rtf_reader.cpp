#include "convert/rtf_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/charset.hpp"
#include "base/utf.hpp"
#include "convert/rtf_tokens.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kDeepestGroup = 500;
constexpr std::size_t kMostFonts = 4096;

/// \fcharsetN. 0: the document's own page.
std::uint32_t page_of_font_charset(std::int32_t charset) {
    switch (charset) {
        case 0:
        case 2:  // symbol: the font's name says what the codes mean
            return 1252;
        case 77:
            return 10000;
        case 128:
            return 932;
        case 129:
            return 949;
        case 130:
            return 1361;
        case 134:
            return 936;
        case 136:
            return 950;
        case 161:
            return 1253;
        case 162:
            return 1254;
        case 163:
            return 1258;
        case 177:
            return 1255;
        case 178:
            return 1256;
        case 186:
            return 1257;
        case 204:
            return 1251;
        case 222:
            return 874;
        case 238:
            return 1250;
        case 254:
            return 437;
        default:
            return 0;
    }
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr auto kSideMatter = std::to_array<std::string_view>({
    "annotation",
    "atnauthor",
    "atndate",
    "atnid",
    "author",
    "bkmkend",
    "bkmkstart",
    "buptim",
    "category",
    "colorschememapping",
    "colortbl",
    "comment",
    "company",
    "creatim",
    "datafield",
    "datastore",
    "do",
    "doccomm",
    "docvar",
    "filetbl",
    "fldinst",
    "fontemb",
    "fontfile",
    "footer",
    "footerf",
    "footerl",
    "footerr",
    "footnote",
    "formfield",
    "ftncn",
    "ftnsep",
    "ftnsepc",
    "generator",
    "header",
    "headerf",
    "headerl",
    "headerr",
    "info",
    "keywords",
    "latentstyles",
    "listoverridetable",
    "listtable",
    "listtext",
    "manager",
    "mailmerge",
    "mmathPr",
    "nonshppict",
    "objalias",
    "objclass",
    "objdata",
    "objname",
    "objsect",
    "objtime",
    "operator",
    "pict",
    "pntext",
    "pntxta",
    "pntxtb",
    "printim",
    "private",
    "revtbl",
    "revtim",
    "rsidtbl",
    "rxe",
    "shpinst",
    "stylesheet",
    "subject",
    "tc",
    "template",
    "themedata",
    "title",
    "txe",
    "userprops",
    "xe",
    "xmlnstbl",
});

}  // namespace

bool is_rtf_side_matter(std::string_view destination) noexcept {
    return std::find(kSideMatter.begin(), kSideMatter.end(), destination) != kSideMatter.end();
}

/// One pass. Bytes are collected until something else comes, since a character may stand in several
/// tokens (\'82\'a0, \'82A).
struct RtfReader::Run {
    RtfReader& reader;
    RtfHandler& handler;
    State state;
    std::vector<State> outer;
    std::size_t too_deep = 0;
    bool starred = false;
    std::string bytes;    // of the current code page, not decoded yet
    std::string decoded;  // text before them
    char16_t high_surrogate = 0;
    std::int32_t to_skip = 0;     // fallback units after \u
    std::int32_t entry_font = 0;  // the font that the font table defines

    void take(const RtfToken& token);
    void open_group();
    void close_group();
    void word(const RtfToken& token);
    bool encoding_word(std::string_view name, std::int32_t value, bool has_value);
    void font_table_word(std::string_view name, std::int32_t value);
    void destination_or_word(const RtfToken& token);
    void add_bytes(std::string_view more);
    void unicode(std::int32_t value);
    void decode_bytes();
    void drop_lone_surrogate();
    void flush();
    void name_font(std::string_view text);
};

void RtfReader::run(std::string_view rtf, RtfHandler& handler) {
    RtfTokens tokens(rtf);
    Run run{*this, handler, {}, {}, 0, false, {}, {}, 0, 0, 0};
    while (const auto token = tokens.next()) {
        run.take(*token);
    }
    run.flush();
    while (!run.outer.empty()) {
        run.close_group();
    }
}

std::uint32_t RtfReader::page_of_font(std::int32_t number) const {
    const auto font = fonts_.find(number);
    return font != fonts_.end() ? font->second.code_page : 0;
}

std::uint32_t RtfReader::document_page() const {
    const std::uint32_t of_font = page_is_stated_ ? 0 : page_of_font(default_font_);
    return of_font != 0 ? of_font : document_page_;
}

std::uint32_t RtfReader::page_of(const State& state) const {
    const std::uint32_t of_font = state.as_document ? 0 : page_of_font(state.font);
    return of_font != 0 ? of_font : document_page();
}

std::string RtfReader::decode(std::string_view bytes, const State& state) const {
    if (base::is_ascii(bytes)) {
        return std::string(bytes);
    }
    const std::uint32_t page = page_of(state);
    std::string text = base::decode_code_page(bytes, page);
    if (page != document_page() && text.find(kReplacement) != std::string::npos) {
        // Some writers name a charset with the font that its text is not in.
        std::string other = base::decode_code_page(bytes, document_page());
        if (other.find(kReplacement) == std::string::npos) {
            return other;
        }
    }
    return text;
}

void RtfReader::Run::take(const RtfToken& token) {
    using Kind = RtfToken::Kind;
    if (too_deep > 0 && token.kind != Kind::OpenGroup && token.kind != Kind::CloseGroup) {
        return;
    }
    switch (token.kind) {
        case Kind::OpenGroup:
            flush();
            open_group();
            break;
        case Kind::CloseGroup:
            flush();
            close_group();
            break;
        case Kind::Word:
            word(token);
            break;
        case Kind::Text:
            add_bytes(token.text);
            break;
        case Kind::Byte:
            add_bytes(std::string_view(&token.character, 1));
            break;
        case Kind::Symbol:
            if (to_skip > 0) {
                --to_skip;
                break;
            }
            flush();
            starred = token.character == '*';
            if (!starred && !state.skipped && !state.in_font_table) {
                handler.symbol(token.character);
            }
            break;
        case Kind::Binary:
            flush();
            if (!state.skipped && !state.in_font_table) {
                handler.binary(token.text);
            }
            break;
    }
}

void RtfReader::Run::open_group() {
    if (too_deep > 0 || outer.size() >= kDeepestGroup) {
        ++too_deep;
        return;
    }
    starred = false;
    outer.push_back(state);
    if (!state.skipped) {
        handler.open_group();
    }
}

void RtfReader::Run::close_group() {
    if (too_deep > 0) {
        --too_deep;
        return;
    }
    starred = false;
    if (outer.empty()) {
        return;
    }
    const bool told = !outer.back().skipped;
    state = outer.back();
    outer.pop_back();
    if (told) {
        handler.close_group();
    }
}

void RtfReader::Run::word(const RtfToken& token) {
    const std::int32_t value = token.parameter.value_or(0);
    if (token.text == "u" && token.parameter) {
        decode_bytes();
        to_skip = 0;
        if (!state.skipped && !state.in_font_table) {
            unicode(value);
        }
        to_skip = state.fallback_length;
        return;
    }
    flush();
    if (!encoding_word(token.text, value, token.parameter.has_value())) {
        destination_or_word(token);
    }
    starred = false;
}

/// The words that say how bytes are to be decoded; these count in skipped groups too.
bool RtfReader::Run::encoding_word(std::string_view name, std::int32_t value, bool has_value) {
    if (name == "uc") {
        state.fallback_length = has_value ? std::clamp(value, 0, 32) : 1;
    } else if (name == "ansicpg") {
        if (value > 0) {
            reader.document_page_ = static_cast<std::uint32_t>(value);
            reader.page_is_stated_ = true;
        }
    } else if (name == "mac" && !reader.page_is_stated_) {
        reader.document_page_ = 10000;
    } else if (name == "pc" && !reader.page_is_stated_) {
        reader.document_page_ = 437;
    } else if (name == "pca" && !reader.page_is_stated_) {
        reader.document_page_ = 850;
    } else if (name == "deff") {
        reader.default_font_ = value;
    } else if (name == "fonttbl") {
        state.in_font_table = true;
    } else if (state.in_font_table) {
        font_table_word(name, value);
    } else if (name == "f") {
        state.font = value;
        return false;  // the handler may want to know it too
    } else if (name == "plain") {
        state.font = -1;
        return false;
    } else {
        return false;
    }
    return true;
}

void RtfReader::Run::font_table_word(std::string_view name, std::int32_t value) {
    if (name == "f") {
        entry_font = value;
        if (reader.fonts_.size() < kMostFonts) {
            reader.fonts_.try_emplace(value);
        }
        return;
    }
    const auto font = reader.fonts_.find(entry_font);
    if (font == reader.fonts_.end() || state.skipped) {
        return;
    }
    if (name == "fcharset" && font->second.code_page == 0) {
        font->second.code_page = page_of_font_charset(value);
    } else if (name == "cpg" && value > 0) {
        font->second.code_page = static_cast<std::uint32_t>(value);
    } else if (starred || is_rtf_side_matter(name)) {
        state.skipped = true;  // {\*\panose ...}, {\*\falt ...}
    }
}

void RtfReader::Run::destination_or_word(const RtfToken& token) {
    if (state.skipped) {
        return;
    }
    switch (handler.destination(token.text, starred)) {
        case RtfDestination::Skip:
            // The group's closing brace is told all the same; it was opened before this word.
            state.skipped = true;
            return;
        case RtfDestination::TakeAsDocument:
            state.as_document = true;
            break;
        case RtfDestination::Take:
        case RtfDestination::None:
            break;
    }
    handler.word(token.text, token.parameter);
}

void RtfReader::Run::add_bytes(std::string_view more) {
    if (to_skip > 0) {
        const std::size_t skip = std::min(more.size(), static_cast<std::size_t>(to_skip));
        to_skip -= static_cast<std::int32_t>(skip);
        more.remove_prefix(skip);
    }
    if (!state.skipped && !more.empty()) {
        drop_lone_surrogate();
        bytes += more;
    }
}

void RtfReader::Run::unicode(std::int32_t value) {
    const auto unit = static_cast<std::uint32_t>(value < 0 ? value + 0x10000 : value);
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high_surrogate != 0 && low) {
        base::append_utf8(decoded, 0x10000U +
                                       ((static_cast<char32_t>(high_surrogate) - 0xD800U) << 10) +
                                       (unit - 0xDC00U));
        high_surrogate = 0;
        return;
    }
    drop_lone_surrogate();
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        high_surrogate = static_cast<char16_t>(unit);
    } else if (low || unit == 0 || unit > 0x10FFFF) {
        decoded += kReplacement;
    } else {
        base::append_utf8(decoded, unit);
    }
}

void RtfReader::Run::drop_lone_surrogate() {
    if (high_surrogate != 0) {
        high_surrogate = 0;
        decoded += kReplacement;
    }
}

void RtfReader::Run::decode_bytes() {
    if (!bytes.empty()) {
        decoded += reader.decode(bytes, state);
        bytes.clear();
    }
}

void RtfReader::Run::flush() {
    to_skip = 0;
    decode_bytes();
    drop_lone_surrogate();
    if (decoded.empty()) {
        return;
    }
    const std::string text = std::move(decoded);
    decoded.clear();
    if (state.in_font_table) {
        name_font(text);
    } else {
        handler.text(text);
    }
}

void RtfReader::Run::name_font(std::string_view text) {
    const auto font = reader.fonts_.find(entry_font);
    if (font != reader.fonts_.end() && !state.skipped && font->second.name.size() < 256) {
        font->second.name += text.substr(0, text.find(';'));
    }
}

}  // namespace mbx::convert
