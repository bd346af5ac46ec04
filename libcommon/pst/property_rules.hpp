// What becomes of properties on their way from a store into the model, whoever reads the store.
#pragma once

#include <cstdint>
#include <string>

#include "mapi/property_bag.hpp"

namespace mbx::pst {

/// Values of more bytes stay in the file and become sources.
inline constexpr std::size_t kLargeValue = std::size_t{1} << 20;

/// Takes U+0001 and the length of the prefix off the front, [MS-PST] 2.5.3.1.1.
void strip_subject_marker(std::string& subject);

/// The model has HTML as bytes; some writers store it as a string, which becomes UTF-8 here, with
/// PidTagInternetCodepage saying so.
void make_html_bytes(mapi::PropertyBag& bag);

}  // namespace mbx::pst
