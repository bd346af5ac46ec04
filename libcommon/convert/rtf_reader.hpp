// Walks through RTF and tells a handler what is there: the text decoded, groups balanced, what no
// handler wants skipped.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace mbx::convert {

/// What to do with the rest of a group that a destination word opens ({\*\generator ...}, {\info
/// ...}).
enum class RtfDestination {
    None,            ///< the word is no destination
    Skip,            ///< nothing of the group is told
    Take,            ///< its words and text are told as others are
    TakeAsDocument,  ///< the same, its bytes decoded with the document's code page, not the font's
};

struct RtfFont {
    std::uint32_t code_page = 0;  ///< 0: the document's
    std::string name;             ///< UTF-8
};
using RtfFonts = std::map<std::int32_t, RtfFont>;

class RtfHandler {
  public:
    virtual ~RtfHandler() = default;

    virtual void open_group() {}
    virtual void close_group() {}
    /// UTF-8, as much as there is before the next word or group; never empty.
    virtual void text(std::string_view text) = 0;
    /// A control word that is not about fonts' code pages or Unicode. A destination word comes
    /// after destination() has said to take it.
    virtual void word(std::string_view name, std::optional<std::int32_t> parameter) = 0;
    virtual void symbol(char /*symbol*/) {}
    virtual void binary(std::string_view /*bytes*/) {}
    /// starred: the word came as \*\name; an unknown one of these is to be skipped.
    virtual RtfDestination destination(std::string_view name, bool starred) = 0;
};

/// Runs through `rtf` to its end; unbalanced braces do no harm, groups below a depth of 500 are
/// skipped. `fallback_code_page` counts where the document names none (\ansicpg, a font's charset).
class RtfReader {
  public:
    explicit RtfReader(std::uint32_t fallback_code_page) : document_page_(fallback_code_page) {}

    void run(std::string_view rtf, RtfHandler& handler);

    /// The font table as far as it has been read.
    const RtfFonts& fonts() const noexcept { return fonts_; }

  private:
    struct State {
        std::int32_t font = -1;
        std::int32_t fallback_length = 1;  // \ucN
        bool skipped = false;
        bool in_font_table = false;
        bool as_document = false;
    };
    struct Run;

    std::uint32_t page_of_font(std::int32_t number) const;  ///< 0 when it has none
    std::uint32_t document_page() const;
    std::uint32_t page_of(const State& state) const;
    std::string decode(std::string_view bytes, const State& state) const;

    RtfFonts fonts_;
    std::uint32_t document_page_;
    std::int32_t default_font_ = 0;
    bool page_is_stated_ = false;
};

/// True for the destinations that hold no text of the document ("stylesheet", "info", "header").
bool is_rtf_side_matter(std::string_view destination) noexcept;

}  // namespace mbx::convert
