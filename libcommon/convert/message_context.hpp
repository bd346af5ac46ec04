// What the steps of one conversion from MIME share. Internal to convert.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "base/time.hpp"
#include "convert/mime_tree.hpp"

namespace mbx::convert {

/// One message object in the making. Everything referred to outlives it.
struct MessageContext {
    const MimeTree& tree;
    const Entity& root;          ///< the message: its header, and the top of its body
    std::string header_charset;  ///< of undeclared 8-bit text: that of the first text part
    std::optional<base::UnixTime> internal_date;
    bool is_embedded = false;
    bool is_draft = false;
    base::Diagnostics& diagnostics;
    std::string place;  ///< of diagnostics: the message's id

    const HeaderBlock& header() const noexcept { return root.header; }
    void report(std::string id, std::string text) const {
        diagnostics.report({base::Severity::Warning, std::move(id), place, std::move(text)});
    }
};

}  // namespace mbx::convert
