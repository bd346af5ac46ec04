// The exact source: how a message in a PST gives back its RFC 5322 bytes bit for bit.
//
// A recipe in a named property rebuilds the bytes from literal runs and from what the PST stores
// anyway: header text, bodies, attachments, embedded messages. It is trusted only when its output
// has the SHA-256 of the source.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "base/sha256.hpp"
#include "convert/exact/origin.hpp"
#include "convert/exact/view_digest.hpp"
#include "mapi/message.hpp"
#include "mapi/property_name.hpp"

namespace mbx::convert::exact {

/// Where the bytes come from.
enum class SourceOrigin {
    Exact,    ///< the original bytes, their SHA-256 verified
    Rebuilt,  ///< there was no recipe: made from the properties
    Edited,   ///< there was one, but the message was changed since: made from the properties
    Damaged,  ///< there was one, but it did not give the bytes it should: made from the properties
};

/// The name of the property that holds the recipe (Binary), on messages and embedded messages.
/// Never changes.
mapi::PropertyName exact_source_name();

struct RecipeOptions {
    bool whole = false;  ///< do not refer to values: keep the whole source, deflated
    /// With whole: the digest of the view as a store gives it back, where that is another than what
    /// was put into it.
    std::optional<ViewDigest> stored_view = std::nullopt;
};

/// Sets the property on `message`, which is the finished MAPI view of `source` (embedded messages
/// have theirs already); `origins` says where its values come from. The recipe has been run against
/// the view and gives the source; where no such recipe is found, or it would be larger, the whole
/// source is kept, deflated. Throws only what reading the sources throws.
void keep_exact_source(mapi::Message& message, const base::SharedSource& source,
                       const Origins& origins, const RecipeOptions& options);

/// Whether the message has a recipe of exactly these bytes, by length and SHA-256; it is not run.
bool keeps_source(const mapi::Message& message, base::ByteView source);

struct ExactSource {
    SourceOrigin origin =
        SourceOrigin::Rebuilt;  ///< Rebuilt: there is no recipe that this version knows
    base::SharedSource source;  ///< set when origin is Exact
};

/// What a recipe says of itself, without being run.
struct RecipeIdentity {
    base::Sha256Digest source{};  ///< SHA-256 of what it is to give
    ViewDigest whole_view{};      ///< of the message as it is now, by the rule for whole sources
};
/// nullopt when there is no recipe that this version knows.
std::optional<RecipeIdentity> recipe_identity(const mapi::Message& message);

enum class Edits {
    Matter,      ///< bytes that the message no longer shows are not given: Edited
    DoNotMatter  ///< for a damaged message, of which nobody can say whether it was edited
};

/// Runs the recipe of a message read from a PST. Never throws on the content: a recipe is hostile
/// input.
ExactSource exact_source(const mapi::Message& message, Edits edits = Edits::Matter);

}  // namespace mbx::convert::exact
