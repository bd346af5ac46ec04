#include "cli/run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "base/text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/signals.hpp"

namespace mbx::cli {
namespace {

Console::Level level_of(const CommonOptions& common) {
    if (common.quiet) {
        return Console::Level::Quiet;
    }
    return common.verbose ? Console::Level::Verbose : Console::Level::Normal;
}

ExitCode run_tool(Tool& tool, Output& output, Console& console, const base::StopFlag& stop) {
    const CommonOptions& common = tool.common();
    const std::string& name = tool.description().name;
    if (common.help) {
        output.write(tool.help(name));
        return ExitCode::Ok;
    }
    if (common.version) {
        output.line(fmt::format("{} (mbx-tools) {}", name, MBX_VERSION));
        return ExitCode::Ok;
    }
    console.set_level(level_of(common));
    output.set_format(common.json ? Output::Format::JsonLines : Output::Format::Text);
    ProgressBar progress(console);
    ConsoleDiagnostics diagnostics(console);
    Context context{output, console, progress, diagnostics, stop};
    return tool.run(context);
}

/// A usage error without a hint of its own leads to --help.
Error with_default_hint(const Error& error, const std::string& tool) {
    if (error.code() != ErrorCode::Usage || !error.hint().empty()) {
        return error;
    }
    Error more(error.code(), error.text(), fmt::format("{} --help lists the options", tool));
    return error.place().empty() ? more : more.with_place(error.place());
}

/// The error that is being handled, as one of ours.
Error current_error() {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return Error(ErrorCode::Internal, "out of memory");
    } catch (const std::exception& error) {
        return Error(ErrorCode::Internal, base::escape(error.what()),
                     "this is a bug; please report it with the command line");
    } catch (...) {
        return Error(ErrorCode::Internal, "unknown failure",
                     "this is a bug; please report it with the command line");
    }
}

/// What has been written before a failure is data too.
void flush_quietly(Output& output) {
    try {
        output.flush();
    } catch (...) {
        // The failure that is being reported came first.
        return;
    }
}

/// A standard stream that the caller has closed must not become the file that is opened next: what
/// is said would land in it. Opened the wrong way round, so that writing data still fails.
void occupy_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) == -1) {
            ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

}  // namespace

int run(int argc, char* argv[], Tool& tool) {
    occupy_standard_streams();
    const std::string& name = tool.description().name;
    Console console(stderr, name, Console::look_of(stderr));
    Output output(stdout);
    const base::StopFlag& stop = catch_stop_signals();
    try {
        tool.setup(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
        const ExitCode code = run_tool(tool, output, console, stop);
        output.flush();
        return static_cast<int>(code);
    } catch (const ClosedPipe&) {
        die_of_closed_pipe();
    } catch (...) {
        const Error error = with_default_hint(current_error(), name);
        flush_quietly(output);
        console.status("");
        console.error(error);
        return static_cast<int>(exit_code(error.code()));
    }
}

}  // namespace mbx::cli
