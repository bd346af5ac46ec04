// Values of properties.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace mbx::mapi {

/// The C++ type of a value follows from its PropertyType:
///
///   Integer16                          std::int16_t
///   Integer32, ErrorCode               std::int32_t
///   Integer64, Currency                std::int64_t
///   Floating32                         float
///   Floating64, FloatingTime           double
///   Boolean                            bool
///   Time                               base::FileTime
///   Guid                               base::Guid
///   String                             std::string, UTF-8, no terminator;
///                                      or base::SharedSource of its UTF-16LE bytes, when it is
///                                      large
///   Binary                             base::Bytes, or base::SharedSource when it is large
///   Multiple...                        std::vector of the above (never of sources)
///
/// An empty string or binary is a value; an absent property is no value.
using Value =
    std::variant<std::int16_t, std::int32_t, std::int64_t, float, double, bool, base::FileTime,
                 base::Guid, std::string, base::Bytes, base::SharedSource,
                 std::vector<std::int16_t>, std::vector<std::int32_t>, std::vector<std::int64_t>,
                 std::vector<float>, std::vector<double>, std::vector<base::FileTime>,
                 std::vector<base::Guid>, std::vector<std::string>, std::vector<base::Bytes>>;

}  // namespace mbx::mapi
