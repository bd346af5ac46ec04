#include "cli/console.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace mbx::cli {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kClearLine = "\r\x1b[K";

std::string_view environment(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
    return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

Console::Look Console::look_of(std::FILE* stream) {
    Look look;
    const int fd = ::fileno(stream);
    const std::string_view kind = environment("TERM");
    look.terminal = ::isatty(fd) != 0 && !kind.empty() && kind != "dumb";
    look.color = look.terminal && environment("NO_COLOR").empty();
    winsize size{};
    if (look.terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        look.columns = size.ws_col;
    }
    return look;
}

void Console::print(std::string_view label, std::string_view color, std::string_view text) {
    std::string line;
    if (!status_.empty()) {
        line += kClearLine;
    }
    if (look_.color && !color.empty()) {
        line += fmt::format("{}{}: {}{}{}", color, tool_, label, kPlain, text);
    } else {
        line += fmt::format("{}: {}{}", tool_, label, text);
    }
    line += '\n';
    line += status_;
    // One call, so that lines of tools that share the stream do not mix.
    std::fwrite(line.data(), 1, line.size(), stream_);
    std::fflush(stream_);
}

void Console::error(const Error& error) {
    const std::scoped_lock lock(mutex_);
    print("", kRed, error.what());
    if (!error.hint().empty()) {
        print("hint: ", kYellow, error.hint());
    }
}

void Console::warning(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (level_ != Level::Quiet) {
        print("warning: ", kYellow, text);
    }
}

void Console::note(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (level_ != Level::Quiet) {
        print("", "", text);
    }
}

void Console::detail(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (level_ == Level::Verbose) {
        print("", "", text);
    }
}

void Console::status(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (!shows_progress() || text == status_) {
        return;
    }
    const std::string line = fmt::format("{}{}", kClearLine, text);
    std::fwrite(line.data(), 1, line.size(), stream_);
    std::fflush(stream_);
    status_ = text;
}

void ConsoleDiagnostics::report(base::Diagnostic diagnostic) {
    const std::string text =
        diagnostic.place.empty() ? diagnostic.text : diagnostic.place + ": " + diagnostic.text;
    if (diagnostic.severity == base::Severity::Info) {
        console_.detail(text);
    } else {
        console_.warning(text);
    }
}

}  // namespace mbx::cli
