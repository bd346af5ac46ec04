// The syntax of RTF (Rich Text Format 1.9.1, "RTF Syntax"): groups, control words, text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mbx::convert {

struct RtfToken {
    enum class Kind {
        OpenGroup,
        CloseGroup,
        Word,    ///< \name or \nameN; name has letters only
        Symbol,  ///< a backslash and one character that is neither letter nor escape: \~ \- \* \:
        Text,    ///< bytes that stand for themselves, escaped ones (\\ \{ \}) one by one; may be
                 ///< empty
        Byte,    ///< \'HH
        Binary,  ///< the bytes after \binN
    };
    Kind kind = Kind::Text;
    std::string_view text;                  ///< of Word, Text, Binary; a view into the input
    std::optional<std::int32_t> parameter;  ///< of Word
    char character = 0;                     ///< of Symbol and Byte
};

/// Cuts RTF into tokens. Raw CR, LF and NUL are no content and never show. Takes any input: what is
/// cut short at the end is left out.
class RtfTokens {
  public:
    explicit RtfTokens(std::string_view rtf) : rest_(rtf) {}

    /// nullopt at the end.
    std::optional<RtfToken> next();

  private:
    RtfToken take_text();
    std::optional<RtfToken> take_control();
    RtfToken take_word();
    RtfToken take_byte();
    RtfToken take_binary(std::int32_t length);

    std::string_view rest_;
};

}  // namespace mbx::convert
