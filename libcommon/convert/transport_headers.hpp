// The header block that a message came with, PidTagTransportMessageHeaders, and which of it may be
// used again ([MS-OXCMAIL] 2.1.3.5, 2.2.3.2.28).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/address_list.hpp"

namespace mbx::convert {

struct TransportField {
    std::string name;
    std::string lines;  ///< UTF-8, from the name on, folded as it was, CRLF after each line
    std::string value;  ///< unfolded, as it stood

    bool is(std::string_view other) const;
};

class TransportHeaders {
  public:
    TransportHeaders() = default;
    /// The first block of fields; lines that are none are left out, what follows a blank line too
    /// (headers of inner parts, in old stores).
    explicit TransportHeaders(std::string_view text);

    const std::vector<TransportField>& fields() const noexcept { return fields_; }
    bool empty() const noexcept { return fields_.empty(); }
    std::size_t dropped_lines() const noexcept { return dropped_lines_; }

    /// The first one of that name; null when there is none.
    const TransportField* find(std::string_view name) const;
    /// The mailboxes of all fields of that name.
    std::vector<Mailbox> mailboxes(std::string_view name) const;

  private:
    std::vector<TransportField> fields_;
    std::size_t dropped_lines_ = 0;
};

/// The field as ASCII lines that keep their folding where they can; text that is not ASCII becomes
/// encoded words or is left out where these may not stand. Nothing when it has no value.
std::string transport_field_lines(const TransportField& field);

}  // namespace mbx::convert
