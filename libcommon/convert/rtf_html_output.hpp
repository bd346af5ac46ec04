// The HTML and text that rtf_to_html() puts together: styled runs, paragraphs, tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::convert {

struct RtfCharacterStyle {
    bool bold = false;
    bool italic = false;
    bool underline = false;
    bool strike = false;
    bool hidden = false;
    bool capitals = false;
    int raised = 0;               ///< 1 superscript, -1 subscript
    std::int32_t font = -1;       ///< number in the font table; -1 the default one
    std::int32_t size = 0;        ///< half points; 0 as the reader likes
    std::int32_t colour = 0;      ///< number in the colour table; 0 automatic
    std::int32_t background = 0;  ///< likewise
    std::size_t link = 0;         ///< 1 is the first of the links; 0 none

    bool operator==(const RtfCharacterStyle&) const = default;
};

struct RtfParagraphStyle {
    std::string_view align;        ///< CSS text-align; empty for the default
    std::int32_t left_indent = 0;  ///< twips
    bool in_table = false;
};

class RtfHtmlOutput {
  public:
    /// most_markup: bytes of tags for styles; what exceeds them comes out as bare text.
    explicit RtfHtmlOutput(std::size_t most_markup) : markup_left_(most_markup) {}

    /// css: what of the style has no tag of its own ("color:#ff0000"); link: the target, or empty.
    void put(std::string_view text, const RtfCharacterStyle& style, const std::string& css,
             const std::string& link);
    /// True when put() with this style needs no new tags (css and link are not looked at).
    bool continues(const RtfCharacterStyle& style) const { return open_style_ == style; }
    /// Markup inside the paragraph, and what stands for it in the text.
    void put_markup(std::string_view html, std::string_view text);
    void line_break();
    void end_paragraph(const RtfParagraphStyle& style);
    void end_cell();
    void end_row();

    /// Ends what is open.
    void finish(const RtfParagraphStyle& style);

    std::string take_html() { return std::move(html_); }
    std::string take_text() { return std::move(text_); }

  private:
    void open_tags(const RtfCharacterStyle& style, const std::string& css, const std::string& link);
    void close_style();
    void close_table();

    std::size_t markup_left_;
    std::string html_;
    std::string text_;
    std::string paragraph_;
    std::optional<RtfCharacterStyle> open_style_;
    std::string closing_tags_;
    std::string cell_;
    std::string row_;
    bool table_open_ = false;
};

}  // namespace mbx::convert
