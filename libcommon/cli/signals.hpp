// SIGINT and SIGTERM as a request to stop.
#pragma once

#include "base/stop.hpp"

namespace mbx::cli {

/// From now on the first SIGINT or SIGTERM sets the flag, which lives as long as the process; the
/// second one ends the process at once, as if nobody had caught it. SIGPIPE is ignored, so that a
/// closed pipe is an error where it is written to. A signal that the caller had ignored (nohup,
/// background jobs of sh) stays ignored.
const base::StopFlag& catch_stop_signals();

/// Ends the process the way SIGPIPE would have done.
[[noreturn]] void die_of_closed_pipe();

}  // namespace mbx::cli
