// Tells whether a message was edited since its recipe was made: a digest over what the recipe does
// not vouch for.
#pragma once

#include <array>
#include <cstddef>
#include <set>

#include "mapi/message.hpp"

namespace mbx::convert::exact {

using ViewDigest = std::array<std::byte, 16>;

/// Covers subject, submit time, the unsent bit, recipients (type and address, in any order), the
/// texts, and the attachments' names, methods, lengths and contents; the contents of the
/// attachments in `vouched_for` (by position) are left out, since the recipe's own SHA-256 covers
/// them. Flags, categories, follow-up marks, importance and the like are not in it: they may
/// change. Empty equals absent.
ViewDigest view_digest(const mapi::Message& message, const std::set<std::size_t>& vouched_for);

}  // namespace mbx::convert::exact
