// Property contexts and table rows become property bags.
#pragma once

#include <cstdint>
#include <string>

#include "mapi/property_bag.hpp"
#include "pst/ltp/property_context_reader.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {

/// Of the 8-bit strings of an object: PidTagMessageCodepage, else PidTagInternetCodepage, else
/// `otherwise`.
std::uint32_t code_page_of(const ltp::PropertyContextReader& object, std::uint32_t otherwise);

/// All properties but the content of an attachment (identifier 0x3701) and Objects. Large values
/// are sources. A value that cannot be read, is none of its type or has no name is reported and
/// left out. `place`: of the object, for diagnostics.
mapi::PropertyBag read_properties(const ltp::PropertyContextReader& object, std::uint32_t code_page,
                                  const std::string& place, const StoreContext& context);

/// The cells that are there, but for PidTagLtpRowId and PidTagLtpRowVer.
mapi::PropertyBag read_row(const ltp::TableReader& table, std::uint32_t index,
                           std::uint32_t code_page, const std::string& place,
                           const StoreContext& context);

}  // namespace mbx::pst
