#include "convert/rtf_html_output.hpp"

#include <fmt/format.h>

#include "convert/html_text.hpp"

namespace mbx::convert {
namespace {

/// Runs of blanks would collapse: every second one becomes a no-break space.
std::string html_of_run(std::string_view text) {
    std::string html;
    bool blank_before = false;
    for (const char c : escape_html(text)) {
        const bool blank = c == ' ';
        html += blank && blank_before ? std::string("&nbsp;") : std::string(1, c);
        blank_before = blank && !blank_before;
    }
    return html;
}

}  // namespace

void RtfHtmlOutput::put(std::string_view text, const RtfCharacterStyle& style,
                        const std::string& css, const std::string& link) {
    if (!continues(style)) {
        close_style();
        open_style_ = style;
        open_tags(style, css, link);
    }
    paragraph_ += html_of_run(text);
    text_ += text;
}

void RtfHtmlOutput::open_tags(const RtfCharacterStyle& style, const std::string& css,
                              const std::string& link) {
    if (link.size() + css.size() > markup_left_) {
        return;
    }
    std::string opening;
    const auto tag = [&](bool wanted, std::string_view name, std::string_view attributes = {}) {
        if (wanted) {
            opening += fmt::format("<{}{}>", name, attributes);
            closing_tags_.insert(0, fmt::format("</{}>", name));
        }
    };
    tag(!link.empty(), "a", fmt::format(" href=\"{}\"", escape_html(link)));
    tag(!css.empty(), "span", fmt::format(" style=\"{}\"", css));
    tag(style.bold, "b");
    tag(style.italic, "i");
    tag(style.underline && link.empty(), "u");
    tag(style.strike, "s");
    tag(style.raised > 0, "sup");
    tag(style.raised < 0, "sub");
    if (opening.size() > markup_left_) {
        closing_tags_.clear();
        return;
    }
    markup_left_ -= opening.size();
    paragraph_ += opening;
}

void RtfHtmlOutput::put_markup(std::string_view html, std::string_view text) {
    close_style();
    paragraph_ += html;
    text_ += text;
}

void RtfHtmlOutput::line_break() {
    paragraph_ += "<br>\r\n";
    text_ += "\r\n";
}

void RtfHtmlOutput::close_style() {
    paragraph_ += closing_tags_;
    closing_tags_.clear();
    open_style_.reset();
}

void RtfHtmlOutput::end_paragraph(const RtfParagraphStyle& style) {
    close_style();
    std::string css;
    if (!style.align.empty()) {
        css += fmt::format("text-align:{};", style.align);
    }
    constexpr std::int32_t kLargestIndent = 20 * 1000;
    if (style.left_indent > 0 && style.left_indent <= kLargestIndent) {
        css += fmt::format("margin-left:{}pt;", style.left_indent / 20);
    }
    const std::string html =
        fmt::format("<div{}>{}</div>\r\n", css.empty() ? "" : fmt::format(" style=\"{}\"", css),
                    paragraph_.empty() ? "<br>" : paragraph_);
    paragraph_.clear();
    text_ += "\r\n";
    if (style.in_table) {
        cell_ += html;
        return;
    }
    close_table();
    html_ += html;
}

void RtfHtmlOutput::end_cell() {
    close_style();
    row_ += fmt::format("<td>{}{}</td>", cell_,
                        paragraph_.empty() && cell_.empty() ? "&nbsp;" : paragraph_);
    cell_.clear();
    paragraph_.clear();
    text_ += "\t";
}

void RtfHtmlOutput::end_row() {
    if (!cell_.empty() || !paragraph_.empty()) {
        end_cell();
    }
    if (row_.empty()) {
        return;
    }
    if (!table_open_) {
        html_ += "<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\">\r\n";
        table_open_ = true;
    }
    html_ += fmt::format("<tr>{}</tr>\r\n", row_);
    row_.clear();
    text_ += "\r\n";
}

void RtfHtmlOutput::close_table() {
    if (!row_.empty() || !cell_.empty()) {
        end_row();
    }
    if (table_open_) {
        html_ += "</table>\r\n";
        table_open_ = false;
    }
}

void RtfHtmlOutput::finish(const RtfParagraphStyle& style) {
    close_style();
    if (!paragraph_.empty()) {
        end_paragraph(style);
    }
    close_table();
}

}  // namespace mbx::convert
