#include "convert/rtf_to_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/bytes.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "convert/html_text.hpp"
#include "convert/rtf_html_output.hpp"
#include "convert/rtf_reader.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kMostColours = 4096;
// Bounds what a hostile text can make of a long link and many changes of style.
constexpr std::size_t kMarkupPerByte = 8;
constexpr std::size_t kLeastMarkup = 64 * 1024;

/// Where the text of a group goes.
enum class Target { Body, Colours, FieldInstruction, Picture };

struct State {
    RtfCharacterStyle character;
    RtfParagraphStyle paragraph;
    Target target = Target::Body;
};

std::string bytes_of_hex(std::string_view hex) {
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    int high = -1;
    for (const char c : hex) {
        const int letter = c | 0x20;
        const int digit = c >= '0' && c <= '9'             ? c - '0'
                          : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
                                                           : -1;
        if (digit < 0) {
            continue;
        }
        if (high < 0) {
            high = digit;
        } else {
            bytes += static_cast<char>(high << 4 | digit);
            high = -1;
        }
    }
    return bytes;
}

/// The target of a field instruction HYPERLINK "target" or HYPERLINK \l "place"; empty when it is
/// another field, or nothing that should run out of a mail.
std::string hyperlink_target(std::string_view instruction) {
    constexpr std::string_view kHyperlink = "HYPERLINK";
    instruction = base::trim(instruction);
    if (!base::starts_with_ignore_case(instruction, kHyperlink)) {
        return {};
    }
    instruction = base::trim(instruction.substr(kHyperlink.size()));
    std::string target;
    if (base::starts_with_ignore_case(instruction, "\\l")) {
        target = "#";
        instruction = base::trim(instruction.substr(2));
    }
    if (!instruction.empty() && instruction.front() == '"') {
        instruction.remove_prefix(1);
        target += instruction.substr(0, instruction.find('"'));
    } else {
        target += instruction.substr(0, instruction.find(' '));
    }
    const std::string lower = base::ascii_lower(base::trim(target));
    const bool runs_code = lower.starts_with("javascript:") || lower.starts_with("vbscript:") ||
                           lower.starts_with("data:");
    return runs_code ? std::string() : std::string(base::trim(target));
}

class HtmlWriter final : public RtfHandler {
  public:
    HtmlWriter(const RtfReader& reader, const RtfToHtmlOptions& options, std::size_t most_markup)
        : reader_(reader), options_(options), output_(most_markup) {}

    void open_group() override { outer_.push_back(state_); }
    void close_group() override;
    void text(std::string_view text) override;
    void word(std::string_view name, std::optional<std::int32_t> parameter) override;
    void symbol(char symbol) override;
    void binary(std::string_view bytes) override {
        if (state_.target == Target::Picture) {
            picture_.data += bytes;
        }
    }
    RtfDestination destination(std::string_view name, bool starred) override;

    HtmlFromRtf finish() &&;

  private:
    using Action = void (*)(HtmlWriter&, std::optional<std::int32_t>);
    static const std::map<std::string_view, Action>& actions();
    static const std::map<std::string_view, std::string_view>& characters();

    void picture_word(std::string_view name);
    void colour_word(std::string_view name, std::int32_t value);
    void colour_text(std::string_view text);
    void begin_link();
    void put(std::string_view text);
    std::string css_of(const RtfCharacterStyle& style) const;
    std::string colour(std::int32_t number) const;
    void end_picture();
    void attachment_mark();

    const RtfReader& reader_;
    const RtfToHtmlOptions& options_;
    State state_;
    std::vector<State> outer_;
    std::vector<std::string> colours_;  // "#rrggbb"; empty for automatic
    std::int32_t rgb_[3] = {};
    bool has_colour_ = false;
    std::string instruction_;
    std::vector<std::string> links_;
    RtfPicture picture_;
    std::string picture_hex_;
    std::set<std::string> known_pictures_;  // by content id
    RtfHtmlOutput output_;
    HtmlFromRtf result_;
};

void HtmlWriter::close_group() {
    if (outer_.empty()) {
        return;
    }
    const Target ended = state_.target;
    state_ = outer_.back();
    outer_.pop_back();
    if (ended == Target::Picture && state_.target != Target::Picture) {
        end_picture();
    }
}

void HtmlWriter::text(std::string_view text) {
    switch (state_.target) {
        case Target::Body:
            put(text);
            break;
        case Target::Colours:
            colour_text(text);
            break;
        case Target::FieldInstruction:
            instruction_ += text;
            break;
        case Target::Picture:
            picture_hex_ += text;
            break;
    }
}

void HtmlWriter::put(std::string_view text) {
    const RtfCharacterStyle& style = state_.character;
    if (style.hidden) {
        return;
    }
    const std::string upper = style.capitals ? base::ascii_upper(text) : std::string();
    if (output_.continues(style)) {
        output_.put(style.capitals ? upper : text, style, {}, {});
    } else {
        output_.put(style.capitals ? upper : text, style, css_of(style),
                    style.link != 0 ? links_[style.link - 1] : std::string());
    }
}

