// Names of files that lie beside mail.
#pragma once

#include <string_view>

namespace mbx::store {

/// Begins with a dot. Pre: not empty.
bool is_hidden(std::string_view name) noexcept;

/// Without regard to case; a name that is nothing else has none.
bool has_ending(std::string_view name, std::string_view ending) noexcept;

/// What mail programs keep beside the mbox of a folder, by the ending. No mbox is written so.
bool is_companion(std::string_view name) noexcept;

/// Companions, and what else mail programs, mail servers and desktops keep beside mail.
bool is_side_file(std::string_view name) noexcept;

}  // namespace mbx::store
