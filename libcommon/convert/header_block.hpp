// The header of a message or MIME part as it stands in the source (RFC 5322 2.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mbx::convert {

/// What a line of a header is, by its first characters.
enum class HeaderLine {
    Field,         ///< "name:", blanks before the colon forgiven
    Continuation,  ///< begins with a blank or tab
    Blank,         ///< nothing but the line end
    Garbage,       ///< anything else
};
HeaderLine classify_header_line(std::string_view line);

/// True for field names that mail programs write; tells a header that goes on after a broken line
/// from a body.
bool is_mail_field_name(std::string_view name);

/// Name of a field line, without blanks and colon.
std::string_view field_name(std::string_view line);

/// The fields of a header in order. Broken lines belong to no field. Movable, not copyable: fields
/// are offsets into the text.
class HeaderBlock {
  public:
    HeaderBlock() = default;
    /// The header from its first byte to the end of its last line; LF or CRLF.
    explicit HeaderBlock(std::string text);
    HeaderBlock(HeaderBlock&&) = default;
    HeaderBlock& operator=(HeaderBlock&&) = default;

    const std::string& text() const noexcept { return text_; }
    bool empty() const noexcept { return fields_.empty(); }
    std::size_t size() const noexcept { return fields_.size(); }

    std::string_view name(std::size_t index) const;
    /// What stands behind the colon, folded as it was, with the line end.
    std::string_view value(std::size_t index) const;

    /// Values of the fields of that name, compared without case, unfolded; see unfold().
    std::optional<std::string> first(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    bool contains(std::string_view name) const;
    /// The first field of that name from its name to its line end, as it was; empty when absent.
    std::string_view raw_field(std::string_view name) const;

  private:
    struct Field {
        std::size_t begin;
        std::size_t name_size;
        std::size_t value;
        std::size_t end;
    };
    const Field* find(std::string_view name) const;

    std::string text_;
    std::vector<Field> fields_;
};

/// Without line ends (RFC 5322 2.2.3); NUL and other control characters but tab become blanks;
/// blanks at both ends go. Bytes above 7F stay as they are.
std::string unfold(std::string_view value);

}  // namespace mbx::convert
