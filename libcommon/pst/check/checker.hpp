// Is a PST sound? Goes through all of it, from the header to the last attachment, and reports every
// rule that it breaks: what scanpst does on Windows, without repairing.
#pragma once

#include <cstdint>
#include <string>

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "pst/check/finding.hpp"
#include "pst/check/rules.hpp"

namespace mbx::pst::check {

struct CheckResult {
    std::uint64_t errors = 0;
    std::uint64_t warnings = 0;
    std::uint64_t infos = 0;
    std::uint64_t blocks = 0;
    std::uint64_t nodes = 0;
    std::uint64_t folders = 0;
    std::uint64_t messages = 0;

    /// Warnings and infos do not count: files that Outlook itself made have them.
    bool is_sound() const noexcept { return errors == 0; }
};

/// Checks `path` and gives each finding to `sink` as it is made, causes before what they cause;
/// what rests on something damaged is not reported a second time. Goes on after damage. Reads the
/// file once from front to back, and again what is no attachment; 22 bytes of memory for a block,
/// 28 for a node. Throws Error(NoInput, NotAllowed) when it cannot be read, Error(BadData) when it
/// is no PST or one with 4K pages, Error(TryAgain) when stopped.
CheckResult check_pst(const std::string& path, const FindingSink& sink, base::Progress& progress,
                      const base::StopFlag& stop);

}  // namespace mbx::pst::check
