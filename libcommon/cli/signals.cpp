#include "cli/signals.hpp"

#include <csignal>
#include <cstdlib>

namespace mbx::cli {
namespace {

base::StopFlag stop_flag;

extern "C" void on_stop_signal(int /*signal*/) {
    stop_flag.request();
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

void catch_signal(int signal) {
    struct sigaction old {};
    if (::sigaction(signal, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) {
        return;
    }
    struct sigaction action {};
    action.sa_handler = on_stop_signal;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

const base::StopFlag& catch_stop_signals() {
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    std::signal(SIGPIPE, SIG_IGN);
    return stop_flag;
}

void die_of_closed_pipe() {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
    std::_Exit(128 + SIGPIPE);
}

}  // namespace mbx::cli
