// Looks into, changes and cuts the recipient list.
#include "csv_status.hpp"
#include "cli/run.hpp"

int main(int argc, char* argv[]) {
    mbx::cli::ToolWithCommands tool(mbx::status::description(), mbx::status::commands());
    return mbx::cli::run(argc, argv, tool);
}
