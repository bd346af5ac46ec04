// What the other model cannot hold, reported kind by kind.
#pragma once

#include <string>

#include "base/diagnostics.hpp"

namespace mbx::convert {

/// kind: stable, "lossy-..." where something is lost; text: one line, untrusted parts escaped.
inline void report_loss(base::Diagnostics& diagnostics, std::string kind, std::string text) {
    diagnostics.report({base::Severity::Warning, std::move(kind), {}, std::move(text)});
}

}  // namespace mbx::convert
