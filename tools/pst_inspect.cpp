// What is in a PST or OST file, and is it sound.
#include "pst_inspect.hpp"
#include "cli/run.hpp"

int main(int argc, char* argv[]) {
    mbx::cli::ToolWithCommands tool(mbx::inspect::description(), mbx::inspect::commands());
    return mbx::cli::run(argc, argv, tool);
}