void HtmlWriter::word(std::string_view name, std::optional<std::int32_t> parameter) {
    if (state_.target == Target::Colours) {
        colour_word(name, parameter.value_or(0));
    } else if (state_.target == Target::Picture) {
        picture_word(name);
    } else if (state_.target == Target::Body) {
        if (const auto character = characters().find(name); character != characters().end()) {
            put(character->second);
        } else if (const auto action = actions().find(name); action != actions().end()) {
            action->second(*this, parameter);
        }
    }
}

void HtmlWriter::symbol(char symbol) {
    if (state_.target == Target::FieldInstruction) {
        instruction_ += '\\';  // a switch that was not escaped
        instruction_ += symbol;
    } else if (state_.target == Target::Body) {
        word(std::string_view(&symbol, 1), std::nullopt);
    }
}

RtfDestination HtmlWriter::destination(std::string_view name, bool starred) {
    if (name == "colortbl") {
        state_.target = Target::Colours;
    } else if (name == "fldinst") {
        state_.target = Target::FieldInstruction;
        instruction_.clear();
    } else if (name == "fldrslt") {
        begin_link();
    } else if (name == "pict") {
        state_.target = Target::Picture;
        picture_ = {};
        picture_hex_.clear();
    } else if (name != "listtext" && name != "pntext" && name != "shppict") {
        return starred || is_rtf_side_matter(name) ? RtfDestination::Skip : RtfDestination::None;
    }
    return RtfDestination::Take;
}

const std::map<std::string_view, std::string_view>& HtmlWriter::characters() {
    static const std::map<std::string_view, std::string_view> kCharacters = {
        {"lquote", "‘"},       {"rquote", "’"},       {"ldblquote", "“"}, {"rdblquote", "”"},
        {"bullet", "•"},       {"endash", "–"},       {"emdash", "—"},    {"enspace", "\u2002"},
        {"emspace", "\u2003"}, {"qmspace", "\u2005"}, {"zwj", "\u200D"},  {"zwnj", "\u200C"},
        {"tab", "\t"},         {"~", "\u00A0"},       {"_", "\u2011"},    {"-", "\u00AD"},
        {"nestcell", "\t"},
    };
    return kCharacters;
}

/// What the words of the body text do. A parameter of 0 turns a property off.
const std::map<std::string_view, HtmlWriter::Action>& HtmlWriter::actions() {
    using W = HtmlWriter;
    using P = std::optional<std::int32_t>;
    static const Action kParagraph = [](W& w, P) { w.output_.end_paragraph(w.state_.paragraph); };
    static const Action kLine = [](W& w, P) { w.output_.line_break(); };
    static const Action kUnderline = [](W& w, P p) {
        w.state_.character.underline = p.value_or(1) != 0;
    };
    static const Action kBackground = [](W& w, P p) {
        w.state_.character.background = p.value_or(0);
    };
    static const std::map<std::string_view, Action> kActions = {
        {"par", kParagraph},
        {"page", kParagraph},
        {"sect", kParagraph},
        {"nestrow", kLine},
        {"line", kLine},
        {"cell", [](W& w, P) { w.output_.end_cell(); }},
        {"row", [](W& w, P) { w.output_.end_row(); }},
        {"intbl", [](W& w, P) { w.state_.paragraph.in_table = true; }},
        {"pard", [](W& w, P) { w.state_.paragraph = {}; }},
        {"ql", [](W& w, P) { w.state_.paragraph.align = {}; }},
        {"qc", [](W& w, P) { w.state_.paragraph.align = "center"; }},
        {"qr", [](W& w, P) { w.state_.paragraph.align = "right"; }},
        {"qj", [](W& w, P) { w.state_.paragraph.align = "justify"; }},
        {"li", [](W& w, P p) { w.state_.paragraph.left_indent = p.value_or(0); }},
        {"plain",
         [](W& w, P) {
             const std::size_t link = w.state_.character.link;
             w.state_.character = {};
             w.state_.character.link = link;
         }},
        {"b", [](W& w, P p) { w.state_.character.bold = p.value_or(1) != 0; }},
        {"i", [](W& w, P p) { w.state_.character.italic = p.value_or(1) != 0; }},
        {"ul", kUnderline},
        {"ulw", kUnderline},
        {"uldb", kUnderline},
        {"uld", kUnderline},
        {"ulnone", [](W& w, P) { w.state_.character.underline = false; }},
        {"strike", [](W& w, P p) { w.state_.character.strike = p.value_or(1) != 0; }},
        {"striked", [](W& w, P p) { w.state_.character.strike = p.value_or(1) != 0; }},
        {"v", [](W& w, P p) { w.state_.character.hidden = p.value_or(1) != 0; }},
        {"caps", [](W& w, P p) { w.state_.character.capitals = p.value_or(1) != 0; }},
        {"super", [](W& w, P p) { w.state_.character.raised = p.value_or(1) != 0 ? 1 : 0; }},
        {"sub", [](W& w, P p) { w.state_.character.raised = p.value_or(1) != 0 ? -1 : 0; }},
        {"nosupersub", [](W& w, P) { w.state_.character.raised = 0; }},
        {"f", [](W& w, P p) { w.state_.character.font = p.value_or(-1); }},
        {"fs", [](W& w, P p) { w.state_.character.size = std::clamp(p.value_or(0), 0, 800); }},
        {"cf", [](W& w, P p) { w.state_.character.colour = p.value_or(0); }},
        {"cb", kBackground},
        {"chcbpat", kBackground},
        {"highlight", kBackground},
        {"objattph", [](W& w, P) { w.attachment_mark(); }},
    };
    return kActions;
}

