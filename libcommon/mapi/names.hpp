// The names that [MS-OXPROPS] and [MS-OXCDATA] give to properties and types, for dumps.
#pragma once

#include <string>
#include <string_view>

#include "mapi/property_name.hpp"
#include "mapi/property_tag.hpp"

namespace mbx::mapi {

/// "PidTagSubject"; empty for an identifier that is not in the table.
std::string_view name_of(PropertyTag tag) noexcept;
/// "PidLidBusyStatus" for numbers of the well-known sets; empty for others and for string names.
std::string_view name_of(const PropertyName& name) noexcept;
/// "String", "MultipleBinary"; empty when unknown.
std::string_view name_of(PropertyType type) noexcept;

}  // namespace mbx::mapi
