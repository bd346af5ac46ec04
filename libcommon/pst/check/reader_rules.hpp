// What can be checked of a file that only another reader opens (OST files with 4K pages, say): what
// its messages say, through that reader. Nothing of how the file is laid out.
#pragma once

#include <span>
#include <string_view>

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "pst/check/checker.hpp"
#include "pst/reader.hpp"

namespace mbx::pst::check {

/// The rules that check_through_reader applies.
std::span<const std::string_view> rules_of_readers() noexcept;

/// Reads every folder, message, hidden item and attachment to its end. Throws Error(TryAgain) when
/// stopped.
CheckResult check_through_reader(PstReader& pst, const FindingSink& sink, base::Progress& progress,
                                 const base::StopFlag& stop);

}  // namespace mbx::pst::check
