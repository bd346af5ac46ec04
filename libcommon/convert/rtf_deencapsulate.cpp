#include "convert/rtf_deencapsulate.hpp"

#include <algorithm>
#include <vector>

#include "convert/rtf_reader.hpp"
#include "convert/rtf_tokens.hpp"

namespace mbx::convert {
namespace {

struct Character {
    std::string_view word;
    std::string_view html;
    std::string_view text;
};

constexpr Character kCharacters[] = {
    {"par", "\r\n", "\r\n"},       {"line", "\r\n", "\r\n"},   {"tab", "\t", "\t"},
    {"lquote", "&lsquo;", "‘"},    {"rquote", "&rsquo;", "’"}, {"ldblquote", "&ldquo;", "“"},
    {"rdblquote", "&rdquo;", "”"}, {"bullet", "&bull;", "•"},  {"endash", "&ndash;", "–"},
    {"emdash", "&mdash;", "—"},    {"~", "&nbsp;", "\u00A0"},  {"_", "\u2011", "\u2011"},
    {"-", "&shy;", "\u00AD"},
};

const Character* find_character(std::string_view word) {
    for (const Character& character : kCharacters) {
        if (character.word == word) {
            return &character;
        }
    }
    return nullptr;
}

/// True when `text` begins with "&name;", "&#1;" or "&#x1;".
bool is_reference(std::string_view text) {
    const std::size_t end = text.substr(0, 34).find(';');
    if (end == std::string_view::npos || end < 2) {
        return false;
    }
    std::string_view name = text.substr(1, end - 1);
    const auto all = [&](std::string_view allowed) {
        return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
    };
    if (name.front() != '#') {
        return all("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
               name.front() > '9';
    }
    name.remove_prefix(1);
    if (!name.empty() && (name.front() == 'x' || name.front() == 'X')) {
        name.remove_prefix(1);
        return all("0123456789abcdefABCDEF");
    }
    return all("0123456789");
}

void append_escaped(std::string& html, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '&':
                // Outlook puts references into tags, others leave them in the text.
                html += is_reference(text.substr(i)) ? "&" : "&amp;";
                break;
            default:
                html += text[i];
        }
    }
}

class Deencapsulator final : public RtfHandler {
  public:
    explicit Deencapsulator(bool html) : html_(html) {}

    void open_group() override { outer_.push_back(state_); }
    void close_group() override {
        if (!outer_.empty()) {
            state_ = outer_.back();
            outer_.pop_back();
        }
    }

    void text(std::string_view text) override {
        if (state_.suppressed) {
            return;
        }
        if (html_ && !state_.in_tag) {
            append_escaped(result_, text);
        } else {
            result_ += text;
        }
    }

    void word(std::string_view name, std::optional<std::int32_t> parameter) override {
        if (name == "htmltag") {
            state_.in_tag = true;
        } else if (name == "htmlrtf") {
            state_.suppressed = html_ && parameter.value_or(1) != 0;
        } else {
            character(name);
        }
    }

    void symbol(char symbol) override { character(std::string_view(&symbol, 1)); }

    RtfDestination destination(std::string_view name, bool starred) override {
        if (starred && name == "htmltag" && html_) {
            return RtfDestination::TakeAsDocument;
        }
        return starred || is_rtf_side_matter(name) ? RtfDestination::Skip : RtfDestination::None;
    }

    std::string take() && { return std::move(result_); }

  private:
    void character(std::string_view word) {
        const Character* found = state_.suppressed ? nullptr : find_character(word);
        if (found != nullptr) {
            result_ += html_ ? found->html : found->text;
        }
    }

    struct State {
        bool suppressed = false;  // \htmlrtf
        bool in_tag = false;
    };
    bool html_;
    State state_;
    std::vector<State> outer_;
    std::string result_;
};

}  // namespace

RtfContent rtf_content(std::string_view rtf) {
    RtfTokens tokens(rtf);
    constexpr int kWordsLookedAt = 10;
    for (int i = 0; i < kWordsLookedAt; ++i) {
        const auto token = tokens.next();
        if (!token || (i == 0 && token->kind != RtfToken::Kind::OpenGroup) ||
            (i == 1 && token->text != "rtf")) {
            return RtfContent::Rtf;
        }
        if (token->kind == RtfToken::Kind::Word && token->text == "fromhtml") {
            return token->parameter.value_or(1) != 0 ? RtfContent::Html : RtfContent::Rtf;
        }
        if (token->kind == RtfToken::Kind::Word && token->text == "fromtext") {
            return RtfContent::Text;
        }
    }
    return RtfContent::Rtf;
}

std::optional<EncapsulatedContent> deencapsulate_rtf(std::string_view rtf,
                                                     std::uint32_t fallback_code_page) {
    const RtfContent content = rtf_content(rtf);
    if (content == RtfContent::Rtf) {
        return std::nullopt;
    }
    Deencapsulator handler(content == RtfContent::Html);
    RtfReader(fallback_code_page).run(rtf, handler);
    return EncapsulatedContent{content, std::move(handler).take()};
}

}  // namespace mbx::convert
