// The text of --help.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "cli/tool.hpp"

namespace mbx::cli {

/// Examples first, then usage, commands, options in their groups, notes. At most 100 columns.
std::string help_text(const Description& description, std::string_view call,
                      const std::vector<const Description*>& commands, const OptionSet& options);

}  // namespace mbx::cli
