// Two readers of one store, side by side.
#pragma once

#include <string>
#include <vector>

#include "pst/reader.hpp"

namespace mbx::test {

/// What differs between what the two readers say of folders, messages, properties, recipients and
/// attachments, a line each; at most 200 lines.
std::vector<std::string> differences(pst::PstReader& a, pst::PstReader& b);

}  // namespace mbx::test
