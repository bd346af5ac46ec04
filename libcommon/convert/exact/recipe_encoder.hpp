// The encoders of a recipe: exactly what its operations say, the same on every machine.
#pragma once

#include <functional>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "convert/exact/recipe.hpp"

namespace mbx::convert::exact {

using ByteSink = std::function<void(base::ByteView)>;

/// Streams: memory does not depend on the size. Stops at the end of the data when `count` asks for
/// more.
void encode_base64(const Base64& operation, const base::ByteSource& data, const ByteSink& sink);

/// Streams like encode_base64().
void encode_uu(const UuEncoded& operation, const base::ByteSource& data, const ByteSink& sink);

/// Throws Error(BadData) when a line of a greedy rule cannot be broken (columns below 4).
void encode_quoted_printable(const QuotedPrintable& operation, std::string_view data,
                             const ByteSink& sink);

/// True for bytes that stand for themselves by default: 33..126 except "=", blank and tab.
bool is_plain_in_quoted_printable(unsigned char byte) noexcept;

}  // namespace mbx::convert::exact