void HtmlWriter::picture_word(std::string_view name) {
    if (name == "pngblip") {
        picture_.media_type = "image/png";
    } else if (name == "jpegblip") {
        picture_.media_type = "image/jpeg";
    } else if (name == "emfblip") {
        picture_.media_type = "image/emf";
    } else if (name == "wmetafile") {
        picture_.media_type = "image/wmf";
    }
}

void HtmlWriter::colour_word(std::string_view name, std::int32_t value) {
    const int channel = name == "red" ? 0 : name == "green" ? 1 : name == "blue" ? 2 : -1;
    if (channel >= 0) {
        rgb_[channel] = std::clamp(value, 0, 255);
        has_colour_ = true;
    }
}

void HtmlWriter::colour_text(std::string_view text) {
    const auto entries = std::count(text.begin(), text.end(), ';');
    for (auto i = entries; i > 0 && colours_.size() < kMostColours; --i) {
        colours_.push_back(has_colour_
                               ? fmt::format("#{:02x}{:02x}{:02x}", rgb_[0], rgb_[1], rgb_[2])
                               : std::string());
        has_colour_ = false;
        std::fill(std::begin(rgb_), std::end(rgb_), 0);
    }
}

void HtmlWriter::begin_link() {
    std::string target = hyperlink_target(instruction_);
    instruction_.clear();
    if (!target.empty()) {
        links_.push_back(std::move(target));
        state_.character.link = links_.size();
    }
}

std::string HtmlWriter::colour(std::int32_t number) const {
    const auto index = static_cast<std::size_t>(number);
    return number > 0 && index < colours_.size() ? colours_[index] : std::string();
}

std::string HtmlWriter::css_of(const RtfCharacterStyle& style) const {
    std::string css;
    const auto font = reader_.fonts().find(style.font);
    if (font != reader_.fonts().end() && !font->second.name.empty()) {
        std::string name = font->second.name;
        std::erase_if(name, [](char c) { return c == '\'' || c == ';' || c == '\\' || c == '"'; });
        css += fmt::format("font-family:'{}';", escape_html(base::trim(name)));
    }
    if (style.size > 0) {
        css += fmt::format("font-size:{}{}pt;", style.size / 2, style.size % 2 != 0 ? ".5" : "");
    }
    if (const std::string front = colour(style.colour); !front.empty()) {
        css += fmt::format("color:{};", front);
    }
    if (const std::string back = colour(style.background); !back.empty()) {
        css += fmt::format("background-color:{};", back);
    }
    return css;
}

void HtmlWriter::end_picture() {
    if (picture_.data.empty()) {
        picture_.data = bytes_of_hex(picture_hex_);
    }
    picture_hex_.clear();
    if (picture_.media_type.empty() || picture_.data.empty()) {
        return;
    }
    const std::string digest = base::to_hex(base::sha256(base::as_bytes(picture_.data)));
    picture_.content_id = digest.substr(0, 32) + "@rtf.invalid";
    picture_.shown = picture_.media_type == "image/png" || picture_.media_type == "image/jpeg";
    if (picture_.shown) {
        output_.put_markup(fmt::format(R"(<img src="cid:{}" alt="">)", picture_.content_id), {});
    }
    if (known_pictures_.insert(picture_.content_id).second) {
        result_.pictures.push_back(std::move(picture_));
    }
    picture_ = {};
}

void HtmlWriter::attachment_mark() {
    const std::size_t number = result_.attachment_marks++;
    if (number < options_.attachment_html.size()) {
        output_.put_markup(options_.attachment_html[number], {});
    }
}

HtmlFromRtf HtmlWriter::finish() && {
    output_.finish(state_.paragraph);
    result_.html =
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; "
        "charset=utf-8\">\r\n</head><body>\r\n" +
        output_.take_html() + "</body></html>\r\n";
    result_.text = output_.take_text();
    return std::move(result_);
}

}  // namespace

HtmlFromRtf rtf_to_html(std::string_view rtf, const RtfToHtmlOptions& options) {
    RtfReader reader(options.fallback_code_page);
    HtmlWriter writer(reader, options, kMarkupPerByte * rtf.size() + kLeastMarkup);
    reader.run(rtf, writer);
    return std::move(writer).finish();
}

}  // namespace mbx::convert
