// Messages of which a PST gives back something else than what was put into it, so that no recipe
// can refer to it.
#pragma once

#include <map>
#include <optional>

#include "base/sha256.hpp"
#include "convert/to_mapi.hpp"

namespace mbx::migration {

/// By the SHA-256 of their source: the view that the PST gives back, where that is what differs.
using WholeSources = std::map<base::Sha256Digest, std::optional<convert::ViewDigest>>;

}  // namespace mbx::migration
