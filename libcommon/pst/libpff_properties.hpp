// Record sets of libpff become property bags. Only the libpff_*.cpp files include this.
#pragma once

#include <cstdint>
#include <string>

#include "base/diagnostics.hpp"
#include "mapi/property_bag.hpp"
#include "pst/libpff_handles.hpp"

namespace mbx::pst::libpff {

struct PropertyContext {
    std::uint32_t code_page = 1252;  ///< of 8-bit strings that nothing better is known about
    std::string place;               ///< of what is read, for diagnostics
    base::Diagnostics* diagnostics = nullptr;
};

/// The properties of an object (its first record set). 8-bit strings are decoded with the
/// object's own code page where it has one (PidTagMessageCodepage, PidTagInternetCodepage).
/// PidTagAttachDataBinary and what is no value of the model (Object, rules) is left out.
mapi::PropertyBag read_properties(const Item& item, const PropertyContext& context);

/// A row of a table. libpff does not tell an absent cell from an empty one: both are left out.
mapi::PropertyBag read_row(const Item& table, int row, const PropertyContext& context);

}  // namespace mbx::pst::libpff
