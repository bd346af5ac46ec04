// What a sound PST obeys, as a table. Each finding of the checker names one of these rules.
#pragma once

#include <span>
#include <string_view>

#include "base/diagnostics.hpp"

namespace mbx::pst::check {

using base::Severity;

/// Error: Outlook, its repair tool or a strict reader stumbles over it. Warning: the repair tool
/// calls it a minor inconsistency, or some reader trips; files that Microsoft's programs made break
/// it. Info: odd, harmless.
struct Rule {
    std::string_view id;  ///< "B4": stable, also in the man page
    Severity severity;
    std::string_view title;  ///< what holds, one line
    std::string_view
        section;  ///< "[MS-PST] 2.2.2.7.7.3"; empty: known from Outlook's own files only
};

/// In the order in which they are checked: causes before what they cause.
std::span<const Rule> rules() noexcept;

/// Pre: there is such a rule.
const Rule& rule(std::string_view id);

}  // namespace mbx::pst::check
