// A command of the user's, run for the one line that it prints.
#pragma once

#include <string>

namespace mbx::base {

/// Runs `sh -c command` with standard input from /dev/null, standard error as ours, no
/// other descriptor and default signals, and returns the first line of its standard output without
/// the line end; lines behind it are read and dropped. Throws Error when the command fails, prints
/// nothing, or prints a line beyond 64 KiB: NotAllowed when it names MBX_ALIAS or MBX_USER, and so
/// may work for others, else BadConfig. The output never appears in an error.
std::string first_line_of_command(const std::string& command);

}  // namespace mbx::base
