#include "base/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace mbx::base {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 10;

[[noreturn]] void fail(int error_number, const char* action) {
    throw system_error(error_number, action);
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    void close() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
        fd_ = -1;
    }

  private:
    int fd_;
};

/// Our ignored SIGPIPE and caught signals are not the command's.
class SpawnAttributes {
  public:
    SpawnAttributes() {
        ::posix_spawnattr_init(&attributes_);
        sigset_t defaults;
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

class SpawnActions {
  public:
    explicit SpawnActions(int output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        // A daemon that the command starts (gpg-agent) must not hold on to locks of ours.
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    }
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

pid_t start(const std::string& command, int output) {
    const SpawnAttributes attributes;
    const SpawnActions actions(output);
    std::string shell = "sh";
    std::string option = "-c";
    std::string words = command;
    std::array<char*, 4> argv{shell.data(), option.data(), words.data(), nullptr};
    pid_t child = -1;
    const int error_number =
        ::posix_spawn(&child, "/bin/sh", actions.get(), attributes.get(), argv.data(), environ);
    if (error_number != 0) {
        fail(error_number, "cannot start a command");
    }
    return child;
}

/// Everything up to the end, of which no more than kLongestLine + 1 bytes are kept.
std::string read_output(int fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            fail(errno, "cannot read a command's output");
        }
        if (n == 0) {
            return text;
        }
        if (text.size() <= kLongestLine) {
            text.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }
}

/// What kind of failure it is when the command has no line for us.
ErrorCode failure_of(const std::string& command) {
    const bool for_one_user = command.find("MBX_ALIAS") != std::string::npos ||
                              command.find("MBX_USER") != std::string::npos;
    return for_one_user ? ErrorCode::NotAllowed : ErrorCode::BadConfig;
}

void wait_for(pid_t child, ErrorCode failure) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            fail(errno, "cannot wait for a command");
        }
    }
    if (WIFSIGNALED(status)) {
        throw Error(failure, fmt::format("the command was ended by signal {}", WTERMSIG(status)));
    }
    if (WEXITSTATUS(status) != 0) {
        throw Error(failure,
                    fmt::format("the command ended with exit code {}", WEXITSTATUS(status)));
    }
}

}  // namespace

std::string first_line_of_command(const std::string& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail(errno, "cannot make a pipe");
    }
    Descriptor from(ends[0]);
    Descriptor to(ends[1]);
    const pid_t child = start(command, to.get());
    to.close();
    const std::string output = read_output(from.get());
    const ErrorCode failure = failure_of(command);
    wait_for(child, failure);
    std::string line = output.substr(0, output.find('\n'));
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    if (line.empty()) {
        throw Error(failure, "the command printed nothing");
    }
    if (line.size() > kLongestLine) {
        throw Error(failure, "the command printed a line beyond 64 KiB");
    }
    return line;
}

}  // namespace mbx::base
