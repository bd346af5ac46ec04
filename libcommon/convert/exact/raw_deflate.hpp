// Raw deflate (RFC 1951) with a preset dictionary, for recipes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "convert/exact/recipe_encoder.hpp"

namespace mbx::convert::exact {

base::Bytes deflate_bytes(base::ByteView bytes, std::string_view dictionary);

/// At level 6, or 1 when the first 64 KiB do not shrink.
void deflate_source(const base::ByteSource& source, const ByteSink& sink);

/// Sends what comes out to `sink`. False when the stream is broken, cut short, or yields more than
/// `limit` bytes.
bool inflate_source(const base::ByteSource& source, std::string_view dictionary,
                    std::uint64_t limit, const ByteSink& sink);

}  // namespace mbx::convert::exact
