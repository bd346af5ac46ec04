// From main() to the exit code.
#pragma once

#include "cli/tool.hpp"

namespace mbx::cli {

/// The body of every main(): sets the tool up, answers --help and --version, runs it, flushes and
/// checks standard output, prints the final error. The only place that catches everything. Returns
/// the exit code; does not return when the reader of standard output has gone.
int run(int argc, char* argv[], Tool& tool);

}  // namespace mbx::cli
