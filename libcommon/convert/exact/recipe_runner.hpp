// Executes the operations of a recipe on the stored values of a message.
#pragma once

#include <set>
#include <vector>

#include "base/bytes.hpp"
#include "convert/exact/recipe.hpp"
#include "convert/exact/recipe_encoder.hpp"
#include "mapi/message.hpp"

namespace mbx::convert::exact {

/// Text values of streams are held in memory while they are encoded; longer ones are not referred
/// to.
inline constexpr std::uint64_t kLargestText = std::uint64_t{64} << 20;

/// Reads literal bytes in the order of the operations; one cursor for a whole recipe.
struct LiteralCursor {
    base::ByteView rest;
};

/// Sends the output of one operation to `sink`, piece by piece. Throws Error(BadData) when the
/// operation refers to what is not there or to what is longer than kLargestText where that is the
/// limit.
void run_operation(const Operation& operation, const mapi::Message& message,
                   LiteralCursor& literals, const ByteSink& sink);

/// Attachments, by position, all of whose bytes stand in the output of these operations.
std::set<std::size_t> fully_used_attachments(const std::vector<Operation>& operations,
                                             const mapi::Message& message);

}  // namespace mbx::convert::exact
